"""Money follows its owner into another class; a request that comes twice is written once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_calls_taken_by_one")]

    operations = [
        migrations.AddField(model_name="feeline", name="key", field=models.UUIDField(null=True)),
        migrations.AlterField(
            model_name="feeline",
            name="kind",
            field=models.CharField(
                choices=[
                    ("charge", "应收"),
                    ("dropped", "应收取消"),
                    ("paid", "收款"),
                    ("waived", "减免"),
                    ("refunded", "退款"),
                    ("carried", "转班转出"),
                    ("brought", "转班转入"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="feeline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "charge")),
                fields=("enrolment",),
                name="a_seat_is_charged_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", None), _negated=True),
                fields=("enrolment", "key"),
                name="one_fee_line_of_a_request",
            ),
        ),
    ]

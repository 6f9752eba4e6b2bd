"""A relative of somebody past a class's age is asked by SMS."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_actions"),
        ("courses", "0006_fees_that_move"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RelativeRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("relative", models.CharField(max_length=30, verbose_name="家属姓名")),
                ("relation", models.CharField(max_length=20, verbose_name="是本人的什么人")),
                ("phone", models.CharField(max_length=11, verbose_name="家属手机号")),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("agrees", models.BooleanField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="relative_requests",
                        to="accounts.person",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="courses.term",
                    ),
                ),
            ],
            options={
                "verbose_name": "问家属",
                "verbose_name_plural": "问家属",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agrees", None), ("answered_at", None)),
                            models.Q(("agrees__isnull", False), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_answer_of_a_relative_says_when",
                    )
                ],
            },
        ),
    ]

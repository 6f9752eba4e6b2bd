import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_search_keys_and_audit_guard"),
        ("courses", "0001_initial"),
        ("live", "0002_who_did_it"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SentLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_links",
                        to="accounts.person",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_links",
                        to="courses.classsession",
                    ),
                ),
            ],
            options={
                "verbose_name": "课堂链接",
                "verbose_name_plural": "课堂链接",
                "ordering": ["session", "person"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "person"), name="a_link_is_sent_by_itself_once"
                    )
                ],
            },
        ),
    ]

"""Indexes for finding people by what follows their surname (accounts.files.finding.GIVEN).

PostgreSQL alone: SQLite's LIKE uses none. text_pattern_ops makes them fit for beginnings
whatever the collation of the database, which Django can say of columns only.
"""

from django.db import migrations, models
from django.db.models import Q

INDEXES = {
    "files_by_given_name": "SUBSTRING(name, 2)",
    "files_by_given_initials": "SUBSTRING(pinyin_initials, 2)",
    "files_by_given_letters": ("REPLACE(SUBSTRING(pinyin, (STRPOS(pinyin, ' ') + 1)), ' ', '')"),
}


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, key in INDEXES.items():
            schema_editor.execute(
                f"CREATE INDEX IF NOT EXISTS {name} ON accounts_person (({key}) text_pattern_ops)",
                params=None,
            )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_first_notices")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["pinyin", "id"],
                condition=Q(merged_into=None, erased_at=None),
                name="files_in_order",
            ),
        ),
        migrations.RunPython(add, drop),
    ]

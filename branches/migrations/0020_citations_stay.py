"""The database itself refuses to change or remove a star or points.

All but whose they are: the lines of two files of one human being move with a merge.
"""

from django.db import migrations

TABLE = "branches_citation"
REFUSED = "citations are append-only"
COLUMNS = (
    "id, kind, branch_id, year, amount, happened_on, activity_id, words, entered_at, "
    "entered_by_id, withdraws_id, reason"
)

FUNCTION = f"""
CREATE OR REPLACE FUNCTION branches_refuse_citation_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)
        schema_editor.execute(
            f"CREATE OR REPLACE TRIGGER {TABLE}_stays BEFORE UPDATE OF {COLUMNS} OR DELETE "
            f"ON {TABLE} FOR EACH ROW EXECUTE FUNCTION branches_refuse_citation_change();",
            params=None,
        )
        return
    for name, what in (("update", f"UPDATE OF {COLUMNS}"), ("delete", "DELETE")):
        schema_editor.execute(
            f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{name} BEFORE {what} "
            f"ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;",
            params=None,
        )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION branches_refuse_citation_change CASCADE", params=None)
        return
    for what in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER {TABLE}_no_{what}", params=None)


class Migration(migrations.Migration):
    dependencies = [("branches", "0019_citations")]

    operations = [migrations.RunPython(guard, unguard)]

"""The database refuses to change or remove a line, and now a batch too.

SQLite makes a table anew for nearly every change of it and forgets its triggers then:
whatever migration changes one of these tables later ends with `guard` again.
"""

from django.db import migrations

REFUSED = "the study ledger is append-only"
TABLES = {"study_entry": "branches_studyentry", "ledger_batch": "branches_ledgerbatch"}

FUNCTION = f"""
CREATE OR REPLACE FUNCTION branches_refuse_ledger_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
"""


def guard(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    if is_postgres:
        schema_editor.execute(FUNCTION, params=None)
    for thing, table in TABLES.items():
        if is_postgres:
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER {thing}_is_not_changed "
                f"BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION branches_refuse_ledger_change()",
                params=None,
            )
            continue
        for action, done in (("UPDATE", "updated"), ("DELETE", "deleted")):
            schema_editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {thing}_is_not_{done} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;",
                params=None,
            )


def unguard(apps, schema_editor):
    for thing, table in TABLES.items():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"DROP TRIGGER IF EXISTS {thing}_is_not_changed ON {table}", params=None
            )
            continue
        for done in ("updated", "deleted"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {thing}_is_not_{done}", params=None)


class Migration(migrations.Migration):
    dependencies = [("branches", "0005_evidence_and_chain")]

    operations = [migrations.RunPython(guard, unguard)]

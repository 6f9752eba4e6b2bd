"""The database itself refuses to change or remove what a return slip said."""

from django.db import migrations

TABLES = ("branches_returnslip",)
REFUSED = "return slips are append-only"

FUNCTION = f"""
CREATE OR REPLACE FUNCTION branches_refuse_slip_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)
        for table in TABLES:
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION branches_refuse_slip_change();",
                params=None,
            )
        return
    for table in TABLES:
        for what in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{what.lower()} BEFORE {what} "
                f"ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;",
                params=None,
            )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION branches_refuse_slip_change CASCADE", params=None)
        return
    for table in TABLES:
        for what in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{what}", params=None)


class Migration(migrations.Migration):
    dependencies = [("branches", "0013_study_is_brought_home")]

    operations = [migrations.RunPython(guard, unguard)]

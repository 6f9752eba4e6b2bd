"""The database itself refuses to change or remove a line of the ledger."""

from django.db import migrations

REFUSED = "the study ledger is append-only"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION branches_refuse_ledger_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER study_entry_is_not_changed BEFORE UPDATE OR DELETE ON branches_studyentry
    FOR EACH ROW EXECUTE FUNCTION branches_refuse_ledger_change();
"""

SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS study_entry_is_not_updated BEFORE UPDATE ON branches_studyentry
BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;
CREATE TRIGGER IF NOT EXISTS study_entry_is_not_deleted BEFORE DELETE ON branches_studyentry
BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        for statement in SQLITE.strip().split("END;\n"):
            statement = statement.strip().removesuffix("END;")
            schema_editor.execute(f"{statement} END;", params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION branches_refuse_ledger_change CASCADE", params=None)
    else:
        schema_editor.execute("DROP TRIGGER study_entry_is_not_updated", params=None)
        schema_editor.execute("DROP TRIGGER study_entry_is_not_deleted", params=None)


class Migration(migrations.Migration):
    dependencies = [("branches", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]

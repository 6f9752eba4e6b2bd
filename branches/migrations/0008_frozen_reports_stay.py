"""The database itself refuses to change or remove a frozen report."""

from django.db import migrations

REFUSED = "a frozen report is never changed"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION branches_refuse_report_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER quarter_report_is_not_changed
    BEFORE UPDATE OR DELETE ON branches_quarterreport
    FOR EACH ROW EXECUTE FUNCTION branches_refuse_report_change();
"""

SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS quarter_report_is_not_{done}
BEFORE {word} ON branches_quarterreport BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;"""
    for word, done in (("UPDATE", "updated"), ("DELETE", "deleted"))
]


def guard(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRESQL] if on_postgresql else SQLITE:
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION branches_refuse_report_change CASCADE", params=None)
    else:
        schema_editor.execute("DROP TRIGGER quarter_report_is_not_updated", params=None)
        schema_editor.execute("DROP TRIGGER quarter_report_is_not_deleted", params=None)


class Migration(migrations.Migration):
    dependencies = [("branches", "0007_quarter_reports")]

    operations = [migrations.RunPython(guard, unguard)]

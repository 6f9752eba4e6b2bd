"""Keys by which files are found, for the files that are there; and an audit log that the
database itself keeps append-only."""

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace, Right

REFUSED = "the audit log is append-only"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION accounts_refuse_audit_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER audit_line_is_not_changed BEFORE UPDATE OR DELETE ON accounts_auditline
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_audit_change();
"""

SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS audit_line_is_not_updated BEFORE UPDATE ON accounts_auditline
BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_line_is_not_deleted BEFORE DELETE ON accounts_auditline
BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;""",
]


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION accounts_refuse_audit_change CASCADE", params=None)
    else:
        schema_editor.execute("DROP TRIGGER audit_line_is_not_updated", params=None)
        schema_editor.execute("DROP TRIGGER audit_line_is_not_deleted", params=None)


def fill(apps, schema_editor):
    apps.get_model("accounts", "Person").objects.update(
        pinyin_letters=Replace(F("pinyin"), Value(" "), Value("")), phone_tail=Right("phone", 4)
    )
    apps.get_model("accounts", "AuditTail").objects.get_or_create(pk=1, hash="0" * 64)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]

"""The database refuses to change or remove a line of the fees.

SQLite makes a table anew for nearly every change of it and forgets its triggers then:
whatever migration changes this table later ends with `guard` again.
"""

from django.db import migrations, models

REFUSED = "the lines of fees are append-only"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION courses_refuse_fee_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER fee_line_is_not_changed BEFORE UPDATE OR DELETE ON courses_feeline
    FOR EACH ROW EXECUTE FUNCTION courses_refuse_fee_change();
"""

SQLITE = [
    f"CREATE TRIGGER IF NOT EXISTS fee_line_is_not_{done} BEFORE {action} ON courses_feeline "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;"
    for action, done in (("UPDATE", "updated"), ("DELETE", "deleted"))
]


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION courses_refuse_fee_change CASCADE", params=None)
    else:
        for done in ("updated", "deleted"):
            schema_editor.execute(f"DROP TRIGGER fee_line_is_not_{done}", params=None)


class Migration(migrations.Migration):
    dependencies = [("courses", "0009_joined_and_stood_in")]

    operations = [
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
                    ("kept", "不退"),
                    ("carried", "转班转出"),
                    ("brought", "转班转入"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]

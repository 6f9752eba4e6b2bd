"""A line of the fees stays as it is, but its words may be forgotten with the person.

SQLite makes a table anew for nearly every change of it and forgets its triggers then:
whatever migration changes this table later ends with `guard` again.
"""

from django.db import migrations

REFUSED = "the lines of fees are append-only"
STAYS = (
    "id",
    "enrolment_id",
    "organisation_id",
    "kind",
    "amount",
    "method",
    "receipt_number",
    "on",
    "made_at",
    "made_by_id",
    "key",
)

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION courses_refuse_fee_change() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.reason = '' AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER fee_line_is_not_changed BEFORE UPDATE OR DELETE ON courses_feeline
    FOR EACH ROW EXECUTE FUNCTION courses_refuse_fee_change();
"""

SAME = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in STAYS)
SQLITE = [
    "DROP TRIGGER IF EXISTS fee_line_is_not_updated",
    "CREATE TRIGGER fee_line_is_not_updated BEFORE UPDATE ON courses_feeline "
    f"WHEN NOT (NEW.reason = '' AND {SAME}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;",
    "CREATE TRIGGER IF NOT EXISTS fee_line_is_not_deleted BEFORE DELETE ON courses_feeline "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;",
]


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("courses", "0011_draws_written_in_parts")]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]

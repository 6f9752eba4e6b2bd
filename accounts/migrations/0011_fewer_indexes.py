"""Without indexes that no query needs: each costs every new file and every audit line time.

Others begin with the same columns, or are the same but for a sort order that only `LIKE` needs.
"""

from django.db import migrations

UNUSED = [
    # files_of_an_organisation, audit_lines_about_a_person and audit_lines_of_an_actor do it.
    "accounts_person_organisation_id_1df15081",
    "accounts_auditline_person_id_b3d3acdf",
    "accounts_auditline_actor_id_054989a3",
    # These are only asked for whole (PostgreSQL; SQLite never had them).
    "accounts_person_id_index_b59c98bc_like",
    "accounts_person_id_tail_index_2d090c24_like",
    "accounts_person_phone_tail_53fe0070_like",
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_actions")]

    operations = [
        migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", migrations.RunSQL.noop)
        for name in UNUSED
    ]

"""Lines from before have their evidence written beside them, and become the first batch.

The guard is taken away for it; 0006 puts it back.
"""

from zoneinfo import ZoneInfo

from django.db import migrations

from branches import chain

SCHOOL = ZoneInfo("Asia/Shanghai")


def fill(apps, schema_editor):
    StudyEntry = apps.get_model("branches", "StudyEntry")
    LedgerBatch = apps.get_model("branches", "LedgerBatch")
    LedgerTail = apps.get_model("branches", "LedgerTail")
    Attendance = apps.get_model("live", "Attendance")
    _unguard(schema_editor)
    LedgerTail.objects.create(pk=1, number=0, hash=chain.NOTHING)
    lines = list(StudyEntry.objects.select_related("session").order_by("pk"))
    if not lines:
        return
    latest = chain.batch_seed(chain.NOTHING, 1)
    for place, line in enumerate(lines, 1):
        if line.session_id:
            line.source_key = line.session_id
            there = Attendance.objects.filter(session=line.session_id, person=line.person_id)
            whole = there.values_list("session_seconds", flat=True).first()
            line.whole_minutes = (whole + 30) // 60 if whole else None
            is_early = line.session.starts_at.astimezone(SCHOOL).hour < 12
            line.half_day = "morning" if is_early else "afternoon"
        else:
            line.source = "delivery" if line.mode == "delivered" else "own"
            line.source_key = line.reverses_id or line.pk
        line.place = place
        line.hash = latest = chain.line_hash(
            latest, [getattr(line, name) for name in chain.COVERED]
        )
    batch = LedgerBatch.objects.create(
        number=1,
        previous_hash=chain.NOTHING,
        hash=latest,
        count=len(lines),
        posted_at=lines[-1].posted_at,
    )
    for line in lines:
        line.batch_id = batch.number
    fields = ["source", "source_key", "half_day", "whole_minutes", "batch", "place", "hash"]
    StudyEntry.objects.bulk_update(lines, fields, batch_size=500)
    LedgerTail.objects.update(number=1, hash=latest)


def _unguard(schema_editor):
    # SQLite has lost the triggers already: 0003 made the table anew.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER IF EXISTS study_entry_is_not_changed ON branches_studyentry",
            params=None,
        )
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS study_entry_is_not_updated", params=None)
        schema_editor.execute("DROP TRIGGER IF EXISTS study_entry_is_not_deleted", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0003_every_kind_of_evidence"),
        ("live", "0003_sent_links"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

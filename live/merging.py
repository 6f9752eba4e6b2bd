"""Attendance and replays seen, when two files of one human being become one, and when they
part again."""

from datetime import datetime

from accounts.models import Person
from live import attendance, media_time
from live.models import Attendance, ReplayStudy

# The columns of an attendance that are the person's evidence.
EVIDENCE = ("mode", "seconds", "session_seconds", "spans", "is_present")
# Of a replay that was seen, those that the other file may change.
SEEN = ("spans", "seconds", "told_seconds")


def unite_attendance(*, kept: Person, dropped: Person) -> dict:
    """Give `kept` the attendance of `dropped`; return what `part_attendance` needs.

    Where both have one of the same session, their stretches are united, never added; the
    visits themselves have moved already.
    """
    moved, united = [], []
    for theirs in Attendance.objects.filter(person=dropped).select_related(
        "session__class_group__term"
    ):
        own = Attendance.objects.filter(person=kept, session=theirs.session_id).first()
        if own is None:
            Attendance.objects.filter(pk=theirs.pk).update(person=kept)
            moved.append(theirs.pk)
        else:
            before = {"kept": _plain(own), "dropped": _plain(theirs)}
            _unite(own, theirs)
            united.append({"session": theirs.session_id, "made": _plain(own), **before})
            theirs.delete()
    return {"moved": moved, "united": united}


def part_attendance(*, kept: Person, dropped: Person, journal: dict) -> None:
    """Give everybody back the attendance they had; sessions since then stay with `kept`."""
    Attendance.objects.filter(pk__in=journal["moved"], person=kept).update(person=dropped)
    for row in journal["united"]:
        own = Attendance.objects.filter(person=kept, session=row["session"]).first()
        # What was corrected since is right, whatever it was before.
        if own and _plain(own) == row["made"]:
            Attendance.objects.filter(pk=own.pk).update(**row["kept"])
        Attendance.objects.update_or_create(
            person=dropped, session_id=row["session"], defaults=row["dropped"]
        )


def unite_replays(*, kept: Person, dropped: Person) -> dict:
    """The same for replays. What the dropped file had of the same one stays on its row, out of
    sight with its cover, so that parting finds it whole."""
    own = {row.classroom_id: row for row in ReplayStudy.objects.filter(person=kept)}
    moved, united = [], []
    for theirs in ReplayStudy.objects.filter(person=dropped):
        mine = own.get(theirs.classroom_id)
        if mine is None:
            ReplayStudy.objects.filter(pk=theirs.pk).update(person=kept)
            moved.append(theirs.pk)
            continue
        before = {name: getattr(mine, name) for name in SEEN}
        had_enough = mine.enough_at is not None
        spans = media_time.unite([*mine.spans, *theirs.spans])
        mine.spans = [list(span) for span in spans]
        mine.seconds = max(mine.seconds, theirs.seconds, int(media_time.length(spans)))
        # Told anew: their line of study is one line now.
        mine.told_seconds = 0
        mine.enough_at = mine.enough_at or theirs.enough_at
        mine.save(update_fields=[*SEEN, "enough_at"])
        united.append(
            {"row": mine.pk, "before": before, "had_enough": had_enough, "made": mine.spans}
        )
    return {"moved": moved, "united": united}


def part_replays(*, kept: Person, dropped: Person, journal: dict) -> None:
    """Give everybody back what they had seen; what was seen since then stays with `kept`."""
    ReplayStudy.objects.filter(pk__in=journal["moved"], person=kept).update(person=dropped)
    for row in journal["united"]:
        mine = ReplayStudy.objects.get(pk=row["row"])
        if mine.spans == row["made"]:
            again = row["before"] if row["had_enough"] else {**row["before"], "enough_at": None}
            ReplayStudy.objects.filter(pk=mine.pk).update(**again)


def _plain(row: Attendance) -> dict:
    return {name: getattr(row, name) for name in EVIDENCE}


def _unite(own: Attendance, theirs: Attendance) -> None:
    spans = [tuple(map(datetime.fromisoformat, span)) for span in own.spans + theirs.spans]
    if not spans:
        own.is_present = own.is_present or theirs.is_present
        own.seconds = max(own.seconds, theirs.seconds)
        own.save(update_fields=["is_present", "seconds"])
        return
    # The stretches were cut to the class and rounded to its end already.
    united = attendance.unite(
        spans,
        opens=min(start for start, _end in spans),
        closes=max(end for _start, end in spans) + 2 * attendance.STILL_THERE,
    )
    present = attendance.time_present(united)
    percent = own.session.class_group.term.present_from_percent
    own.spans = [[start.isoformat(), end.isoformat()] for start, end in united]
    own.seconds = min(round(present.total_seconds()), own.session_seconds)
    own.is_present = own.seconds * 100 >= own.session_seconds * percent and own.seconds > 0
    own.save(update_fields=["spans", "seconds", "is_present"])

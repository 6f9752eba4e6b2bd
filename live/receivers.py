"""What the live classroom does when news comes from below."""

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.signals import (
    PersonFact,
    facts_asked_for,
    file_erasing,
    files_merging,
    files_parting,
    personal_tables_asked_for,
)
from courses import completion
from live import calls, forgetting, merging, queries
from live.personal import OF_LIVE
from live.signals import session_closed


@receiver(files_merging)
def unite_attendance(sender, kept, dropped, journal, **kwargs):
    journal["attendance"] = merging.unite_attendance(kept=kept, dropped=dropped)
    journal["replays"] = merging.unite_replays(kept=kept, dropped=dropped)


@receiver(files_parting)
def part_attendance(sender, kept, dropped, journal, **kwargs):
    merging.part_attendance(kept=kept, dropped=dropped, journal=journal["attendance"])
    if "replays" in journal:  # A merge may be older than replays are counted.
        merging.part_replays(kept=kept, dropped=dropped, journal=journal["replays"])


@receiver(personal_tables_asked_for)
def personal_tables(sender, **kwargs):
    return OF_LIVE


@receiver(file_erasing)
def forget_what_was_said(sender, person, **kwargs):
    forgetting.forget_messages(person=person)


@receiver(session_closed)
def note_who_completed_the_course(sender, session, **kwargs):
    """Also again: the attendance of a meeting may be closed anew."""
    for class_group in queries.classes_at(session):
        completion.note(
            enrolments=queries.attended_enough(class_group),
            on=timezone.localdate(session.ends_at),
        )


@receiver(session_closed)
def end_calls(sender, session, **kwargs):
    """Addresses of pages are kept no longer than their lines."""
    if classroom := queries.room_of(session):
        calls.end_all(classroom=classroom)


@receiver(facts_asked_for)
def attendance_of_the_month(sender, person, user, **kwargs):
    """How often, never how long: time online is nobody's figure."""
    counted = queries.attendance_of_month(person, now=timezone.now())
    if not counted["all"]:
        return []
    words = _("到课 %(count)s 次") % {"count": counted["present"]}
    if short := counted["all"] - counted["present"]:
        words += _("，另有 %(count)s 次来了没有算上") % {"count": short}
    return [PersonFact(_("本月到课"), words)]

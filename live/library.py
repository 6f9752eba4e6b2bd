"""Reading what can be seen once more, under which rule, and who has seen how much of it."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from accounts.models import Person, User
from accounts.queries import organisations_led_by
from courses import queries as courses
from courses.models import ClassGroup, ClassSession
from live import queries, recordings
from live.chapters import Chapter, Slide, chapters
from live.models import Attendance, Classroom, Replay, ReplayRule, ReplayStudy, RoomEvent

# Whoever was not heard of for so long has stopped watching for now.
STOPPED_AFTER = timedelta(minutes=10)


def rule_for(class_group: ClassGroup, on: date) -> ReplayRule:
    """The rule of a class on a day: its own, else that of the nearest organisation above it
    that has one. Without any, replays open at once and stay."""
    own = ReplayRule.objects.filter(class_group=class_group)
    if found := _in_force(own, on):
        return found
    above = class_group.organisation.get_ancestors()
    line = [class_group.organisation_id, *reversed(list(above.values_list("pk", flat=True)))]
    rules = {}
    for rule in ReplayRule.objects.filter(organisation__in=line, valid_from__lte=on):
        rules[rule.organisation_id] = rule  # Ordered by day: the newest stays.
    for organisation in line:
        if organisation in rules:
            return rules[organisation]
    return ReplayRule(opens=ReplayRule.Opens.AT_ONCE, valid_from=on)


def _in_force(rules: QuerySet[ReplayRule], on: date) -> ReplayRule | None:
    return rules.filter(valid_from__lte=on).order_by("valid_from").last()


def needs_release(session: ClassSession) -> bool:
    """Whether its replay waits for somebody's word, by the rule of the day it was taught."""
    rule = rule_for(session.class_group, timezone.localdate(session.starts_at))
    return rule.opens == ReplayRule.Opens.AFTER_REVIEW


def study_of(person: Person | None, classroom_pk: int) -> ReplayStudy | None:
    """How far `person` has come in this replay, if they have begun."""
    if person is None:
        return None
    return ReplayStudy.objects.filter(person=person, classroom=classroom_pk).first()


def last_speed(person: Person | None) -> int:
    """The speed (per cent) that `person` chose last, in whatever replay."""
    latest = ReplayStudy.objects.filter(person=person).order_by("seen_at").last()
    return latest.speed_percent if latest else 100


def made_up(session: ClassSession) -> QuerySet[ReplayStudy]:
    """Who has seen enough of the replay of `session`, and was not present in the class itself.

    With `minutes` and `spans` as evidence, and `enough_at`; to be posted in the column of
    replay (StudyMode.REPLAY), never as attendance.
    """
    present = Attendance.objects.filter(session=session, is_present=True).values("person")
    return (
        _enough()
        .filter(classroom__session=session)
        .exclude(person__in=present)
        .select_related("person", "classroom__session")
        .order_by("person")
    )


def made_up_since(since: datetime | None = None) -> QuerySet[ReplayStudy]:
    """The same of all sessions, for whoever looks for what was missed."""
    present = Attendance.objects.filter(
        session=OuterRef("classroom__session"), person=OuterRef("person"), is_present=True
    )
    found = _enough()
    if since:
        found = found.filter(seen_at__gte=since)
    found = found.filter(~Exists(present))
    return found.select_related("person", "classroom__session").order_by("seen_at", "pk")


def _enough() -> QuerySet[ReplayStudy]:
    # The row of a file that became a cover is told by the file that was kept.
    return ReplayStudy.objects.filter(enough_at__isnull=False, person__merged_into=None)


def studies_to_tell(*, now: datetime) -> QuerySet[ReplayStudy]:
    """Who has seen enough, more than was told of, and has stopped for now."""
    return (
        _enough()
        .filter(seconds__gt=F("told_seconds"), seen_at__lte=now - STOPPED_AFTER)
        .select_related("person", "classroom__session__class_group")
    )


class Standing(StrEnum):
    """What somebody who wants to see a class once more finds."""

    OPEN = "open"
    NOTHING = "nothing"
    IN_REVIEW = "in_review"
    WITHHELD = "withheld"
    DELETED = "deleted"


def replay_of(classroom_pk: int) -> Replay | None:
    found = Replay.objects.filter(classroom=classroom_pk)
    return found.select_related("classroom__session__class_group__term").first()


def standing(replay: Replay | None, session: ClassSession) -> Standing:
    if replay is None:
        return Standing.NOTHING
    if replay.deleted_at:
        return Standing.DELETED
    if replay.withheld_at:
        return Standing.WITHHELD
    if replay.released_at is None and needs_release(session):
        return Standing.IN_REVIEW
    return Standing.OPEN


def may_see(admission: queries.Admission) -> bool:
    """Whether its replay is to be seen now: by learners when it is open, by who teaches too
    while it is looked over or withheld."""
    session = admission.session
    room = queries.room_of(session)
    found = standing(replay_of(room.pk) if room else None, session)
    # Nobody has measured it yet: then nobody has decided about it either.
    if found is Standing.NOTHING:
        return admission.may_teach or not needs_release(session)
    return found is Standing.OPEN or (admission.may_teach and found is not Standing.DELETED)


def rooms_to_measure() -> QuerySet[Classroom]:
    """Rooms of classes that were taught, whose recording nobody has looked at yet."""
    return Classroom.objects.filter(
        started_at__isnull=False, ended_at__isnull=False, replay=None
    ).select_related("session")


def slides_of(classroom_pk: int) -> list[Slide]:
    """The pages that the teacher showed, in order."""
    shown = RoomEvent.objects.filter(classroom=classroom_pk, kind="slide").order_by("number")
    return [
        Slide(
            event.number,
            event.happened_at.timestamp(),
            event.body.get("page", 0) if event.body.get("deck") else 0,
            event.body.get("title", ""),
        )
        for event in shown
    ]


def chapters_of(replay: Replay) -> list[Chapter]:
    """The parts of a replay, by its slides."""
    slides = slides_of(replay.classroom_id)
    if not slides:
        return []
    return chapters(
        slides,
        recordings.runs_of(replay.classroom),
        start=replay.cut_start,
        end=replay.ends,
        names=replay.chapter_names,
    )


def classes_recorded(user: User) -> list[ClassGroup]:
    """The classes that `user` teaches or plans and that have recordings, the largest first:
    each with `count`, `room` (bytes) and `seconds` of them."""
    led = courses.classes_led_by(user).order_by().values("pk")
    whose = Q(class_group__in=led)
    if user.person_id:
        whose |= Q(class_group__teacher=user.person_id) | Q(substitute=user.person_id)
    replays = Replay.objects.filter(deleted_at=None, classroom__session__in=_sessions(whose))
    of_class = replays.values("classroom__session__class_group").annotate(
        count=Count("pk"), room=Sum("bytes"), long=Sum("whole_seconds")
    )
    rows = {row["classroom__session__class_group"]: row for row in of_class}
    found = list(ClassGroup.objects.filter(pk__in=rows).select_related("term", "organisation"))
    for group in found:
        row = rows[group.pk]
        group.count, group.room, group.seconds = row["count"], row["room"], row["long"]
    return sorted(found, key=lambda group: (-group.room, group.pk))


def teaches(user: User) -> bool:
    """Whether `user` has ever been to teach a class or to stand in."""
    if user.person_id is None:
        return False
    whose = Q(class_group__teacher=user.person_id) | Q(substitute=user.person_id)
    return ClassSession.objects.filter(whose).exists()


def _sessions(whose: Q) -> QuerySet[ClassSession]:
    return ClassSession.objects.filter(whose).values("pk")


def replays_in(*, user: User, class_group: ClassGroup) -> list[Replay]:
    """The recordings of a class that `user` may look over, newest first, with `standing`.

    Who stands in sees their own meetings. Raises Http404 for whoever may look over none.
    """
    found = list(
        Replay.objects.filter(deleted_at=None, classroom__session__class_group=class_group)
        .select_related("classroom__session__class_group__organisation")
        .order_by("-classroom__session__starts_at")
    )
    if not courses.may_teach(user=user, class_group=class_group):
        found = [
            replay
            for replay in found
            if user.person_id and replay.classroom.session.substitute_id == user.person_id
        ]
        if not found:
            raise Http404
    for replay in found:
        replay.standing = standing(replay, replay.classroom.session)
    return found


def leaving_soon(user: User) -> list[Replay]:
    """What is announced to leave, of the classes that `user` teaches or plans."""
    groups = [group.pk for group in classes_recorded(user)]
    return list(
        Replay.objects.filter(
            deleted_at=None,
            leaves_on__isnull=False,
            classroom__session__class_group__in=groups,
        )
        .select_related("classroom__session__class_group")
        .order_by("leaves_on", "pk")
    )


def rules_set_by(user: User) -> QuerySet[ReplayRule]:
    """The rules of the organisations in which `user` plans classes, and of their classes."""
    led = organisations_led_by(user, *courses.LEADS_CLASSES)
    return (
        ReplayRule.objects.filter(Q(organisation__in=led) | Q(class_group__organisation__in=led))
        .select_related("organisation", "class_group", "set_by__person")
        .order_by("-valid_from", "-pk")
    )


def replays_kept() -> QuerySet[Replay]:
    """The recordings that are there, with their classes."""
    return Replay.objects.filter(deleted_at=None).select_related(
        "classroom__session__class_group__organisation"
    )


def replays_deleted() -> QuerySet[Replay]:
    return Replay.objects.filter(deleted_at__isnull=False).select_related("classroom")

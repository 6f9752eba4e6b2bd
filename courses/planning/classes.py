"""Classes and their seats: made, changed, taken out again while nobody has a place."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Model, ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import TeachingPoint, User
from accounts.organisations import tree
from common import pinyin
from courses import registration
from courses.errors import PlanRefused
from courses.models import (
    ClassGroup,
    ClassSession,
    Draw,
    Enrolment,
    RegistrationRound,
    SeatPool,
    WaitingEntry,
    Wish,
)
from courses.planning import meetings, noting
from courses.registration import seats as pools

FACTS = (
    "code",
    "name",
    "organisation_id",
    "teacher_id",
    "mode",
    "teaching_point_id",
    "room",
    "weekday",
    "starts_at_time",
    "minutes",
    "fee",
    "min_to_open",
    "min_age",
    "max_age",
    "older_with_consent",
    "returning_only",
    "for_organisation_id",
    "after_course_id",
)


@dataclass(frozen=True)
class Seats:
    """So many seats of one kind, as the office wants them."""

    kind: str
    capacity: int
    teaching_point: TeachingPoint | None = None

    @property
    def key(self) -> tuple:
        return self.kind, self.teaching_point and self.teaching_point.pk


@dataclass(frozen=True)
class Written:
    """What followed from writing a class: pools with fewer seats than people, moved meetings."""

    class_group: ClassGroup
    over_full: Sequence[SeatPool]
    moved: Sequence[ClassSession]


def state_of(class_group: ClassGroup) -> str:
    """The key of a class as it stands: a form knows by it that somebody else wrote meanwhile."""
    facts = [str(getattr(class_group, name)) for name in FACTS]
    facts += sorted(
        f"{pool.kind}{pool.teaching_point_id}{pool.capacity}" for pool in class_group.pools.all()
    )
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


@transaction.atomic
def save_class(*, class_group: ClassGroup) -> None:
    """Write a new or a changed class; its seats are written by `set_seats`."""
    class_group.pinyin = pinyin.key(class_group.name)
    class_group.pinyin_initials = pinyin.initials(class_group.name)
    class_group.save()


@transaction.atomic
def write_class(
    *,
    class_group: ClassGroup,
    seats: Sequence[Seats],
    count: int,
    seen: str | None = None,
    by: User | None = None,
    now: datetime | None = None,
) -> Written:
    """Write a class with all its seats and `count` meetings, as the office typed it.

    Coming meetings follow a new weekday or hour. Fewer seats than are taken take nobody's
    seat away. Raises PlanRefused, and then nothing has changed, when a rule forbids it or
    the class is not as it was `seen`.
    """
    now = now or timezone.now()
    if not seats:
        raise PlanRefused(_("请至少写一种座位的数目。"))
    if not tree.is_within(class_group.organisation, class_group.term.organisation):
        raise PlanRefused(
            _("“%(term)s”是%(organisation)s的学期，开班单位要是它或它的下级。")
            % {"term": class_group.term, "organisation": class_group.term.organisation}
        )
    was, had = None, None
    if class_group.pk:
        meetings.lock_class(class_group)
        was = ClassGroup.objects.get(pk=class_group.pk)
        if was.cancelled_at:
            raise PlanRefused(_("这个班停开了，不能再改。"))
        if seen is not None and seen != state_of(was):
            raise PlanRefused(
                _("您打开这一页以后，有人改过这个班。请在新的一页里看看，再改一次。")
            )
        had = _seats_and_meetings(was)
    save_class(class_group=class_group)
    wanted = {each.key: each for each in seats}
    for pool in class_group.pools.select_related("teaching_point").order_by("pk"):
        if (pool.kind, pool.teaching_point_id) not in wanted:
            remove_seats(pool=pool)
    written = [
        set_seats(
            class_group=class_group,
            kind=each.kind,
            capacity=each.capacity,
            teaching_point=each.teaching_point,
            now=now,
        )
        for each in seats
    ]
    moved = meetings.follow_class(class_group=class_group, was=was, now=now) if was else []
    meetings.set_count(class_group=class_group, count=count, now=now)
    over_full = [pool for pool in written if pool.seats_taken > pool.capacity]
    fields = noting.changed(was, class_group, FACTS)
    if had:
        has = _seats_and_meetings(class_group)
        fields += [name for name in has if has[name] != had[name]]
    _note(class_group, by, is_new=was is None, fields=fields)
    return Written(class_group, over_full, moved)


@transaction.atomic
def set_seats(
    *,
    class_group: ClassGroup,
    kind: str = SeatPool.Kind.COMMON,
    capacity: int,
    teaching_point: TeachingPoint | None = None,
    now: datetime | None = None,
) -> SeatPool:
    """Give the class a pool of seats, or another number of them; what is added is offered to
    those in line.

    A capacity below the seats already given takes nobody's seat away. Raises PlanRefused
    while the seats are being drawn: the published list says how many there are.
    """
    pool, is_new = SeatPool.objects.get_or_create(
        class_group=class_group,
        kind=kind,
        teaching_point=teaching_point,
        defaults={"capacity": capacity},
    )
    if is_new or pool.capacity == capacity:
        return pool
    # Only this column: registration counts in the others meanwhile.
    free = SeatPool.objects.filter(pk=pool.pk, held_for_draw=False)
    if not free.update(capacity=capacity):
        raise PlanRefused(_("这个班正在抽签，名单里写明了座位数。抽完签再改。"))
    registration.fill_free_seats(pool, now=now)
    pool.refresh_from_db()
    return pool


@transaction.atomic
def remove_seats(*, pool: SeatPool) -> None:
    """Take a pool out that nobody ever asked for. Raises PlanRefused otherwise, and while the
    seats are being drawn."""
    # Whoever asks for a seat of it waits here, and then finds that there is none.
    held = pools.lock_pools([pool.pk])
    _check_not_being_drawn(held)
    if held and (
        _is_used(Enrolment, held) or _is_used(WaitingEntry, held) or _is_used(Wish, held)
    ):
        raise PlanRefused(
            _("“%(seats)s”的座位已经有人报过，不能去掉，可以改成 1 个。") % {"seats": pool}
        )
    SeatPool.objects.filter(pk__in=held).delete()


def delete_class(*, class_group: ClassGroup, by: User | None = None) -> None:
    """Take a class out for which nobody ever registered; twice is harmless.

    Whoever registers at this moment is first, or finds no class any more. Raises
    PlanRefused for a class somebody has or had a place in: that one is cancelled. Raises it
    too for one whose seats are being drawn, and for the only one a round names.
    """
    try:
        _delete(class_group, by)
    except IntegrityError as error:
        # Somebody wished for it at this very moment.
        raise PlanRefused(_("这个班刚刚有人报名，不能删去。请看看是谁。")) from error


@transaction.atomic
def _delete(class_group: ClassGroup, by: User | None) -> None:
    _check_not_the_only_one(class_group)
    # The class before its pools, as whoever cancels or merges it.
    list(ClassGroup.objects.select_for_update(no_key=True).filter(pk=class_group.pk))
    held = pools.lock_pools(class_group.pools.values_list("pk", flat=True))
    _check_not_being_drawn(held)
    # A read alone sees no seat given while it waited: what counts is the row of the pool.
    untouched = SeatPool.objects.filter(pk__in=held, seats_taken=0, last_waiting_number=0)
    if untouched.update(held_for_draw=F("held_for_draw")) < len(held) or any(
        _is_used(model, held) for model in (Enrolment, WaitingEntry, Wish)
    ):
        raise PlanRefused(_("这个班有人报过名，不能删去。不开了，请用“停开”，大家都会收到通知。"))
    try:
        # A savepoint: else the error would take the lock with it.
        with transaction.atomic():
            group = ClassGroup.objects.filter(pk=class_group.pk)
            for each in group:
                each.rounds.clear()
                each.sessions.all().delete()
            SeatPool.objects.filter(pk__in=held).delete()
            if group.delete()[0]:
                _note(class_group, by, done=noting.REMOVED)
    except ProtectedError as error:
        raise PlanRefused(_("这个班已经开过教室，不能删去。不开了，请用“停开”。")) from error


def _seats_and_meetings(class_group: ClassGroup) -> dict:
    pools = SeatPool.objects.filter(class_group=class_group.pk).order_by("kind", "teaching_point")
    return {
        "seats": list(pools.values_list("kind", "teaching_point", "capacity")),
        "meetings": ClassSession.objects.filter(class_group=class_group.pk).count(),
    }


def _note(class_group: ClassGroup, by: User | None, **facts) -> None:
    """A line of the audit log about the class as it was planned."""
    noting.note(
        noting.Action.CLASS_PLANNED,
        by=by,
        organisation=class_group.organisation,
        **{"class": class_group.code},
        **facts,
    )


def _check_not_being_drawn(held: Mapping[int, SeatPool]) -> None:
    """That no published list names these locked pools: without them it could not be drawn."""
    if shut := [pool for pool in held.values() if pool.held_for_draw]:
        group = shut[0].class_group
        # The pools of a cancelled class are shut as well.
        if group.cancelled_at is None or _has_draw_to_come(group):
            raise PlanRefused(_("这个班正在抽签，名单里写明了座位数。抽完签再改。"))


def _has_draw_to_come(class_group: ClassGroup) -> bool:
    return Draw.objects.filter(
        Q(round__classes=None) | Q(round__classes=class_group),
        round__term=class_group.term_id,
        drawn_at=None,
    ).exists()


def _check_not_the_only_one(class_group: ClassGroup) -> None:
    """That no round is left naming no class, which would mean all of the term."""
    # Locked: else two classes of one round, taken out at once, would each see the other.
    named = RegistrationRound.objects.select_for_update(no_key=True)
    for opened in named.filter(pk__in=class_group.rounds.values("pk")).order_by("pk"):
        if not opened.classes.exclude(pk=class_group.pk).exists():
            raise PlanRefused(
                _("“%(round)s”只写了这一个班，没有它就成了全部班级都能报。请先改那一批。")
                % {"round": opened.name}
            )


def _is_used(model: type[Model], held) -> bool:
    return model._default_manager.filter(pool__in=held).exists()

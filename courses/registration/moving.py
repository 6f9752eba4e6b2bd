"""From one class to another, and into a class whose rounds are over."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Person, User
from common import dates
from courses import errors, queries, signals
from courses.models import Enrolment, RegistrationRound, SeatPool, Source, Term, WaitingEntry
from courses.registration import leaving, offering, rules, seats


def last_day_to_transfer(enrolment: Enrolment) -> date:
    """domain rule: within the first month of the term (a setting of the term)."""
    term = enrolment.class_group.term
    return term.starts_on + timedelta(days=term.transfer_days)


def may_still_transfer(enrolment: Enrolment, *, now: datetime) -> bool:
    """Whether the seat may be changed for another at all, now."""
    return enrolment.withdrawn_at is None and (
        timezone.localdate(now) <= last_day_to_transfer(enrolment)
    )


def choices(*, enrolment: Enrolment, now: datetime, text: str = "") -> list[SeatPool]:
    """The seats that `enrolment` may be changed for: free, with nobody in line, of classes
    of the same term that fit the person and are not promised to others; those whose class
    has all words of `text`."""
    classes = queries.catalogue(now=now, text=text).filter(term=enrolment.class_group.term_id)
    in_line = WaitingEntry.objects.filter(pool=OuterRef("pk"), left_at=None)
    free = SeatPool.objects.filter(
        ~Exists(in_line),
        class_group__term=enrolment.class_group.term_id,
        held_for_draw=False,
        seats_taken__lt=F("capacity"),
    )
    keys = set(free.values_list("pk", flat=True))
    held = queries.places_by_class(enrolment.person)
    rounds = _rounds_with_classes(enrolment.class_group.term)
    found = []
    for group in classes:
        pools = [pool for pool in group.pools.all() if pool.pk in keys]
        if not pools or group.pk in held:
            continue
        theirs = [one for one, named in rounds if not named or group.pk in named]
        facts = {"person": enrolment.person, "class_group": group}
        if rules.ineligible(**facts) or rules.promised(**facts, now=now, rounds=theirs):
            continue
        for pool in pools:
            # The class with everything the page says of it.
            pool.class_group = group
        found += pools
    return found


@transaction.atomic
def transfer(
    *,
    enrolment: Enrolment,
    to: SeatPool,
    by: User | None = None,
    because: str = "",
    now: datetime | None = None,
) -> Enrolment:
    """Change to a free seat of another class of the term; return the new seat.

    The old seat is offered to the first in its line. Asking again is harmless. Raises a
    RegistrationRefused when the month is over, the class does not fit, is full, has
    people in line, or its seats are still to be asked for; nothing has changed then.
    """
    now = now or timezone.now()
    person = seats.lock_persons([enrolment.person])[enrolment.person_id]
    pools = seats.lock_pools([enrolment.pool_id, to.pk])
    if to.pk not in pools:
        raise errors.ClassGone
    enrolment = Enrolment.objects.select_related("class_group__term", "person").get(
        pk=enrolment.pk
    )
    if done := Enrolment.objects.filter(transferred_from=enrolment, pool=to).first():
        return done
    if enrolment.withdrawn_at:
        raise errors.NoSeat(_("这个座位已经退了，不能再转班。请重新报名。"))
    group = pools[to.pk].class_group
    if group.pk == enrolment.class_group_id or group.term_id != enrolment.class_group.term_id:
        raise errors.NoTransfer(_("只能转到同一学期的另一个班。"))
    if timezone.localdate(now) > last_day_to_transfer(enrolment):
        raise errors.NoTransfer(
            _("转班要在%(day)s以前办，现在已经过了。有特别情况，请打学校电话。")
            % {"day": dates.day(last_day_to_transfer(enrolment), get_language() or "zh-hans")}
        )
    if no := rules.promised(person=person, class_group=group, now=now):
        raise no
    _take_seat(person, pools[to.pk])
    made = Enrolment.objects.create(
        class_group=group,
        pool=pools[to.pk],
        person=person,
        round_id=enrolment.round_id,
        source=Source.TRANSFER,
        note=because.strip(),
        seated_at=now,
        seated_by=by,
        transferred_from=enrolment,
    )
    seats.tell(signals.seat_given, Enrolment, enrolment=made)
    reason = _("转到“%(class)s”") % {"class": group}
    if leaving.end_seat(enrolment, pools[enrolment.pool_id], by=by, because=reason, now=now):
        offering.offer_what_is_free(pools[enrolment.pool_id], now)
    return made


@transaction.atomic
def admit(
    *,
    person: Person,
    pool: SeatPool,
    because: str,
    by: User | None = None,
    now: datetime | None = None,
) -> Enrolment:
    """Late admission (补录, 插班): a free seat outside of every round, for a reason.

    Asking again is harmless. Raises ReasonMissing without one, and a RegistrationRefused
    when the class does not fit the person, is full, or has people in line before them.
    """
    now = now or timezone.now()
    person = seats.lock_persons([person])[person.pk]
    group = seats.class_now(pool.class_group_id)
    held = queries.place_held(person=person, class_group=group)
    if isinstance(held, Enrolment):
        return held
    if held:
        raise errors.PartnerHasPlace(
            _("%(name)s在这个班排着候补 %(number)s 号，请按候补办。")
            % {"name": person.name, "number": held.number}
        )
    if not because.strip():
        raise errors.ReasonMissing(_("请写一句为什么补录，以后查得到。"))
    if group.term.ends_on < timezone.localdate(now):
        raise errors.RegistrationClosed(_("这个学期已经结束，不能再补录。"))
    pool = seats.lock_pool(pool.pk)
    _take_seat(person, pool)
    made = Enrolment.objects.create(
        class_group=group,
        pool=pool,
        person=person,
        source=Source.LATE,
        note=because.strip(),
        seated_at=now,
        seated_by=by,
    )
    seats.tell(signals.seat_given, Enrolment, enrolment=made)
    return made


def _rounds_with_classes(term: Term) -> list[tuple[RegistrationRound, set[int]]]:
    """The rounds of the term in their order, each with the keys of the classes it names."""
    rounds = term.rounds.with_draw().prefetch_related("classes")
    return [
        (one, {group.pk for group in one.classes.all()})
        for one in rounds.order_by("opens_at", "pk")
    ]


def _take_seat(person: Person, pool: SeatPool) -> None:
    """Take a seat of a locked pool for `person`, or say why not."""
    group = pool.class_group
    if group.cancelled_at:
        raise errors.ClassCancelled(_("这个班停开了，请看看别的班。"))
    for no in (
        rules.unusable(person),
        rules.ineligible(person=person, class_group=group),
        rules.withheld(person),
    ):
        if no:
            raise no
    if queries.place_held(person=person, class_group=group):
        raise errors.PartnerHasPlace(
            _("%(name)s在“%(class)s”已经有座位或候补号了。")
            % {"name": person.name, "class": group}
        )
    if pool.held_for_draw:
        raise errors.DrawPending(_("这个班正在抽签，抽签结果出来以后再办。"))
    if waiting := pool.waiting.filter(left_at=None).count():
        raise errors.ClassFull(
            _("这个班有 %(count)s 人在候补，空出的座位要先给他们。可以报名排候补。")
            % {"count": waiting}
        )
    if not seats.take(pool):
        raise errors.ClassFull(_("这个班满了。可以报名排候补，空出来就通知您。"))

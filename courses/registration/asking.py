"""First come: a seat, or the next waiting number."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from courses import errors, queries, signals
from courses.models import ClassGroup, Enrolment, RegistrationRound, SeatPool, Source, WaitingEntry
from courses.registration import holding, rules, seats


def register(
    *,
    person: Person,
    class_group: ClassGroup,
    pool: SeatPool | None = None,
    partner: Person | None = None,
    by: User | None = None,
    source: str = Source.ONLINE,
    key: UUID | None = None,
    now: datetime | None = None,
) -> Enrolment | WaitingEntry:
    """Give `person` a seat in the class or, if it is full, the next waiting number.

    With `partner` both get a seat or both a number, one after the other. Asking again is
    harmless: the place already held is returned, and for a `key` that was answered before
    for this class the place of that answer, even if it was given up since. Raises a
    RegistrationRefused in words when a rule says no to either, or seats of the class are
    given out by lot.
    """
    asked = {
        "person": person,
        "class_group": class_group,
        "pool": pool,
        "partner": partner,
        "by": by,
        "source": source,
        "key": key,
        "now": now or timezone.now(),
    }
    try:
        return _register(**asked)
    except IntegrityError:
        # The round or the class was taken out between the look and the commit: nothing was
        # written, and a second look finds words for it.
        return _register(**asked | {"class_group": seats.class_now(class_group.pk)})


def _register(
    *,
    person: Person,
    class_group: ClassGroup,
    pool: SeatPool | None,
    partner: Person | None,
    by: User | None,
    source: str,
    key: UUID | None,
    now: datetime,
) -> Enrolment | WaitingEntry:
    asking = [person, partner] if partner and partner != person else [person]
    rounds = rules.rounds_of(class_group)
    # Everything that others do not change is looked at before anybody waits for a lock.
    refused = _refusal(asking, class_group, rounds, now)
    if refused:
        place, _is_used = holding.in_class(_held(person, class_group, key), class_group)
        if place is None:
            raise refused
        return _answer(place, asking, key)
    with transaction.atomic():
        locked = seats.lock_persons(asking)
        asking = [locked[one.pk] for one in asking]
        held = _held(asking[0], class_group, key)
        place, is_used = holding.in_class(held, class_group)
        if place:
            return _answer(place, asking, key)
        if is_used or (key and len(asking) > 1 and _has_used(asking[1], key)):
            # The name of a request for something else: it names nothing here.
            key = None
        opened = rules.open_round(class_group, now, person=asking[0], rounds=rounds)
        _check_locked(asking, held, class_group, opened)
        facts = {"class_group": class_group, "round": opened, "source": source}
        while True:
            facts["pool"] = chosen = _pool(class_group, pool)
            # Full a moment ago is full: the number's own condition says whether it still is.
            if chosen.seats_left >= len(asking) and seats.take(chosen, len(asking)):
                facts |= {"seated_at": now, "seated_by": by}
                return _together(Enrolment, asking, key, [facts] * len(asking))
            if numbers := seats.take_numbers(chosen, len(asking)):
                facts |= {"asked_at": now, "asked_by": by}
                return _together(
                    WaitingEntry, asking, key, [facts | {"number": number} for number in numbers]
                )
            # A seat came free or was taken meanwhile, or the class was cancelled: look again.
            facts["class_group"] = class_group = seats.class_now(class_group.pk)
            if refused := _refusal(asking, class_group, rules.rounds_of(class_group), now):
                raise refused


def _held(person: Person, class_group: ClassGroup, key: UUID | None) -> holding.Held:
    return holding.held_by(person=person, term=class_group.term, key=key)


def _answer(
    place: Enrolment | WaitingEntry, asking: list[Person], key: UUID | None
) -> Enrolment | WaitingEntry:
    """The place that is held, unless somebody wanted two and this is for one."""
    if key is None or place.key != key:
        _check_partner_of(place, asking)
    return place


def _has_used(person: Person, key: UUID) -> bool:
    return person.enrolments.filter(key=key).exists() or person.waiting.filter(key=key).exists()


def _refusal(
    asking: list[Person],
    class_group: ClassGroup,
    rounds: list[RegistrationRound],
    now: datetime,
) -> errors.RegistrationRefused | None:
    """Why one of them may not ask for a place, apart from what they hold already."""
    facts = {"class_group": class_group, "now": now, "rounds": rounds}
    for person in asking:
        if no := rules.unfit(person=person, **facts):
            return no
    if rules.open_round(person=asking[0], **facts).is_draw:
        return errors.ByDraw(_("这个班抽签决定，不用抢。请按“参加抽签”填志愿。"))
    return None


def _check_locked(
    asking: list[Person],
    held: holding.Held,
    class_group: ClassGroup,
    opened: RegistrationRound,
) -> None:
    """What their own other requests, or the office, may have changed until now."""
    for person in asking:
        if person != asking[0]:
            held = _held(person, class_group, None)
        no = rules.unusable(person)
        if no := no or rules.full_up(person=person, held=held, opened=opened):
            raise no
    for other in asking[1:]:
        if queries.place_held(person=other, class_group=class_group):
            raise errors.PartnerHasPlace(
                _("%(name)s在这个班已经有座位或候补号了，请只给自己报。") % {"name": other.name}
            )


def _check_partner_of(held: Enrolment | WaitingEntry, asking: list[Person]) -> None:
    """That nobody is told "you have a place" who wanted two."""
    for other in asking[1:]:
        if held.partner is None or held.partner.person_id != other.pk:
            raise errors.PartnerHasPlace(
                _("%(name)s在这个班已经有座位或候补号了，不能两个人一起报。请只给%(other)s报。")
                % {"name": asking[0].name, "other": other.name}
            )


def _pool(class_group: ClassGroup, asked: SeatPool | None) -> SeatPool:
    """The pool as it is now; where there is only one, nobody has to choose."""
    pools = list(class_group.pools.all())
    found = next((pool for pool in pools if asked and pool.pk == asked.pk), None)
    if asked is None and len(pools) == 1:
        found = pools[0]
    if found is None:
        # The class may have been taken out since it was read.
        seats.class_now(class_group.pk)
        raise errors.WayNotChosen(_("请先选怎样上课，再按报名。"))
    if found.held_for_draw:
        if ClassGroup.objects.filter(pk=class_group.pk).exclude(cancelled_at=None).exists():
            # Since the class was read: its pools were shut with it.
            raise errors.ClassCancelled(_("这个班停开了，请看看别的班。"))
        raise errors.DrawPending(
            _("这个班正在抽签，现在不能报名。抽签结果出来以后，还有座位的会再开放。")
        )
    return found


def _together(model, asking: list[Person], key: UUID | None, facts: list[dict]):
    """One place for each of `asking`, tied to each other; the first one's is returned."""
    made = [
        model.objects.create(person=person, key=key, **each)
        for person, each in zip(asking, facts, strict=True)
    ]
    if len(made) == 2:
        model.objects.filter(pk=made[0].pk).update(partner=made[1])
        model.objects.filter(pk=made[1].pk).update(partner=made[0])
        made[0].partner = made[1]
    if model is Enrolment:
        for enrolment in made:
            seats.tell(signals.seat_given, Enrolment, enrolment=enrolment)
    return made[0]

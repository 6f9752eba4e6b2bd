"""A seat that came free: kept for the first in line until they answer or it expires.

A couple is offered two seats together or none. Where the first in line is a couple and one
seat is free, it goes to the next who wants one; the couple keeps its numbers and comes first
as soon as two are free.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses import errors, queries, signals
from courses.models import Enrolment, Offer, SeatPool, Source, WaitingEntry
from courses.registration import rules, seats

# Answers are asked for at an hour at which people are up and the telephone is answered.
_LAST_HOUR, _FIRST_HOUR = time(20), time(9)

Answer, Outcome = Offer.Answer, WaitingEntry.Outcome


@transaction.atomic
def fill_free_seats(pool: SeatPool, *, now: datetime | None = None) -> list[Offer]:
    """Offer what is free to those in line; return the offers. Safe to repeat.

    Wanted after the capacity was raised.
    """
    return offer_what_is_free(seats.lock_pool(pool.pk), now or timezone.now())


def offer_what_is_free(pool: SeatPool, now: datetime) -> list[Offer]:
    """The pool must be locked: else somebody could join the line unseen."""
    pool.refresh_from_db(fields=["seats_taken", "capacity", "held_for_draw"])
    group = pool.class_group
    if group.cancelled_at or pool.held_for_draw or group.term.ends_on < timezone.localdate(now):
        return []
    made, left = [], pool.seats_left
    line = list(rules.line(pool)) if left else []
    in_line = {entry.pk for entry in line}
    alone = set(_offered_alone(pool)) if line else set()
    for entry in line:
        wanted = _seats_wanted(entry, in_line, alone)
        if not 0 < wanted <= left:
            continue
        if not seats.take(pool, wanted):
            break  # The class is being cancelled.
        offer = Offer.objects.create(
            entry=entry,
            pool=pool,
            seats=wanted,
            made_at=now,
            expires_at=expiry(now, hours=group.term.offer_hours),
        )
        seats.tell(signals.seat_offered, Offer, offer=offer)
        made.append(offer)
        left -= wanted
        if not left:
            break
    return made


def expiry(now: datetime, *, hours: int) -> datetime:
    """When an offer made `now` ends: after `hours`, moved out of the night to 8 p.m."""
    end = timezone.localtime(now + timedelta(hours=hours))
    if end.time() > _LAST_HOUR:
        end += timedelta(days=1)
    if _FIRST_HOUR <= end.time() <= _LAST_HOUR:
        return end
    return end.replace(hour=_LAST_HOUR.hour, minute=0, second=0, microsecond=0)


@transaction.atomic
def accept(
    *, offer: Offer, channel: str, by: User | None = None, now: datetime | None = None
) -> Enrolment:
    """Turn the offered seat into a seat, for a couple both; return it. Twice is harmless.

    Raises OfferOver when it was answered otherwise or has expired, LimitReached when
    somebody has too many classes by now, and another RegistrationRefused when the file was
    closed; the offer stays as it is then.
    """
    now = now or timezone.now()
    persons = seats.lock_persons([entry.person for entry in _entries(offer)])
    pool = seats.lock_pool(offer.pool_id)
    offer.refresh_from_db(fields=["answer", "expires_at"])
    entries = _entries(offer)
    if offer.answer == Answer.ACCEPTED:
        return entries[0].enrolment
    if offer.answer or now >= offer.expires_at:
        raise errors.OfferOver(_over(offer.answer or Answer.EXPIRED))
    if pool.class_group.cancelled_at:
        raise errors.ClassCancelled(_("这个班停开了，请看看别的班。"))
    for person in persons.values():
        if no := rules.unusable(person) or rules.withheld(person):
            raise no
    if full := rules.limit_reached(persons.values(), entries[0]):
        raise errors.LimitReached(
            _(
                "%(name)s这学期已经有 %(limit)s 个班了。要这个座位，"
                "请先在“我的班”里退掉一个，再回来按“要”。"
            )
            % {"name": full.name, "limit": entries[0].round.max_classes}
        )
    _answer(offer, Answer.ACCEPTED, by=by, channel=channel, now=now)
    given = [_seat(entry, by=by, now=now) for entry in entries]
    if len(given) == 2:
        Enrolment.objects.filter(pk=given[0].pk).update(partner=given[1])
        Enrolment.objects.filter(pk=given[1].pk).update(partner=given[0])
        given[0].partner = given[1]
    return given[0]


@transaction.atomic
def refuse(
    *, offer: Offer, channel: str, by: User | None = None, now: datetime | None = None
) -> None:
    """Give the seat to the next in line, and remember the refusal. Twice is harmless.

    Raises OfferOver when it was answered otherwise.
    """
    now = now or timezone.now()
    if not _end(offer, Answer.REFUSED, Outcome.REFUSED, by=by, channel=channel, now=now):
        offer.refresh_from_db(fields=["answer"])
        if offer.answer != Answer.REFUSED:
            raise errors.OfferOver(_over(offer.answer))


def expire_due(now: datetime | None = None) -> int:
    """End the offers whose time is over, and offer on; return how many. Safe to repeat.

    Offered is also what lies free beside a line for another reason: whoever is first in it
    has given up a seat elsewhere, brought a relative's word, a draw is over.
    """
    now = now or timezone.now()
    due = Offer.objects.filter(answer="", expires_at__lte=now)
    ended = sum(expire(offer=offer, now=now) for offer in due)
    for pool in _free_beside_a_line(now):
        fill_free_seats(pool, now=now)
    return ended


def _free_beside_a_line(now: datetime) -> QuerySet[SeatPool]:
    waits = WaitingEntry.objects.filter(pool=OuterRef("pk"), left_at=None)
    return SeatPool.objects.filter(
        Exists(waits),
        seats_taken__lt=F("capacity"),
        held_for_draw=False,
        class_group__cancelled_at=None,
        class_group__term__in=queries.terms_not_over(now),
    )


@transaction.atomic
def expire(*, offer: Offer, now: datetime) -> bool:
    """End an offer whose time is over; whether it was this call that did."""
    return _end(
        offer, Answer.EXPIRED, Outcome.EXPIRED, by=None, channel=Offer.Channel.CLOCK, now=now
    )


@transaction.atomic
def void(
    *, offer: Offer, leaves: WaitingEntry | None = None, by: User | None, now: datetime
) -> bool:
    """Take an open offer back, because the class was cancelled or one of those it is for
    `leaves` the line; the other of a couple stays in it."""
    return _end(
        offer, Answer.VOID, Outcome.LEFT, only=leaves, by=by, channel=Offer.Channel.PAGE, now=now
    )


@transaction.atomic
def reinstate(*, entry: WaitingEntry, by: User | None = None, now: datetime | None = None) -> None:
    """Put somebody back in line under their old number: they were not reached in time.

    Of a couple who missed an offer together both come back, unless the other one may not.
    Twice is harmless. Raises RegistrationRefused when they have a place again, or a rule
    about their file says no.
    """
    now = now or timezone.now()
    entries = [entry, *_missed_with(entry)]
    persons = seats.lock_persons([one.person for one in entries])
    if no := rules.unusable(persons[entry.person_id]):
        raise no
    if entry.class_group.cancelled_at:
        raise errors.ClassCancelled(_("这个班停开了，不能再排候补。"))
    back = [one for one in entries if _may_return(one, persons[one.person_id])]
    if entry not in back:
        raise errors.PartnerHasPlace(
            _("%(name)s在这个班已经有座位或候补号了，不用恢复。") % {"name": entry.person.name}
        )
    pool = seats.lock_pool(entry.pool_id)
    gone = WaitingEntry.objects.filter(pk__in={one.pk for one in back}, enrolment=None)
    if gone.exclude(left_at=None).update(left_at=None, left_by=None, outcome=""):
        offer_what_is_free(pool, now)


def _missed_with(entry: WaitingEntry) -> list[WaitingEntry]:
    """The other of a couple who lost their place by the same offer."""
    other = entry.partner
    together = other and other.left_at and other.left_at == entry.left_at
    return [other] if together and other.outcome == entry.outcome else []


def _may_return(entry: WaitingEntry, person) -> bool:
    held = queries.place_held(person=person, class_group=entry.class_group)
    return not rules.unusable(person) and held in (None, entry)


def _offered_alone(pool: SeatPool) -> QuerySet[int]:
    """Those of a couple who were offered a seat while the other had left the line."""
    return Offer.objects.filter(
        pool=pool, answer="", seats=1, entry__partner__isnull=False
    ).values_list("entry", flat=True)


def _seats_wanted(entry: WaitingEntry, in_line: set[int], alone: set[int]) -> int:
    """2 for a couple whose first number this is, 0 for its second, else 1.

    Also 0 for a couple of whom one may not have a seat now: both keep their numbers. Who
    came back to the line while the other was offered a seat alone goes on alone, too: no
    seat stays empty for them.
    """
    partner = entry.partner
    if partner is None or partner.left_at or partner.pk in alone:
        return 1
    return 2 if entry.number < partner.number and partner.pk in in_line else 0


def _entries(offer: Offer) -> list[WaitingEntry]:
    entry = (
        WaitingEntry.objects.select_related(
            "person", "round", "class_group__term", "pool", "partner__person", "enrolment"
        )
        .filter(pk=offer.entry_id)
        .get()
    )
    return [entry, entry.partner] if offer.seats == 2 else [entry]


def _seat(entry: WaitingEntry, *, by: User | None, now: datetime) -> Enrolment:
    # A seat outlives the round it was asked in.
    enrolment = Enrolment.objects.create(
        class_group_id=entry.class_group_id,
        pool_id=entry.pool_id,
        person_id=entry.person_id,
        round_id=entry.round_id,
        source=Source.WAITING,
        seated_at=now,
        seated_by=by,
    )
    WaitingEntry.objects.filter(pk=entry.pk).update(
        left_at=now, outcome=Outcome.SEATED, enrolment=enrolment
    )
    seats.tell(signals.seat_given, Enrolment, enrolment=enrolment)
    return enrolment


def _answer(offer: Offer, answer: str, *, by, channel: str, now: datetime) -> bool:
    """One conditional UPDATE: of all who answer at once one is heard."""
    unanswered = Offer.objects.filter(pk=offer.pk, answer="")
    if answer == Answer.EXPIRED:
        # Somebody may have given them more time since it was found due.
        unanswered = unanswered.filter(expires_at__lte=now)
    return bool(unanswered.update(answer=answer, answered_at=now, answered_by=by, channel=channel))


def _end(
    offer: Offer,
    answer: str,
    outcome: str,
    *,
    only: WaitingEntry | None = None,
    by: User | None,
    channel: str,
    now: datetime,
) -> bool:
    pool = seats.lock_pool(offer.pool_id)
    if not _answer(offer, answer, by=by, channel=channel, now=now):
        return False
    for entry in [only] if only else _entries(offer):
        WaitingEntry.objects.filter(pk=entry.pk).update(left_at=now, left_by=by, outcome=outcome)
        seats.tell(
            signals.place_left, WaitingEntry, class_group=pool.class_group, person=entry.person
        )
    seats.free(pool, offer.seats)
    offer_what_is_free(pool, now)
    return True


def _over(answer: str) -> str:
    if answer == Answer.EXPIRED:
        return _("答复的时间已经过了，座位给了后面的人。还想上这个班，请打学校电话。")
    if answer == Answer.REFUSED:
        return _("这个座位您已经说过不要，给了后面的人。想再排候补，请重新报名。")
    return _("这个座位已经收回。有疑问请打学校电话。")

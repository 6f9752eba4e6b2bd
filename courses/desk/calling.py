"""The telephone desk: whom to call next about a seat that came free, and what they said.

An offer is called by one registrar at a time: who begins a call has it for a few minutes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import queries as accounts
from accounts.files import keeping
from accounts.models import Person, Proxy, Relative, User
from courses import queries
from courses.desk import doors
from courses.errors import CallRefused, OfferOver
from courses.models import CallAttempt, Offer
from courses.registration import offering

# How long a call that was begun is nobody else's.
CALL = timedelta(minutes=10)
# domain rule: three call attempts are logged.
ATTEMPTS = 3

Answer, Outcome = Offer.Answer, CallAttempt.Outcome
# How an offer is missed.
MISSED = (Answer.EXPIRED.value, Answer.REFUSED.value)


@dataclass(frozen=True)
class Number:
    """A telephone number, and who answers it."""

    whose: str
    phone: str
    note: str = ""


@dataclass(frozen=True)
class Callee:
    """Somebody to be called, with the numbers to dial in their order."""

    person: Person
    numbers: list[Number]


# Reading


def calls_to_make(user: User, *, now: datetime) -> QuerySet[Offer]:
    """Open offers in the order in which to call: fewest attempts, earliest deadline, number.

    Each with `attempts` and `has_number`; those whom no telephone reaches come last.
    """
    reached = _reached("entry__person") | (Q(seats=2) & _reached("entry__partner__person"))
    return (
        doors.offers_led_by(user)
        .filter(answer="", expires_at__gt=now)
        .annotate(
            attempts=Count("calls"),
            has_number=Case(When(reached, then=Value(True)), default=Value(False)),
        )
        .select_related("call_taken_by__person")
        .prefetch_related("calls__called_by__person")
        .order_by("-has_number", "attempts", "expires_at", "entry__number", "pk")
    )


def next_call(user: User, *, now: datetime) -> Offer | None:
    """The call that `user` has begun, else the first that nobody is making."""
    return next_of(calls_to_make(user, now=now), user=user, now=now)


def next_of(calls: Iterable[Offer], *, user: User, now: datetime) -> Offer | None:
    """The same of `calls` that were fetched already."""
    calls = list(calls)
    mine = (one for one in calls if is_taken_by(one, user, now))
    free = (one for one in calls if one.has_number and not is_taken(one, now))
    return next(mine, None) or next(free, None)


def is_taken(offer: Offer, now: datetime) -> bool:
    """Whether somebody is on the telephone about the offer."""
    return bool(offer.call_taken_by_id) and offer.call_taken_until > now


def is_taken_by(offer: Offer, user: User, now: datetime) -> bool:
    return is_taken(offer, now) and offer.call_taken_by_id == user.pk


def persons_of(offer: Offer) -> list[Person]:
    """Whom the offer is for: one, or a couple."""
    entry = offer.entry
    return [entry.person, entry.partner.person] if offer.seats == 2 else [entry.person]


def callees_of(offer: Offer) -> list[Callee]:
    """Who is called about the offer, with every number that may reach them: their own, then
    those who act for them, then relatives. A number that couples share stands once."""
    dialled: set[str] = set()
    found = []
    for person in persons_of(offer):
        numbers = [one for one in _numbers_of(person) if one.phone not in dialled]
        dialled |= {one.phone for one in numbers}
        found.append(Callee(person, numbers))
    return found


def missed(user: User, *, now: datetime, text: str = "") -> QuerySet[Offer]:
    """Offers of terms that are not over that were refused or not answered in time, the
    latest first; not those whose people are in line again or have a seat.

    Every word of `text` must be in a name or its pinyin, or in the class.
    """
    later = Offer.objects.filter(entry=OuterRef("entry"), pk__gt=OuterRef("pk"))
    fits = Q()
    for word in text.lower().split():
        fits &= (
            Q(entry__person__name__icontains=word)
            | Q(entry__person__pinyin_letters__startswith=word)
            | Q(entry__person__pinyin_initials__startswith=word)
            | Q(entry__class_group__name__icontains=word)
            | Q(entry__class_group__code__icontains=word)
            | Q(entry__class_group__pinyin_initials__startswith=word)
        )
    return (
        doors.offers_led_by(user)
        .filter(
            fits,
            answer__in=MISSED,
            entry__left_at__isnull=False,
            entry__enrolment=None,
            entry__class_group__cancelled_at=None,
            entry__class_group__term__in=queries.terms_not_over(now),
        )
        .exclude(Exists(later))
        .annotate(attempts=Count("calls"))
        .select_related("answered_by__person")
        .order_by("-answered_at", "-pk")
    )


def by_answer(offers: QuerySet[Offer]) -> dict[str, int]:
    """How many of `offers` that were missed have each answer; one query."""
    # Counted anew: what was joined for the list would make groups of its own.
    same = Offer.objects.filter(pk__in=offers.order_by().values("pk")).order_by()
    counts = same.values("answer").annotate(count=Count("pk"))
    return dict.fromkeys(MISSED, 0) | {row["answer"]: row["count"] for row in counts}


# Calling


@transaction.atomic
def begin_call(*, offer: Offer, by: User, now: datetime | None = None) -> list[Callee]:
    """Take the call for some minutes; return whom to dial, and write down that it was shown.

    Beginning again is harmless and takes it anew. Raises CallRefused while somebody else is
    calling, and when there is nothing to ask any more.
    """
    now = now or timezone.now()
    taken = Offer.objects.filter(
        _untaken(now) | Q(call_taken_by=by), pk=offer.pk, answer="", expires_at__gt=now
    ).update(call_taken_by=by, call_taken_until=now + CALL)
    if not taken:
        offer.refresh_from_db()
        raise CallRefused(_why_not(offer, now))
    offer.call_taken_by, offer.call_taken_until = by, now + CALL
    callees = callees_of(offer)
    for callee in callees:
        keeping.reveal(person=callee.person, names=_shown(callee.person), by=by, now=now)
    return callees


@transaction.atomic
def put_down(*, offer: Offer, by: User) -> None:
    """Leave a call that was begun to others. Harmless where it is somebody else's."""
    _released(offer, by)


@transaction.atomic
def log_call(
    *, offer: Offer, outcome: str, by: User, note: str = "", now: datetime | None = None
) -> CallAttempt:
    """Write down how the call went; a yes or a no answers the offer.

    The same again is harmless. Raises CallRefused when `by` was not calling, and what
    accepting and refusing raise; nothing was written then.
    """
    now = now or timezone.now()
    # The answer first: it locks persons before the offer, as everybody does.
    if outcome == Outcome.ACCEPTED:
        offering.accept(offer=offer, channel=Offer.Channel.PHONE, by=by, now=now)
    elif outcome == Outcome.REFUSED:
        offering.refuse(offer=offer, channel=Offer.Channel.PHONE, by=by, now=now)
    if not _released(offer, by):
        last = offer.calls.filter(called_by=by).last()
        if last and last.outcome == outcome:
            return last
        raise CallRefused(_("这个电话现在不在您手上，请先按“开始打”。"))
    return CallAttempt.objects.create(
        offer=offer, outcome=outcome, note=note.strip(), called_by=by, called_at=now
    )


@transaction.atomic
def extend(
    *, offer: Offer, hours: int, seen: datetime, by: User, now: datetime | None = None
) -> datetime:
    """Keep the seat for `hours` more than `seen`, the deadline on the page; return the new
    one. Pressed twice it is longer once.

    Raises OfferOver when it was answered or has expired.
    """
    now = now or timezone.now()
    until = offering.expiry(seen, hours=hours)
    still_open = Offer.objects.filter(pk=offer.pk, answer="", expires_at__gt=now)
    still_open.filter(expires_at=seen).update(expires_at=until)
    if (now_until := still_open.values_list("expires_at", flat=True).first()) is None:
        raise OfferOver(_("这个座位已经答复过，或者过期了，不能再延长。"))
    return now_until


# Inside


def _untaken(now: datetime) -> Q:
    return Q(call_taken_by=None) | Q(call_taken_until__lte=now)


def _released(offer: Offer, by: User) -> bool:
    mine = Offer.objects.filter(pk=offer.pk, call_taken_by=by)
    return bool(mine.update(call_taken_by=None, call_taken_until=None))


def _why_not(offer: Offer, now: datetime) -> str:
    if offer.answer:
        return _("已经答复了：%(answer)s。") % {"answer": offer.get_answer_display()}
    if offer.expires_at <= now:
        return _("留座位的时间过了，不用打了。")
    return _("%(who)s正在打，请打下一个。") % {"who": offer.call_taken_by}


def _reached(path: str) -> Q:
    """Whether any telephone reaches the person at `path`."""
    person = OuterRef(path)
    own = Q(**{f"{path}__phone__gt": ""}) | Q(**{f"{path}__other_phone__gt": ""})
    agents = Proxy.objects.filter(person=person, revoked_at=None, agent__phone__isnull=False)
    return own | Exists(agents) | Exists(Relative.objects.filter(person=person))


def _numbers_of(person: Person) -> Iterable[Number]:
    if person.phone:
        yield Number(_("本人"), person.phone)
    if person.other_phone:
        yield Number(_("本人，其他电话"), person.other_phone)
    for proxy in accounts.proxies_of(person):
        if proxy.agent.phone:
            name = proxy.agent.person.name if proxy.agent.person else ""
            whose = _("代办人：%(relation)s %(name)s") % {
                "relation": proxy.get_relation_display(),
                "name": name,
            }
            yield Number(whose.strip(), proxy.agent.phone)
    for relative in person.relatives.all():
        yield Number(_("家属：%(name)s") % {"name": relative}, relative.phone, relative.note)


def _shown(person: Person) -> list[str]:
    """What of the file a call shows in full, and whose numbers beside it."""
    own = [name for name in ("phone", "other_phone", "phone_note") if getattr(person, name)]
    agents = any(proxy.agent.phone for proxy in accounts.proxies_of(person))
    others = [("agents", agents), ("relatives", person.relatives.exists())]
    return own + [name for name, are_shown in others if are_shown]

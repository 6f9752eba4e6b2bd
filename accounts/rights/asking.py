"""What people ask of the school about their files: asking, taking back, deciding.

A file is erased, or read by a dead person's relative, only after somebody at the school has
said yes; each step is a line in the audit log.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, queries, services
from accounts.errors import RequestRefused
from accounts.models import Person, Proxy, RightsRequest, User, Way
from accounts.rights import erasing

Kind, State = RightsRequest.Kind, RightsRequest.State

# Who may speak for a person about their data: not everybody who may register them.
CLOSE = (Proxy.Relation.SPOUSE, Proxy.Relation.CHILD)
# How long a relative may read, unless somebody says another day.
READS_FOR = timedelta(days=30)
READS_AT_MOST = timedelta(days=180)
# Of one relative; nobody buries more, and nobody tries out names.
MOST_OPEN = 3


# Who may


def may_speak_for(*, user: User, person: Person) -> bool:
    """Whether `user` may give and take back consent for `person`, have the copy of their
    data and ask to erase it: the person, husband or wife, and children."""
    if queries.own_file(user) == person:
        return True
    proxy = queries.live_proxy(user=user, person=person)
    return proxy is not None and proxy.relation in CLOSE


def spoken_for(*, user: User, person: Person) -> Person:
    """`person`, if `user` may speak for them about their data. Raises Http404 otherwise."""
    if may_speak_for(user=user, person=person):
        return person
    raise Http404


def way_of(*, user: User, person: Person) -> str:
    """How something is said when `user` says it here: by the person or by a proxy."""
    return Way.ONLINE if queries.own_file(user) == person else Way.PROXY


def requests_of(person: Person) -> QuerySet[RightsRequest]:
    """What was asked about a person's own file, the newest first."""
    asked = RightsRequest.objects.filter(person=person).exclude(kind=Kind.RELATIVES_ACCESS)
    return asked.order_by("-asked_at", "-pk")


def request_made_for(*, user: User, person: Person | None, pk: int) -> RightsRequest:
    """A request that `user` may take back: about `person`, or their own as a relative.

    Raises Http404 for all others.
    """
    mine = Q(kind=Kind.RELATIVES_ACCESS, asked_by=user)
    if person and may_speak_for(user=user, person=person):
        mine |= Q(person=person) & ~Q(kind=Kind.RELATIVES_ACCESS)
    if found := RightsRequest.objects.filter(mine, pk=pk).first():
        return found
    raise Http404


def asked_as_relative(user: User) -> QuerySet[RightsRequest]:
    """What `user` asked about dead relatives, the newest first."""
    asked = RightsRequest.objects.filter(kind=Kind.RELATIVES_ACCESS, asked_by=user)
    return asked.order_by("-asked_at", "-pk")


def reading_right(*, user: User, pk: int, now: datetime | None = None) -> RightsRequest:
    """The granted request by which `user` may read a dead relative's file now.

    Raises Http404 for all others, and once the day has passed.
    """
    granted = asked_as_relative(user).filter(
        pk=pk, state=State.GRANTED, until__gt=now or timezone.now(), person__erased_at=None
    )
    if found := granted.select_related("person__organisation").first():
        return found
    raise Http404


def requests_led_by(user: User) -> QuerySet[RightsRequest]:
    """What `user` has to decide, and what was decided: about files of their organisations.

    Of whom no file was found, those decide who are over a whole tree.
    """
    led = queries.organisations_led_by(user, *queries.WRITES_FILES)
    scope = Q(person__organisation__in=led)
    if led.filter(depth=1).exists():
        scope |= Q(person=None)
    return RightsRequest.objects.filter(scope).select_related(
        "person__organisation", "asked_by__person", "decided_by__person"
    )


def request_led_by(*, user: User, pk: int) -> RightsRequest:
    """The request, if `user` decides about that file. Raises Http404 for all others."""
    if found := requests_led_by(user).filter(pk=pk).first():
        return found
    raise Http404


@dataclass(frozen=True)
class Choice:
    """Which requests a list shows."""

    state: str = State.OPEN
    kind: str = ""
    words: str = ""


def chosen(requests: QuerySet[RightsRequest], choice: Choice) -> QuerySet[RightsRequest]:
    """`requests` that fit: those still open first, the longest waiting of them on top."""
    if choice.state:
        requests = requests.filter(state=choice.state)
    if choice.kind:
        requests = requests.filter(kind=choice.kind)
    if choice.words:
        squeezed = choice.words.lower().replace(" ", "")
        requests = requests.filter(
            Q(person__name__icontains=choice.words)
            | Q(about_name__icontains=choice.words)
            | Q(person__pinyin_letters__startswith=squeezed)
            | Q(person__pinyin_initials__startswith=squeezed)
        )
    order = "asked_at" if choice.state == State.OPEN else "-asked_at"
    return requests.order_by(order, "pk")


# Asking


@transaction.atomic
def ask(
    *,
    person: Person,
    kind: str,
    way: str,
    by: User,
    words: str = "",
    paper: str = "",
    now: datetime | None = None,
) -> RightsRequest:
    """Ask for a correction or an erasure; what is asked already is returned.

    Raises RequestRefused for a paper without its number or a correction that says nothing,
    and FileFrozen.
    """
    now = now or timezone.now()
    services.check_not_frozen(Person.objects.select_for_update(no_key=True).get(pk=person.pk))
    _check_paper(way, paper)
    if kind == Kind.CORRECTION and not words.strip():
        raise RequestRefused(_("请写明哪里不对，应该是什么。"))
    if same := RightsRequest.objects.filter(person=person, kind=kind, state=State.OPEN).first():
        return same
    made = RightsRequest.objects.create(
        person=person,
        kind=kind,
        way=way,
        words=words.strip(),
        paper=paper.strip(),
        asked_at=now,
        # A paper was signed by the person, whoever writes that down.
        asked_by=None if way == Way.PAPER else by,
    )
    _record_asked(made, by, now)
    return made


@transaction.atomic
def ask_as_relative(
    *,
    name: str,
    born_on: date,
    relation: str,
    words: str,
    by: User,
    now: datetime | None = None,
) -> RightsRequest:
    """A relative asks to read the file of somebody who died, named by name and birth.

    The same happens whether or not there is such a file: nobody learns here who has one.
    Asking again for the same is harmless. Raises RequestRefused beyond MOST_OPEN.
    """
    now = now or timezone.now()
    waiting = asked_as_relative(by).filter(state=State.OPEN)
    if same := waiting.filter(about_name=name, about_born_on=born_on).first():
        return same
    if waiting.count() >= MOST_OPEN:
        raise RequestRefused(_("您的几份申请还在办，请等一等，或打电话给学校。"))
    made = RightsRequest.objects.create(
        person=_file_named(name, born_on),
        kind=Kind.RELATIVES_ACCESS,
        way=Way.ONLINE,
        words=words.strip(),
        about_name=name,
        about_born_on=born_on,
        relation=relation,
        asked_at=now,
        asked_by=by,
    )
    _record_asked(made, by, now)
    return made


def _file_named(name: str, born_on: date) -> Person | None:
    """The one file of that name and birth; of several the one of somebody who died."""
    files = Person.objects.kept().filter(name=name, born_on=born_on)
    found = list(files.filter(frozen_at__isnull=False)[:2]) or list(files[:2])
    return found[0] if len(found) == 1 else None


@transaction.atomic
def record_relatives_paper(
    *,
    person: Person,
    relation: str,
    paper: str,
    by: User,
    phone: str = "",
    words: str = "",
    now: datetime | None = None,
) -> RightsRequest:
    """Write down from a paper that a relative asks to read the file of a dead `person`.

    With a telephone number they may read it themselves once it is granted; without one the
    school prints it. Raises RequestRefused without a paper.
    """
    now = now or timezone.now()
    _check_paper(Way.PAPER, paper)
    made = RightsRequest.objects.create(
        person=person,
        kind=Kind.RELATIVES_ACCESS,
        way=Way.PAPER,
        paper=paper.strip(),
        words=words.strip(),
        about_name=person.name,
        about_born_on=person.born_on,
        relation=relation,
        asked_at=now,
        asked_by=services.login_of(phone=phone) if phone else None,
    )
    _record_asked(made, by, now)
    return made


@transaction.atomic
def take_back(*, request: RightsRequest, by: User, now: datetime | None = None) -> bool:
    """What was asked is not wanted any more; True if it was still open."""
    now = now or timezone.now()
    taken = RightsRequest.objects.filter(pk=request.pk, state=State.OPEN).update(
        state=State.WITHDRAWN, decided_at=max(now, request.asked_at), decided_by=by
    )
    if taken:
        audit.record(
            audit.Action.RIGHTS_DECIDED,
            by=by,
            person=request.person,
            now=now,
            kind=request.kind,
            state=State.WITHDRAWN,
        )
    return bool(taken)


# Deciding


@transaction.atomic
def decide(
    *,
    request: RightsRequest,
    granted: bool,
    answer: str,
    by: User,
    until: date | None = None,
    now: datetime | None = None,
) -> RightsRequest:
    """Say yes or no, with an answer; a yes to an erasure erases, one to a relative lets them
    read until the end of `until`.

    Raises RequestRefused for what is decided already, for one's own, without an answer, or
    where a relative cannot be let in yet; and what `erasing.erase` raises.
    """
    now = now or timezone.now()
    request = RightsRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state != State.OPEN:
        raise RequestRefused(_("这份申请已经办过了：%(state)s。") % {"state": _state_of(request)})
    about_oneself = request.person_id and request.person_id == by.person_id
    if about_oneself or request.asked_by_id == by.pk:
        raise RequestRefused(_("自己提的申请，要由别的工作人员来办。"))
    if not answer.strip():
        raise RequestRefused(_("请写一句答复，本人看得到。"))
    reads_until = None
    if granted and request.kind == Kind.RELATIVES_ACCESS:
        reads_until = _until(request, until, now)
    request.state = State.GRANTED if granted else State.REFUSED
    request.answer, request.until = answer.strip(), reads_until
    request.decided_at, request.decided_by = max(now, request.asked_at), by
    request.save()
    if granted and request.kind == Kind.ERASURE:
        erasing.erase(person=request.person, by=by, now=now)
    audit.record(
        audit.Action.RIGHTS_DECIDED,
        by=by,
        person=request.person,
        now=now,
        kind=request.kind,
        state=request.state,
    )
    return request


def _until(request: RightsRequest, until: date | None, now: datetime) -> datetime:
    if request.person is None:
        raise RequestRefused(_("没有找到这位逝者的档案，只能答复，不能开放查阅。"))
    if request.person.deceased_on is None:
        raise RequestRefused(_("这份档案还没有登记去世。请先核实、登记，再开放查阅。"))
    if until is None:
        return now + READS_FOR
    end = timezone.make_aware(datetime.combine(until + timedelta(days=1), time()))
    if not now < end <= now + READS_AT_MOST + timedelta(days=1):
        raise RequestRefused(
            _("开放到哪一天，要在今天以后、%(days)s 天以内。") % {"days": READS_AT_MOST.days}
        )
    return end


def _state_of(request: RightsRequest) -> str:
    return request.get_state_display()


def _check_paper(way: str, paper: str) -> None:
    if way == Way.PAPER and not paper.strip():
        raise RequestRefused(_("请写明签字的纸放在哪里，或它的编号。"))


def _record_asked(request: RightsRequest, by: User, now: datetime) -> None:
    audit.record(
        audit.Action.RIGHTS_ASKED,
        by=by,
        person=request.person,
        on_behalf_of=request.person if request.way == Way.PROXY else None,
        now=now,
        kind=request.kind,
        way=request.way,
    )

"""Today's work of a registrar: what has to be done, how much of it, where."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.queries import organisations_led_by
from common import dates
from courses import queries
from courses.desk.calling import calls_to_make
from courses.fees import amounts, owing
from courses.lists import classes
from courses.models import Application, Draw, Enrolment, RegistrationRound, Source, WaitingEntry
from courses.planning import clashes

# What is not at hand yet is no work of today.
AHEAD = timedelta(days=7)
# An offer that ends so soon is called about first.
SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Work:
    """So much of something that waits, one sentence about it, and where it is done."""

    count: int
    what: str
    note: str
    url: str
    button: str


@dataclass(frozen=True)
class RoundNow:
    """A round of these days and how it stands: coming, open, over."""

    round: RegistrationRound
    state: str
    applications: int
    url: str


@dataclass(frozen=True)
class Figures:
    """Of the classes of the terms that are not over. Seats are not people."""

    seats: int
    taken: int
    people: int
    waiting: int
    at_the_desk: int


def work_of(user: User, *, now: datetime) -> list[Work]:
    """What waits for `user`; what there is none of is left out. The number of queries does
    not grow with it."""
    kinds: tuple[Callable, ...] = (
        _calls,
        _freezing,
        _drawing,
        _clashes,
        _refunds,
        _gone,
        _under,
        _owed,
    )
    return [work for kind in kinds if (work := kind(user, now)) and work.count]


def rounds_of_these_days(user: User, *, now: datetime) -> list[RoundNow]:
    """The rounds that are open, open soon, or closed in the last days, what is open first."""
    live = Count("applications", filter=Q(applications__withdrawn_at=None))
    found = (
        _rounds(user)
        .filter(opens_at__lte=now + AHEAD, closes_at__gt=now - AHEAD)
        .annotate(wished=live, state=_state(now))
        .order_by("opens_at", "pk")
    )
    draws = address("courses:draw_list")
    rounds = [
        RoundNow(each, each.state, each.wished, draws if each.is_draw else "") for each in found
    ]
    return sorted(rounds, key=lambda each: ("open", "coming", "over").index(each.state))


def figures(user: User, *, now: datetime) -> Figures:
    """Seats, seats given, people, who waits, and how many came to the desk; three queries."""
    going_on = queries.classes_led_by(user).filter(
        term__in=queries.terms_not_over(now), cancelled_at=None
    )
    seats = (
        classes.counted(going_on)
        .order_by()
        .aggregate(seats=Sum("seats_all"), taken=Sum("learners"), waiting=Sum("waiting_all"))
    )
    places = {"class_group__in": going_on.order_by().values("pk")}
    given = Enrolment.objects.filter(withdrawn_at=None, **places).aggregate(
        people=Count("person", distinct=True), desk=Count("pk", filter=_AT_THE_DESK)
    )
    waiting = WaitingEntry.objects.filter(_AT_THE_DESK, left_at=None, **places).count()
    return Figures(
        seats=seats["seats"] or 0,
        taken=seats["taken"] or 0,
        waiting=seats["waiting"] or 0,
        people=given["people"],
        at_the_desk=given["desk"] + waiting,
    )


def address(name: str, query: str = "") -> str:
    """Where a page is; nothing for one that this school does not have."""
    try:
        return reverse(name) + query
    except NoReverseMatch:
        return ""


_AT_THE_DESK = Q(source__in=(Source.COUNTER, Source.PHONE))


def _state(now: datetime) -> Case:
    return Case(
        When(opens_at__gt=now, then=Value("coming")),
        When(closes_at__gt=now, then=Value("open")),
        default=Value("over"),
        output_field=CharField(),
    )


def _rounds(user: User) -> QuerySet[RegistrationRound]:
    """The rounds that `user` may open: of the terms they lead."""
    terms = queries.terms_led_by(user).order_by().values("pk")
    return RegistrationRound.objects.filter(term__in=terms).select_related("term", "organisation")


def _own_rounds(user: User) -> QuerySet[RegistrationRound]:
    """The rounds that `user` may freeze and draw."""
    led: QuerySet[Organisation] = organisations_led_by(user, *queries.LEADS_CLASSES)
    return RegistrationRound.objects.filter(term__organisation__in=led)


def _calls(user: User, now: datetime) -> Work | None:
    offers = list(calls_to_make(user, now=now).order_by().values_list("expires_at", flat=True))
    if not offers:
        return None
    soon = sum(at < now + SOON for at in offers)
    note = _("最早一个留到%(when)s") % {"when": _when(min(offers))}
    if soon:
        note += ngettext("，%(count)s 个在一天以内到期", "，%(count)s 个在一天以内到期", soon) % {
            "count": soon
        }
    url = address("courses:phone_desk")
    return Work(len(offers), _("空出的座位要打电话问"), note, url, _("去打"))


def _freezing(user: User, now: datetime) -> Work:
    drawn = Draw.objects.filter(round=OuterRef("pk"))
    live = Application.objects.filter(round=OuterRef("pk"), withdrawn_at=None)
    count = (
        _own_rounds(user)
        .filter(~Exists(drawn), Exists(live), method=RegistrationRound.Method.DRAW)
        .filter(closes_at__lte=now)
        .count()
    )
    note = _("报名已经截止，封好名单才能抽签")
    return Work(count, _("抽签名单要封存"), note, address("courses:draw_list"), _("去封存"))


def _drawing(user: User, now: datetime) -> Work:
    count = _own_rounds(user).filter(draw__drawn_at=None, draw__isnull=False).count()
    note = _("名单已经封好，等公开的数")
    return Work(count, _("要抽签"), note, address("courses:draw_list"), _("去抽签"))


def _clashes(user: User, now: datetime) -> Work | None:
    found = clashes.of(queries.classes_led_by(user), now=now)
    if not found:
        return None
    first = found[0]
    note = _("%(what)s：“%(first)s”和“%(second)s”") % {
        "what": first.what,
        "first": first.first,
        "second": first.second,
    }
    what = _("课表有冲突")
    return Work(len(found), what, note, address("courses:timetable_board"), _("去看"))


def _refunds(user: User, now: datetime) -> Work:
    found = owing.totals(owing.chosen(user, owing.Choice(owing.BACK)), owing.BACK)
    note = _("一共 %(yuan)s 元，停开或转班多出来的") % {"yuan": amounts.plain(found.amount)}
    return Work(
        found.seats, _("要退费"), note, address("courses:open_fees", "?state=back"), _("去退")
    )


def _gone(user: User, now: datetime) -> Work:
    found = owing.totals(owing.chosen(user, owing.Choice(owing.GONE)), owing.GONE)
    note = _("交过 %(yuan)s 元，退费，或记下不退") % {"yuan": amounts.plain(found.amount)}
    url = address("courses:open_fees", "?state=gone")
    return Work(found.seats, _("退了班，要定退不退"), note, url, _("去定"))


def _under(user: User, now: datetime) -> Work:
    """Classes of terms that have not begun: later it is too late to merge them."""
    found = classes.counted(queries.classes_led_by(user)).filter(
        classes.UNDER_MINIMUM, term__starts_on__gte=timezone.localdate(now)
    )
    note = _("还没开学，可以再招、合班或停开")
    url = address("courses:class_list", "?state=under")
    return Work(found.count(), _("班不够开班人数"), note, url, _("去看"))


def _owed(user: User, now: datetime) -> Work:
    choice = owing.Choice(owing.OWED)
    terms = queries.terms_not_over(now)
    found = owing.chosen(user, choice).filter(class_group__term__in=terms)
    total = owing.totals(found, owing.OWED)
    note = _("%(people)s 人，一共 %(yuan)s 元") % {
        "people": total.people,
        "yuan": amounts.plain(total.amount),
    }
    return Work(total.seats, _("学费没有交"), note, address("courses:open_fees"), _("去看"))


def _when(moment: datetime) -> str:
    return dates.day_clock(timezone.localtime(moment), get_language() or "zh-hans")

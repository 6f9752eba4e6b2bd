"""A class in the words of a timetable: when, where, for how much."""

from datetime import date, datetime, timedelta

from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import dates
from courses.models import (
    ClassGroup,
    Enrolment,
    RegistrationRound,
    SeatPool,
    Subject,
    WaitingEntry,
)

register = template.Library()

ICONS = {
    Subject.CALLIGRAPHY: "brush",
    Subject.PAINTING: "painting",
    Subject.SINGING: "song",
    Subject.DANCE: "dance",
    Subject.FITNESS: "taichi",
    Subject.PHONE: "mobile",
    Subject.LITERATURE: "history",
    Subject.PARTY: "book",
}


@register.filter
def every_week(class_group: ClassGroup) -> str:
    """每周三"""
    return [
        _("每周一"),
        _("每周二"),
        _("每周三"),
        _("每周四"),
        _("每周五"),
        _("每周六"),
        _("每周日"),
    ][class_group.weekday]


@register.filter
def hours(class_group: ClassGroup) -> str:
    """上午9点到10点半"""
    start = datetime.combine(date.min, class_group.starts_at_time)
    end = start + timedelta(minutes=class_group.minutes)
    return dates.clock_span(start, end, get_language() or "zh-hans")


@register.filter
def when(class_group: ClassGroup) -> str:
    """每周三 上午9点到10点半"""
    return f"{every_week(class_group)} {hours(class_group)}"


@register.filter
def room(class_group: ClassGroup) -> str:
    """石桥社区教学点 二楼; empty where nobody has to go anywhere."""
    parts = [str(class_group.teaching_point or ""), class_group.room]
    return " ".join(part for part in parts if part)


@register.filter
def where(class_group: ClassGroup) -> str:
    """在家看直播，或到石桥社区教学点"""
    place = room(class_group)
    if class_group.mode == ClassGroup.Mode.ON_SITE:
        return place or str(class_group.organisation)
    if class_group.mode == ClassGroup.Mode.BOTH and place:
        return _("在家看直播，或到%(place)s") % {"place": place}
    return _("在家看直播")


@register.filter
def price(class_group: ClassGroup) -> str:
    """180 元, 不收费"""
    if not class_group.fee:
        return _("不收费")
    return _("%(fee)s 元") % {"fee": dates.plain_number(class_group.fee)}


@register.filter
def fee(class_group: ClassGroup) -> str:
    """学费 180 元, 不收费"""
    if not class_group.fee:
        return price(class_group)
    return _("学费 %(price)s") % {"price": price(class_group)}


@register.filter
def fee_against(class_group: ClassGroup, other: ClassGroup) -> str:
    """What changing from `other` costs: 要补 60 元, 会退 60 元, 一样."""
    more = class_group.fee - other.fee
    if not more:
        return _("学费一样")
    amount = {"amount": dates.plain_number(abs(more))}
    return (
        _("学费要补 %(amount)s 元") % amount if more > 0 else _("学费会退 %(amount)s 元") % amount
    )


@register.filter
def way(pool: SeatPool) -> str:
    """到现场, 到教学点看大屏幕：石桥社区教学点; empty where all seats are alike."""
    if pool.kind == SeatPool.Kind.COMMON:
        return ""
    if pool.teaching_point_id:
        return _("到%(point)s看大屏幕") % {"point": pool.teaching_point}
    return str(pool.get_kind_display())


@register.filter
def for_whom(opened: RegistrationRound) -> str:
    """Whom a round is for; empty for everybody."""
    if opened.who == RegistrationRound.Who.ORGANISATION:
        return _("%(organisation)s的人") % {"organisation": opened.organisation}
    return "" if opened.who == RegistrationRound.Who.EVERYONE else str(opened.get_who_display())


@register.filter
def state(class_group: ClassGroup, place: Enrolment | WaitingEntry | None) -> str:
    """What a list says of a class: what one holds in it, or how many wait."""
    if isinstance(place, Enrolment):
        return _("您已报上")
    if place:
        return _("您是候补 %(number)s 号") % {"number": place.number}
    if not class_group.seats_left and class_group.waiting_now:
        return ngettext("%(count)s 人在候补", "%(count)s 人在候补", class_group.waiting_now) % {
            "count": class_group.waiting_now
        }
    return ""


@register.filter
def state_kind(place: Enrolment | WaitingEntry | None) -> str:
    return "done" if isinstance(place, Enrolment) else "quiet"


@register.filter
def subject_icon(class_group: ClassGroup) -> str:
    return ICONS[class_group.course.subject]


@register.filter
def of_class(places: dict, class_group: ClassGroup):
    """The seat or waiting place among `places` (by class) that is in this class."""
    return places.get(class_group.pk)

"""Rosters and sign-in sheets as PDF, A4, in letters that can be read at arm's length."""

from collections.abc import Iterable
from pathlib import Path

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import dates, paper
from courses.models import ClassGroup, ClassSession, Enrolment

# So many meetings fit beside each other with room for a signature each.
MEETINGS_ON_A_PAGE = 8
# Lines for those who come without being on the list.
EMPTY_LINES = 3


def sign_in_sheet(
    group: ClassGroup, *, seats: Iterable[Enrolment], sessions: Iterable[ClassSession]
) -> bytes:
    """A sheet with a line for each learner and a column for each meeting."""
    pages = [[_meeting(one) for one in some] for some in _in_batches(list(sessions))]
    return _print(
        "sign_in.typ",
        {
            **_head(group, _("签到表")),
            "pages": pages or [[{"number": "", "day": ""}] * MEETINGS_ON_A_PAGE],
            "columns": {"number": _("序号"), "name": _("姓名")},
            "names": [seat.person.name for seat in seats],
            "empty": EMPTY_LINES,
        },
    )


def roster(group: ClassGroup, *, seats: Iterable[Enrolment]) -> bytes:
    """The roster of the class, telephone numbers masked."""
    seats = list(seats)
    # Where all come the same way there is room to write by hand.
    several = len(group.pools.all()) > 1
    return _print(
        "roster.typ",
        {
            **_head(group, _("学员名单")),
            "columns": [
                _("序号"),
                _("姓名"),
                _("性别"),
                _("手机号"),
                _("怎样上课") if several else _("备注"),
                _("要留意"),
            ],
            "rows": [
                [
                    str(number),
                    seat.person.name,
                    seat.person.get_sex_display(),
                    seat.person.masked_phone if seat.person.phone else _("没有"),
                    str(seat.pool) if several else "",
                    "，".join(_mind(seat)),
                ]
                for number, seat in enumerate(seats, start=1)
            ],
            "total": _("共 %(count)s 人") % {"count": len(seats)},
        },
    )


def _head(group: ClassGroup, kind: str) -> dict:
    language = get_language() or "zh-hans"
    when = f"{group.get_weekday_display()} {dates.clock(group.starts_at_time, language)}"
    place = " ".join(filter(None, [str(group.teaching_point or ""), group.room]))
    facts = [
        _("班号 %(code)s") % {"code": group.code},
        _("教师 %(teacher)s") % {"teacher": group.teacher},
        when,
        place,
    ]
    return {
        "title": f"{group.name} {kind}",
        "over": f"{group.organisation} · {group.term}",
        "facts": [fact for fact in facts if fact],
        "printed": _("%(day)s打印") % {"day": dates.long_day(timezone.localdate(), language)},
    }


def _meeting(session: ClassSession) -> dict:
    day = timezone.localtime(session.starts_at).date()
    return {"number": str(session.number), "day": f"{day.month}/{day.day}"}


def _mind(seat: Enrolment) -> list[str]:
    mind = []
    if seat.person.moves_badly:
        mind.append(_("行动不便"))
    if seat.person.lives_away:
        mind.append(_("常居外地"))
    if seat.partner:
        mind.append(_("和%(name)s一起") % {"name": seat.partner.person.name})
    return mind


def _in_batches(sessions: list[ClassSession]) -> list[list[ClassSession]]:
    starts = range(0, len(sessions), MEETINGS_ON_A_PAGE)
    return [sessions[start : start + MEETINGS_ON_A_PAGE] for start in starts]


def _print(name: str, facts: dict) -> bytes:
    return paper.compiled(Path(__file__).parent / "typst" / name, facts)

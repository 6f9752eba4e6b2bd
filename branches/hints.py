"""What the rules for party organisations advise about size and committee.

Hints, never blocks: a branch may be too small for a while, and the office knows why.
"""

from datetime import date

from django.utils.translation import gettext as _

FEWEST_MEMBERS = 3
COMMITTEE_FROM_MEMBERS = 7
COMMITTEE_SIZE = range(3, 6)
MOST_MEMBERS = {"branch": 50, "general": 100}


def hints(*, level: str, members: int, committee: int, has_secretary: bool) -> list[str]:
    """Sentences about what to look at; none when all is as advised.

    `members` are counted with all branches beneath, `committee` are those in office.
    """
    found = []
    if not has_secretary:
        found.append(_("还没有书记。"))
    if level == "branch":
        found += _about_branch(members, committee)
    elif level == "general" and members > MOST_MEMBERS["general"]:
        found.append(_("成员超过 100 人，可以考虑设立党委。"))
    return found


def _about_branch(members, committee):
    if members < FEWEST_MEMBERS:
        yield _("正式党员不足 3 人，可以考虑联合成立支部。")
    if members > MOST_MEMBERS["branch"]:
        yield _("成员超过 50 人，可以考虑分设支部、成立党总支。")
    if members >= COMMITTEE_FROM_MEMBERS and committee not in COMMITTEE_SIZE:
        yield _("满 7 人的支部，支委会一般 3 到 5 人，现在是 %(committee)s 人。") % {
            "committee": committee
        }


def place_hint(*, level: str, above: str) -> list[str]:
    """A sentence where a group stands by itself; `above` is the level over it, or none."""
    if level != "group" or above not in ("", "group"):
        return []
    return [_("党小组要设在支部下面，它的学习才算进季度通报。可以改变隶属，或者改级别。")]


def term_hint(*, since: date | None, years: int, on: date) -> list[str]:
    """A sentence when a committee has served its term; `since` is when the secretary began."""
    if since is None:
        return []
    try:
        over = since.replace(year=since.year + years)
    except ValueError:  # The 29th of February.
        over = since.replace(year=since.year + years, day=28)
    if over > on:
        return []
    facts = {"years": years, "day": over.isoformat()}
    return [_("任期 %(years)s 年，%(day)s 已经到了，可以准备换届。") % facts]

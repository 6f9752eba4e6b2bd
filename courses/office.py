"""Where the registrar's office (教务) goes: the one list for its navigation.

An entry is added by whoever adds the page.
"""

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts import queries as accounts
from accounts.models import User
from courses.queries import LEADS_CLASSES

# Address, words, and who may open the page.
PAGES = (
    ("courses:desk_start", _("今天的事"), LEADS_CLASSES),
    ("courses:counter", _("窗口报名"), LEADS_CLASSES),
    ("courses:phone_desk", _("候补电话"), LEADS_CLASSES),
    ("courses:class_list", _("班级"), LEADS_CLASSES),
    ("courses:term_list", _("学期与批次"), LEADS_CLASSES),
    ("courses:timetable_board", _("课表"), LEADS_CLASSES),
    ("courses:draw_list", _("抽签"), LEADS_CLASSES),
    ("courses:cash_report", _("收费"), LEADS_CLASSES),
    ("people:list", _("学员档案"), LEADS_CLASSES),
    ("courses:invitations", _("一起上的课"), LEADS_CLASSES),
    ("live:helping", _("上课帮忙"), LEADS_CLASSES),
    ("live:words", _("留言用词"), LEADS_CLASSES),
)


def links(user: User, *, held: set[str] | None = None) -> list[tuple[str, str]]:
    """(address, words) of every page of this office that `user` may open, who holds `held`."""
    held = accounts.roles_held(user) if held is None else held
    found = []
    for name, words, roles in PAGES:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        if held & set(roles):
            found.append((address, str(words)))
    return found

"""Where staff go in the office of people: the one list for navigation and front page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts import queries
from accounts.models import RoleGrant, User

Role = RoleGrant.Role

# Address, words, and who may open the page.
PAGES = (
    ("people:list", gettext_lazy("学员档案"), queries.READS_FILES),
    ("roster:list", gettext_lazy("名册导入"), queries.WRITES_FILES),
    ("requests:list", gettext_lazy("申请办理"), queries.WRITES_FILES),
    ("organisations:list", gettext_lazy("组织机构"), queries.READS_FILES),
    ("roles:list", gettext_lazy("角色"), (Role.ADMINISTRATOR,)),
    ("audit:list", gettext_lazy("审计日志"), (Role.AUDITOR,)),
)


def office_links(user: User, *, held: set[str] | None = None) -> list[tuple[str, str]]:
    """(address, words) of every page of this office that `user` may open, who holds `held`."""
    held = queries.roles_held(user) if held is None else held
    return [(reverse(name), str(words)) for name, words, roles in PAGES if held & set(roles)]

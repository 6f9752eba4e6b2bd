"""What the office does for somebody whose telephone was lost or stolen."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import queries
from accounts.errors import NotTheirs
from accounts.logins import second_step, sessions
from accounts.models import Person, User
from accounts.rights import closing


@transaction.atomic
def log_out_everywhere(*, person: Person, by: User, now: datetime | None = None) -> None:
    """Every login of `person` ends, on all devices; they may log in again at once.

    Raises NotTheirs where `by` may not, or there is no login.
    """
    sessions.end_all_logins(user=_login_of(person, by), by=by, now=now)


@transaction.atomic
def forget_second_step(*, person: Person, by: User, now: datetime | None = None) -> None:
    """The second step of `person` is gone, and every login ends; they set up a new one.

    Only an administrator above the person: it opens the door to whoever has their number
    now. Raises NotTheirs where `by` may not, or there is none.
    """
    login = _login_of(person, by)
    if not may_forget_second_step(person=person, by=by):
        raise NotTheirs(_("去掉二次验证要管理员来办，请找本单位的管理员。"))
    if login == by:
        raise NotTheirs(_("自己的二次验证在“我的登录”里换，不能自己在这里去掉。"))
    if not second_step.has_one(login):
        raise NotTheirs(_("%(name)s没有设二次验证，不用去掉。") % {"name": person.name})
    second_step.forget(user=login, by=by, now=now)


def may_forget_second_step(*, person: Person, by: User) -> bool:
    administered = queries.organisations_administered_by(by)
    return administered.filter(pk=person.organisation_id).exists()


def _login_of(person: Person, by: User) -> User:
    if objection := closing.objection(person, by=by):
        raise NotTheirs(objection)
    login = User.objects.filter(person=person).first()
    if login is None:
        raise NotTheirs(_("%(name)s还没有登录过，没有什么要退出。") % {"name": person.name})
    return login

"""Who can see somebody's file, and why: the answer stands on the file's own page."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import queries, signals
from accounts.models import Person, RightsRequest, RoleGrant, User
from accounts.organisations import tree

Role = RoleGrant.Role


@dataclass(frozen=True)
class Reader:
    """Somebody who can see a file: who, as what, and how much of it."""

    who: str
    as_what: str
    how_much: str


def readers_of(person: Person) -> list[Reader]:
    """Everybody beside the person who can see the file now: those with a role over its
    organisation, whoever the apps above know, and who runs the server.

    Who acts for the person is told apart (accounts.acting.proxies.proxies_for_staff).
    """
    answers = signals.readers_asked_for.send(sender=Person, person=person)
    told = [
        Reader(fact.title, fact.text, _("姓名和学习情况"))
        for _receiver, facts in answers
        for fact in facts or ()
    ]
    return [*_by_role(person), *_by_request(person), *told, *_by_server()]


def _by_role(person: Person) -> list[Reader]:
    grants = (
        RoleGrant.objects.filter(
            role__in=[*queries.READS_FILES, Role.AUDITOR],
            ended_at=None,
            organisation__path__in=tree.paths_above(person.organisation.path),
        )
        .select_related("person", "organisation")
        .order_by("organisation__path", "role", "person__pinyin")
    )
    return [
        Reader(
            grant.person.name,
            _("%(organisation)s %(role)s")
            % {"organisation": grant.organisation, "role": grant.get_role_display()},
            _how_much(grant.role),
        )
        for grant in grants
    ]


def _by_request(person: Person) -> list[Reader]:
    """Relatives of somebody who has died, as long as they were allowed to read."""
    granted = person.rights_requests.filter(
        kind=RightsRequest.Kind.RELATIVES_ACCESS,
        state=RightsRequest.State.GRANTED,
        until__gt=timezone.now(),
    ).select_related("asked_by__person")
    return [
        Reader(str(request.asked_by), _("家属"), _("学校保存的内容，只能看"))
        for request in granted
    ]


def _how_much(role: str) -> str:
    if role in queries.WRITES_FILES:
        return _("全部，可以修改")
    if role == Role.AUDITOR:
        return _("谁看过、改过这份档案")
    return _("号码遮住，只能看")


def _by_server() -> list[Reader]:
    superusers = User.objects.filter(is_superuser=True, is_active=True).select_related("person")
    return [Reader(str(user), _("系统管理员"), _("全部，可以修改")) for user in superusers]

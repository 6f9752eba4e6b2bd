"""Reading accounts. The doors: who may act for whom, who leads what."""

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import Organisation, Person, Proxy, RoleGrant, User


def persons_acted_for(user: User) -> QuerySet[Person]:
    """Whom `user` may act for, apart from themselves."""
    return Person.objects.filter(proxies__agent=user, proxies__revoked_at=None)


def person_acted_for(*, user: User, pk: int) -> Person:
    """The person whom `user` may act as: their own file or one they were allowed.

    The only door to somebody's file for a learner. Raises Http404 for all others.
    """
    if user.person_id and user.person_id == pk:
        return user.person
    if person := persons_acted_for(user).filter(pk=pk).first():
        return person
    raise Http404


def files_to_take(user: User) -> QuerySet[Person]:
    """Files with the number of `user` that have no login yet: "are you …?"."""
    return Person.objects.filter(phone=user.phone, login=None).select_related("organisation")


def proxies_of(person: Person) -> QuerySet[Proxy]:
    """Who may act for `person` now."""
    return person.proxies.filter(revoked_at=None).select_related("agent__person")


def proxies_held_by(user: User) -> QuerySet[Proxy]:
    """For whom `user` may act now."""
    return user.acts_for.filter(revoked_at=None).select_related("person")


def proxy_for(*, user: User, pk: int) -> Proxy:
    """The live proxy, if it is about `user`: given by them or held by them.

    The only door to ending one. Raises Http404 for all others.
    """
    found = Proxy.objects.filter(pk=pk, revoked_at=None)
    mine = Q(agent=user)
    if user.person_id:
        mine |= Q(person=user.person_id)
    if proxy := found.filter(mine).first():
        return proxy
    raise Http404


def phones_of(person: Person) -> list[str]:
    """Where messages for `person` go: their own number, or those of who may act for them."""
    if person.phone:
        return [person.phone]
    return [proxy.agent.phone for proxy in proxies_of(person)]


def roles_of(person: Person) -> QuerySet[RoleGrant]:
    return person.roles.filter(ended_at=None).select_related("organisation")


def live_proxy(*, user: User, person: Person) -> Proxy | None:
    return Proxy.objects.filter(agent=user, person=person, revoked_at=None).first()


def has_role(user: User, *roles: str) -> bool:
    """Whether `user` holds one of `roles` anywhere, or is the administrator."""
    if not user.is_authenticated:
        return False
    if user.is_superuser:
        return True
    return (
        RoleGrant.objects.filter(person=user.person_id, role__in=roles, ended_at=None).exists()
        if user.person_id
        else False
    )


def organisations_led_by(user: User, *roles: str) -> QuerySet[Organisation]:
    """Every organisation where `user` holds one of `roles`, with everything beneath it.

    The one place that turns a role into a scope.
    """
    if user.is_superuser:
        return Organisation.objects.all()
    if not user.is_authenticated or not user.person_id:
        return Organisation.objects.none()
    led = Organisation.objects.filter(
        roles__person=user.person_id, roles__role__in=roles, roles__ended_at=None
    )
    scope = Q(pk__in=[])
    for path in led.values_list("path", flat=True):
        scope |= Q(path__startswith=path)
    return Organisation.objects.filter(scope)

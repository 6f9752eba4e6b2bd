"""Reading accounts. The doors: who may act for whom, who leads what."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from accounts.models import Merge, Organisation, Person, Proxy, RoleGrant, TeachingPoint, User
from accounts.signals import powers_asked_for


def file_in_use(person: Person | None) -> Person | None:
    """The file that stands for `person` now: of one that was merged away, the kept one.

    None once it is frozen or erased.
    """
    while person and person.merged_into_id:
        person = person.merged_into
    return None if person and (person.frozen_at or person.erased_at) else person


def files_of(person: Person) -> list[Person]:
    """The file and every one that was merged into it, however often."""
    found, level = [person], [person]
    while level := list(Person.objects.filter(merged_into__in=level)):
        found += level
    return found


def own_file(user: User) -> Person | None:
    """The file of whoever logs in as `user`. None for a newcomer, and once it is not in use."""
    return file_in_use(user.person)


def persons_acted_for(user: User) -> QuerySet[Person]:
    """Whom `user` may act for, apart from themselves."""
    return Person.objects.kept().filter(
        proxies__agent=user, proxies__revoked_at=None, frozen_at=None
    )


def person_acted_for(*, user: User, pk: int) -> Person:
    """The person whom `user` may act as: their own file or one they were allowed.

    The only door to somebody's file for a learner. Raises Http404 for all others.
    """
    own = own_file(user)
    if own and own.pk == pk:
        return own
    if person := persons_acted_for(user).filter(pk=pk).first():
        return person
    raise Http404


def files_to_take(user: User) -> QuerySet[Person]:
    """Files with the number of `user` that nobody has logged in to: "are you …?"."""
    if not user.phone:
        return Person.objects.none()
    by_card_at_most = Q(login=None) | Q(login__phone=None, login__last_login=None)
    files = Person.objects.kept().filter(by_card_at_most, phone=user.phone, frozen_at=None)
    return files.select_related("organisation")


def proxies_of(person: Person) -> QuerySet[Proxy]:
    """Who may act for `person` now."""
    return person.proxies.filter(revoked_at=None).select_related("agent__person")


def proxies_held_by(user: User) -> QuerySet[Proxy]:
    """For whom `user` may act now."""
    held = user.acts_for.filter(revoked_at=None, person__in=persons_acted_for(user))
    return held.select_related("person")


def proxy_for(*, user: User, pk: int) -> Proxy:
    """The live proxy, if it is about `user`: given by them or held by them.

    The only door to ending one. Raises Http404 for all others.
    """
    found = Proxy.objects.filter(pk=pk, revoked_at=None)
    mine = Q(agent=user)
    if own := own_file(user):
        mine |= Q(person=own)
    if proxy := found.filter(mine).first():
        return proxy
    raise Http404


def phones_of(person: Person) -> list[str]:
    """Where messages for `person` go: their own number, or those of who may act for them."""
    if person.phone:
        return [person.phone]
    return [proxy.agent.phone for proxy in proxies_of(person) if proxy.agent.phone]


def roles_of(person: Person) -> QuerySet[RoleGrant]:
    return person.roles.filter(ended_at=None).select_related("organisation")


def powers_since(person: Person) -> list[datetime]:
    """Since when each role, and what apps above gave, opens the files of others to `person`."""
    found = [role.granted_at for role in roles_of(person)]
    for _receiver, moments in powers_asked_for.send(sender=Person, person=person):
        found.extend(moments)
    return found


def live_proxy(*, user: User, person: Person) -> Proxy | None:
    return Proxy.objects.filter(agent=user, person=person, revoked_at=None).first()


def roles_held(user: User) -> set[str]:
    """The roles that `user` holds anywhere; whoever runs the server holds them all."""
    if not user.is_authenticated or user.is_limited:
        return set()
    if user.is_superuser:
        return set(RoleGrant.Role.values)
    if not user.person_id:
        return set()
    held = RoleGrant.objects.filter(person=user.person_id, ended_at=None).order_by()
    return set(held.values_list("role", flat=True))


def has_role(user: User, *roles: str) -> bool:
    """Whether `user` holds one of `roles` anywhere, or is the administrator."""
    if not user.is_authenticated or user.is_limited:
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
    if not user.is_authenticated or user.is_limited:
        return Organisation.objects.none()
    if user.is_superuser:
        return Organisation.objects.all()
    if not user.person_id:
        return Organisation.objects.none()
    led = Organisation.objects.filter(
        roles__person=user.person_id, roles__role__in=roles, roles__ended_at=None
    )
    scope = Q(pk__in=[])
    for path in led.values_list("path", flat=True):
        scope |= Q(path__startswith=path)
    return Organisation.objects.filter(scope)


# Staff


# Who writes the files beneath their organisation, and who only reads them, masked.
WRITES_FILES = (RoleGrant.Role.REGISTRAR, RoleGrant.Role.ADMINISTRATOR)
READS_FILES = (*WRITES_FILES, RoleGrant.Role.COORDINATOR, RoleGrant.Role.BUREAU)


def files_led_by(user: User) -> QuerySet[Person]:
    """The files that `user` may write: of every organisation they are registrar or
    administrator of, and beneath."""
    return _files_in(organisations_led_by(user, *WRITES_FILES))


def files_seen_by(user: User) -> QuerySet[Person]:
    """The files that `user` may read, masked: also the bureau's and the coordinator's."""
    return _files_in(organisations_led_by(user, *READS_FILES))


def _files_in(organisations: QuerySet[Organisation]) -> QuerySet[Person]:
    files = Person.objects.kept().filter(organisation__in=organisations)
    return files.select_related("organisation")


def file_led_by(*, user: User, pk: int) -> Person:
    """The file, if `user` may write it. Raises Http404 for all others."""
    if person := files_led_by(user).filter(pk=pk).first():
        return person
    raise Http404


def file_seen_by(*, user: User, pk: int) -> Person:
    """The file, if `user` may read it. Raises Http404 for all others."""
    if person := files_seen_by(user).filter(pk=pk).first():
        return person
    raise Http404


def kept_file_of_merged(*, user: User, pk: int) -> Person | None:
    """The file into which the one with this key was merged, if `user` may read it."""
    merged = Person.objects.filter(pk=pk).exclude(merged_into=None).first()
    kept = file_in_use(merged)
    return files_seen_by(user).filter(pk=kept.pk).first() if kept else None


def photo_seen_by(*, user: User, pk: int) -> Person:
    """The file whose photo `user` may see: one that they may write, or their own.

    Raises Http404 for all others, and where there is none.
    """
    own = None if user.is_limited else own_file(user)
    person = own if own and own.pk == pk else file_led_by(user=user, pk=pk)
    if person.photo:
        return person
    raise Http404


# Organisations and roles


def organisations_open() -> QuerySet[Organisation]:
    """Every organisation that was not ended: what may be chosen for something new."""
    return Organisation.objects.filter(ended_on=None)


def organisations_seen_by(user: User) -> QuerySet[Organisation]:
    """The organisations whose place in the tree `user` may look at, ended ones included."""
    return organisations_led_by(user, *READS_FILES)


def organisation_seen_by(*, user: User, pk: int) -> Organisation:
    """The organisation, if `user` may look at it. Raises Http404 for all others."""
    if organisation := organisations_seen_by(user).filter(pk=pk).first():
        return organisation
    raise Http404


def organisations_administered_by(user: User) -> QuerySet[Organisation]:
    """The organisations that `user` may change and give roles at."""
    return organisations_led_by(user, RoleGrant.Role.ADMINISTRATOR)


def organisation_administered_by(*, user: User, pk: int) -> Organisation:
    """The organisation, if `user` may change it. Raises Http404 for all others."""
    if organisation := organisations_administered_by(user).filter(pk=pk).first():
        return organisation
    raise Http404


def tops_seen_by(user: User) -> QuerySet[Organisation]:
    """Where the part of the tree that `user` may look at begins; often one."""
    if user.is_superuser:
        return Organisation.objects.filter(depth=1)
    granted = Organisation.objects.filter(
        roles__person=user.person_id, roles__role__in=READS_FILES, roles__ended_at=None
    )
    return Organisation.objects.filter(path__in=topmost(granted.values_list("path", flat=True)))


def topmost(paths: Iterable[str]) -> list[str]:
    """Those of `paths` that lie beneath no other of them."""
    found: list[str] = []
    for path in sorted(set(paths)):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return found


def files_beneath(organisations: Iterable[Organisation]) -> dict[int, int]:
    """How many files each of `organisations` has, with everything beneath it, by its key.

    One query however many are asked for.
    """
    keys = {organisation.path: organisation.pk for organisation in organisations}
    scope = Q(pk__in=[])
    for path in topmost(keys):
        scope |= Q(path__startswith=path)
    # Looked for among organisations, which are few, and not among the files.
    beneath = Organisation.objects.filter(scope)
    counted = Person.objects.kept().filter(organisation__in=beneath).order_by()
    counted = counted.values("organisation__path")
    files = dict.fromkeys(keys.values(), 0)
    for path, count in counted.annotate(count=Count("pk")).values_list(
        "organisation__path", "count"
    ):
        for end in range(Organisation.steplen, len(path) + 1, Organisation.steplen):
            if (key := keys.get(path[:end])) is not None:
                files[key] += count
    return files


def teaching_point_administered_by(*, user: User, pk: int) -> TeachingPoint:
    """The teaching point, if `user` may change it. Raises Http404 for all others."""
    points = TeachingPoint.objects.filter(organisation__in=organisations_administered_by(user))
    if point := points.select_related("organisation").filter(pk=pk).first():
        return point
    raise Http404


def grants_administered_by(user: User) -> QuerySet[RoleGrant]:
    """Roles given within the organisations of `user`, ended ones included."""
    grants = RoleGrant.objects.filter(organisation__in=organisations_administered_by(user))
    return grants.select_related("person", "organisation", "granted_by__person")


def grant_administered_by(*, user: User, pk: int) -> RoleGrant:
    """The grant, if `user` may end it. Raises Http404 for all others."""
    if grant := grants_administered_by(user).filter(pk=pk).first():
        return grant
    raise Http404


# Who writes data may not be the one who reads what was written about it.
WATCHED = (RoleGrant.Role.REGISTRAR, RoleGrant.Role.ADMINISTRATOR)
WATCHING = (RoleGrant.Role.AUDITOR,)


def opposite_of(role: str) -> tuple[str, ...]:
    """The roles that nobody holds beside `role` over the same organisation."""
    if role in WATCHING:
        return WATCHED
    return WATCHING if role in WATCHED else ()


def roles_opposed(*, person: Person, role: str, organisation: Organisation) -> QuerySet[RoleGrant]:
    """What `person` holds over a part of `organisation` and may not hold beside `role`."""
    above = [
        organisation.path[:end]
        for end in range(Organisation.steplen, len(organisation.path), Organisation.steplen)
    ]
    meets = Q(organisation__path__in=above) | Q(organisation__path__startswith=organisation.path)
    held = RoleGrant.objects.filter(
        meets, person=person, role__in=opposite_of(role), ended_at=None
    )
    return held.select_related("organisation")


def merges_led_by(user: User) -> QuerySet[Merge]:
    """Merges of files that `user` may write, the newest first."""
    merges = Merge.objects.filter(kept__in=files_led_by(user).values("pk"))
    return merges.select_related("kept__organisation", "dropped", "merged_by__person")


def merge_led_by(*, user: User, pk: int) -> Merge:
    """The merge, if `user` may write its file. Raises Http404 for all others."""
    if merge := merges_led_by(user).filter(pk=pk).first():
        return merge
    raise Http404

"""One person's file as staff see it: facts masked, with what hangs together with them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import consents, queries, signals
from accounts.acting import households, proxies
from accounts.files import keeping, readers
from accounts.files.readers import Reader
from accounts.logins import cards, second_step
from accounts.models import Organisation, Person, PersonalCard, Proxy, Relative, RoleGrant, User
from accounts.organisations import tree
from accounts.signals import PersonFact
from common import masks

RELATIVES = "relatives"
# Who may only read sees these, masked, and no remarks.
FOR_READERS = ("phone", "other_phone", "id_number")


@dataclass(frozen=True)
class Shown:
    """One fact on the page: masked, or open because somebody asked; empty says so."""

    name: str
    label: str
    text: str
    is_open: bool = False
    may_be_opened: bool = False


@dataclass(frozen=True)
class Sheet:
    """What the page of a file shows."""

    person: Person
    # Whether the reader may also write the file.
    writes: bool
    age: int
    organisations: list[Organisation]
    contacts: list[Shown]
    sensitive: list[Shown]
    may_keep_sensitive: bool
    relatives: list[Relative]
    relatives_open: bool
    photo_open: bool
    proxies: list[Proxy]
    companions: list[str]
    roles: list[RoleGrant]
    card: PersonalCard | None
    login: User | None
    has_second_step: bool
    consents: list[consents.Standing]
    facts: list[PersonFact]
    readers: list[Reader]


def sheet_of(*, person: Person, user: User, opened: str = "") -> Sheet:
    """The sheet of `person` for `user`, who may see the file; `opened` is the fact that is
    shown in full. Who may only read gets nothing opened, and no remarks at all."""
    writes = queries.files_led_by(user).filter(pk=person.pk).exists()
    opened = opened if writes else ""
    names = keeping.MASKED if writes else FOR_READERS
    login = User.objects.filter(person=person).first() if writes else None
    shown = {name: _shown(person, name, opened, writes) for name in names}
    return Sheet(
        person=person,
        writes=writes,
        age=person.age_on(timezone.localdate()),
        organisations=list(
            Organisation.objects.filter(path__in=tree.paths_above(person.organisation.path))
        ),
        contacts=[shown[name] for name in ("phone", "other_phone", "phone_note") if name in shown],
        sensitive=[shown[name] for name in ("id_number", "health_note") if name in shown],
        may_keep_sensitive=keeping.may_keep_sensitive(person),
        relatives=list(person.relatives.all()),
        relatives_open=opened == RELATIVES,
        photo_open=opened == "photo",
        proxies=proxies.proxies_for_staff(user=user, person=person),
        companions=households.companions_for_staff(user=user, person=person),
        roles=list(queries.roles_of(person)),
        card=cards.card_of(person),
        login=login,
        has_second_step=bool(login) and second_step.has_one(login),
        consents=consents.standing(person),
        facts=facts_of(person, user),
        readers=readers.readers_of(person),
    )


def as_it_stands(person: Person, names: Iterable[str]) -> list[Shown]:
    """These facts as the file has them now, masked, for somebody whose form is out of date."""
    person.refresh_from_db()
    shown = []
    for name in names:
        if name in keeping.MASKED:
            shown.append(_shown(person, name, opened="", writes=False))
        else:
            label = str(Person._meta.get_field(name).verbose_name)
            shown.append(Shown(name, label, _said(person, name)))
    return shown


def facts_of(person: Person, user: User) -> list[PersonFact]:
    """What the other apps know of `person`, for `user`."""
    answers = signals.facts_asked_for.send(sender=Person, person=person, user=user)
    return [fact for _receiver, facts in answers for fact in facts or ()]


def may_be_opened(name: str) -> bool:
    """Whether there is such a fact to be shown in full."""
    return name in {*keeping.MASKED, RELATIVES, "photo"}


def _shown(person: Person, name: str, opened: str, writes: bool) -> Shown:
    value = getattr(person, name)
    label = str(Person._meta.get_field(name).verbose_name)
    if not value:
        return Shown(name, label, "")
    if opened == name:
        return Shown(name, label, value, is_open=True)
    return Shown(name, label, _masked(name, value), may_be_opened=writes)


def _masked(name: str, value: str) -> str:
    if name in {"phone", "other_phone"}:
        return masks.phone(value)
    return masks.id_number(value) if name == "id_number" else _("写有说明")


def _said(person: Person, name: str) -> str:
    if name in {"sex", "kind"}:
        return getattr(person, f"get_{name}_display")()
    value = getattr(person, name)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value or "")

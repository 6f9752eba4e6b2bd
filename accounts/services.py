"""Files, logins and who acts for whom: the only code that changes them."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import FileTaken, ProxyRefused
from accounts.models import Organisation, Person, Proxy, RoleGrant, User
from common import pinyin


def login_of(*, phone: str) -> User:
    """The login of a number, made at its first use; harmless to repeat and to race."""
    user, _created = User.objects.get_or_create(phone=phone, defaults={"password": "!"})
    return user


@transaction.atomic
def open_file(
    *,
    name: str,
    sex: str,
    born_on: date,
    organisation: Organisation,
    phone: str = "",
    kind: str = Person.Kind.RETIRED,
    now: datetime | None = None,
) -> Person:
    """Open the file of a human being. Whether there is one already is the caller's to ask."""
    name = name.strip()
    return Person.objects.create(
        name=name,
        pinyin=pinyin.key(name),
        pinyin_initials=pinyin.initials(name),
        sex=sex,
        born_on=born_on,
        organisation=organisation,
        phone=phone,
        kind=kind,
        created_at=now or timezone.now(),
    )


@transaction.atomic
def take_own_file(*, user: User, person: Person) -> None:
    """Say that `person` is the file of whoever logs in as `user`.

    Only a file with the same telephone number can be taken, and only once. Raises
    FileTaken otherwise.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.person_id == person.pk:
        return
    if user.person_id or person.phone != user.phone:
        raise FileTaken(_("这份档案不能这样认领，请打电话给学校。"))
    user.person = person
    try:
        with transaction.atomic():
            user.save(update_fields=["person"])
    except IntegrityError as error:
        raise FileTaken(_("这份档案已经有人登录使用了，请打电话给学校。")) from error


@transaction.atomic
def open_own_file(
    *, user: User, name: str, sex: str, born_on: date, organisation: Organisation
) -> Person:
    """A newcomer's own file, opened and taken in one step. Raises FileTaken on the second."""
    person = open_file(
        name=name, sex=sex, born_on=born_on, organisation=organisation, phone=user.phone
    )
    take_own_file(user=user, person=person)
    return person


@transaction.atomic
def allow_proxy(
    *, person: Person, agent: User, relation: str, now: datetime | None = None
) -> Proxy:
    """Let `agent` act for `person`; allowing twice is harmless."""
    if agent.person_id == person.pk:
        raise ProxyRefused(_("自己不用给自己代办。"))
    proxy, _created = Proxy.objects.get_or_create(
        person=person,
        agent=agent,
        revoked_at=None,
        defaults={"relation": relation, "granted_at": now or timezone.now()},
    )
    return proxy


@transaction.atomic
def grant_role(
    *,
    person: Person,
    role: str,
    organisation: Organisation,
    now: datetime | None = None,
) -> RoleGrant:
    """Give a role over an organisation and all beneath it; granting twice is harmless."""
    grant, _created = RoleGrant.objects.get_or_create(
        person=person,
        role=role,
        organisation=organisation,
        ended_at=None,
        defaults={"granted_at": now or timezone.now()},
    )
    return grant


def set_reading(*, user: User, step: str | None = None, theme: str | None = None) -> None:
    """Keep the text step and theme for the person; an unknown value changes nothing."""
    changed = []
    if step in User.Step:
        user.text_step = step
        changed.append("text_step")
    if theme in User.Theme:
        user.theme = theme
        changed.append("theme")
    if changed:
        user.save(update_fields=changed)

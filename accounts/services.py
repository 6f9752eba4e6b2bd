"""Files, logins and who acts for whom: the only code that changes them."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import sms
from accounts.errors import FileTaken, ProxyRefused
from accounts.models import Organisation, Person, Proxy, RoleGrant, SentCode, User
from common import pinyin

# What Django takes for "no password will do"; making a random one costs time that would
# tell new numbers from known ones.
_NO_PASSWORD = "!"


def login_of(*, phone: str) -> User:
    """The login of a number, made at its first use; harmless to repeat and to race."""
    user, _created = User.objects.get_or_create(phone=phone, defaults={"password": _NO_PASSWORD})
    return user


@transaction.atomic
def begin_login(*, phone: str, now: datetime | None = None) -> SentCode:
    """Take a code for `phone` from its allowance; its login is made at the first use.

    Known and unknown numbers run the same statements, so that the time of the answer tells
    nobody who is known. Raises TooManyCodes, and then nothing was made.
    """
    now = now or timezone.now()
    sms.check_budget(now=now)
    # The one conflict that can be ignored here is the number itself, and it is wanted.
    User.objects.bulk_create([User(phone=phone, password=_NO_PASSWORD)], ignore_conflicts=True)
    return sms.reserve_code(user=User.objects.get(phone=phone), phone=phone, now=now)


@transaction.atomic
def prove_phone(*, user: User, phone: str, now: datetime | None = None) -> None:
    """`user` has shown the code sent to `phone`: it is theirs, also if it is a new number.

    Their own file follows where it had the old number. Twice is harmless.
    """
    if user.phone == phone and user.phone_proved_at:
        return
    if user.person_id and user.phone != phone:
        Person.objects.filter(pk=user.person_id, phone=user.phone).update(phone=phone)
    user.phone = phone
    user.phone_proved_at = now or timezone.now()
    user.save(update_fields=["phone", "phone_proved_at"])


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
    person = Person(
        name=name,
        sex=sex,
        born_on=born_on,
        organisation=organisation,
        phone=phone,
        kind=kind,
        created_at=now or timezone.now(),
    )
    save_file(person=person)
    return person


@transaction.atomic
def save_file(*, person: Person) -> None:
    """Write a new or a corrected file; the name brings its pinyin along."""
    person.name = person.name.strip()
    person.pinyin = pinyin.key(person.name)
    person.pinyin_initials = pinyin.initials(person.name)
    person.save()


@transaction.atomic
def take_own_file(*, user: User, person: Person) -> None:
    """Say that `person` is the file of whoever logs in as `user`; twice is harmless.

    Only a file with the same telephone number can be taken, and only once. Raises
    FileTaken otherwise.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.person_id == person.pk:
        return
    if user.person_id or not person.phone or person.phone != user.phone:
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
    """Let `agent` act for `person`; allowing twice is harmless.

    Raises ProxyRefused for one's own file.
    """
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
def revoke_proxy(*, proxy: Proxy, now: datetime | None = None) -> None:
    """End a proxy; it holds for the very next request. Twice is harmless."""
    now = now or timezone.now()
    Proxy.objects.filter(pk=proxy.pk, revoked_at=None).update(
        # Clocks of two servers differ; nothing ends before it began.
        revoked_at=max(now, proxy.granted_at)
    )


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


@transaction.atomic
def end_role(*, grant: RoleGrant, now: datetime | None = None) -> None:
    """Take a role back. Twice is harmless."""
    RoleGrant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=now or timezone.now())


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


def forget_old_codes(*, now: datetime | None = None) -> int:
    """Forget codes that no limit counts any more; return how many. Safe to repeat."""
    now = now or timezone.now()
    forgotten, _kinds = SentCode.objects.filter(sent_at__lt=now - timedelta(days=2)).delete()
    return forgotten


def forget_unproved_logins(*, now: datetime | None = None) -> int:
    """Forget logins that asked for a code more than a day ago and never proved the number.

    Returns how many. They have no file and did nothing (docs/decisions/0002).
    """
    now = now or timezone.now()
    unproved = User.objects.filter(
        phone_proved_at=None,
        last_login=None,
        person=None,
        is_superuser=False,
        date_joined__lt=now - timedelta(days=1),
        acts_for=None,
    )
    forgotten, _kinds = unproved.delete()
    return forgotten

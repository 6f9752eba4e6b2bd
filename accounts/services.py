"""Files, logins and who acts for whom: the only code that changes them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, queries, sms
from accounts.errors import FileFrozen, FileTaken, ProxyRefused, RoleRefused
from accounts.models import (
    AuditLine,
    Organisation,
    Person,
    Proxy,
    RoleGrant,
    SentCode,
    User,
    Way,
)
from accounts.models.persons import ID_NUMBER, ID_TAIL
from common import pinyin
from common.sealed import blind_index

# What Django takes for "no password will do"; making a random one costs time that would
# tell new numbers from known ones.
_NO_PASSWORD = "!"
# Who may act for one person at a time; more is no family any more.
MOST_AGENTS = 5


def login_of(*, phone: str) -> User:
    """The login of a number, made at its first use; harmless to repeat and to race.

    Known and unknown numbers run the same statements, so that the time of an answer tells
    nobody who is known.
    """
    # The one conflict that can be ignored here is the number itself, and it is wanted.
    User.objects.bulk_create([User(phone=phone, password=_NO_PASSWORD)], ignore_conflicts=True)
    return User.objects.get(phone=phone)


@transaction.atomic
def login_without_phone(*, person: Person) -> User:
    """The login of `person`, made without a number if there is none: only a card or a class
    link opens it. Harmless to repeat and to race."""
    user, _created = User.objects.get_or_create(person=person, defaults={"password": _NO_PASSWORD})
    return user


@transaction.atomic
def begin_login(*, phone: str, now: datetime | None = None) -> SentCode:
    """Take a code for `phone` from its allowance; its login is made at the first use.

    Raises TooManyCodes, and then nothing was made.
    """
    now = now or timezone.now()
    sms.check_budget(now=now)
    login_of(phone=phone)
    return sms.reserve_code(phone=phone, now=now)


@transaction.atomic
def prove_phone(*, user: User, phone: str, now: datetime | None = None) -> None:
    """`user` has shown the code sent to `phone`: it is theirs, also if it is a new number.

    Their own file follows where it had the old number. Twice is harmless.
    """
    if user.phone == phone and user.phone_proved_at:
        return
    own = queries.own_file(user)
    before = user.phone
    user.phone = phone
    user.phone_proved_at = now or timezone.now()
    user.save(update_fields=["phone", "phone_proved_at"])
    if own and before != phone:
        if own.phone == before:
            own.phone = phone
            save_file(person=own, by=user, now=now)
        audit.record(audit.Action.LOGIN_CHANGED, by=user, person=own, now=now, fields=["phone"])


@transaction.atomic
def open_file(
    *,
    name: str,
    sex: str,
    born_on: date,
    organisation: Organisation,
    phone: str = "",
    kind: str = Person.Kind.RETIRED,
    by: User | None = None,
    now: datetime | None = None,
    **facts,
) -> Person:
    """Open the file of a human being; `facts` are further fields of Person.

    Whether there is one already is the caller's to ask.
    """
    person = Person(
        name=name,
        sex=sex,
        born_on=born_on,
        organisation=organisation,
        phone=phone,
        kind=kind,
        created_at=now or timezone.now(),
        **facts,
    )
    save_file(person=person, by=by, now=now)
    return person


@transaction.atomic
def save_file(*, person: Person, by: User | None = None, now: datetime | None = None) -> list[str]:
    """Write a new or a corrected file with the keys it is found by.

    Returns the names of the fields that changed (all of them for a new file); a file with
    no change is left alone. Raises FileFrozen for the file of somebody who has died.
    """
    prepare_file(person)
    before = Person.objects.select_for_update(no_key=True).filter(pk=person.pk).first()
    if before is None:
        person.save()
        audit.record(audit.Action.FILE_OPENED, by=by, person=person, now=now)
        return []
    check_not_frozen(before)
    changed = [
        field.name
        for field in Person._meta.concrete_fields
        if getattr(before, field.attname) != getattr(person, field.attname)
    ]
    if changed:
        person.save(update_fields=changed)
        seen = [name for name in changed if Person._meta.get_field(name).editable]
        audit.record(audit.Action.FILE_CHANGED, by=by, person=person, now=now, fields=seen)
    return changed


@transaction.atomic
def want_class_sms(
    *, person: Person, wants: bool, by: User | None, now: datetime | None = None
) -> None:
    """Whether `person` is sent the link of each class before it begins. Raises FileFrozen."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.wants_class_sms = wants
    save_file(person=person, by=by, now=now)


def prepare_file(person: Person) -> None:
    """Bring the keys by which a file is found in step with its facts; writes nothing."""
    person.name = person.name.strip()
    sounds = pinyin.of_person(person.name)
    person.pinyin = sounds.key
    person.pinyin_letters = sounds.letters
    person.pinyin_initials = sounds.initials
    person.phone_tail = person.phone[-4:]
    person.id_number = person.id_number.strip().upper()
    person.id_index = blind_index(person.id_number, use=ID_NUMBER)
    person.id_tail_index = blind_index(person.id_number[-4:], use=ID_TAIL)


def forget_photos(names: Iterable[str]) -> None:
    """Delete photos once the transaction has committed, unless a file still shows them."""
    storage = Person._meta.get_field("photo").storage

    def delete(name):
        if not Person.objects.filter(photo=name).exists():
            storage.delete(name)

    for name in names:
        transaction.on_commit(partial(delete, name), robust=True)


def check_not_frozen(person: Person) -> None:
    """Raise FileFrozen for a file that nobody changes any more."""
    if person.frozen_at:
        raise FileFrozen(_("%(name)s的档案已经冻结，不能再改。") % {"name": person.name})
    if person.merged_into_id or person.erased_at:
        raise FileFrozen(_("这份档案已经不用了，不能再改。"))


@transaction.atomic
def take_own_file(*, user: User, person: Person) -> None:
    """Say that `person` is the file of whoever logs in as `user`; twice is harmless.

    Only a file with the same telephone number can be taken, and only once: a login that
    nothing but a card has opened gives it up. Raises FileTaken otherwise.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.person_id == person.pk:
        return
    check_not_frozen(person)
    if user.person_id or not person.phone or person.phone != user.phone:
        raise FileTaken(_("这份档案不能这样认领，请打电话给学校。"))
    if _number_changed_since_a_role(person):
        raise FileTaken(
            _(
                "这份档案有工作角色、支部职务或者在教的班，手机号后来改过。"
                "请管理员收回、重新授予，或者请教务换下老师、再选回来，然后登录。"
            )
        )
    _take_over_from_card(person=person, user=user)
    user.person = person
    try:
        with transaction.atomic():
            user.save(update_fields=["person"])
    except IntegrityError as error:
        raise FileTaken(_("这份档案已经有人登录使用了，请打电话给学校。")) from error
    audit.record(audit.Action.LOGIN_TAKEN, by=user, person=person)


def _number_changed_since_a_role(person: Person) -> bool:
    """Whether another number was written into the file of whoever has a role, office or class.

    Who writes files would otherwise take any role by writing their own number into its file.
    """
    moments = queries.powers_since(person)
    if not moments:
        return False
    changes = AuditLine.objects.filter(
        person=person, action=AuditLine.Action.FILE_CHANGED, at__gte=min(moments)
    )
    return any("phone" in line.details.get("fields", ()) for line in changes)


def _take_over_from_card(*, person: Person, user: User) -> None:
    """End the login of `person` that only a card has opened; its cards open `user` then.

    It is kept, switched off, for the lines that name it. How it reads and whom it may act
    for go along.
    """
    card_logins = User.objects.select_for_update(of=("self",), no_key=True)
    old = card_logins.filter(person=person, phone=None, last_login=None).first()
    if old is None:
        return
    for proxy in queries.proxies_held_by(old):
        if proxy.person_id == person.pk or queries.live_proxy(user=user, person=proxy.person):
            revoke_proxy(proxy=proxy, by=user)
        else:
            Proxy.objects.filter(pk=proxy.pk).update(agent=user)
    set_reading(user=user, step=old.text_step, theme=old.theme)
    old.person, old.is_active = None, False
    old.save(update_fields=["person", "is_active"])


@transaction.atomic
def open_own_file(
    *, user: User, name: str, sex: str, born_on: date, organisation: Organisation
) -> Person:
    """A newcomer's own file, opened and taken in one step. Raises FileTaken on the second."""
    person = open_file(
        name=name,
        sex=sex,
        born_on=born_on,
        organisation=organisation,
        phone=user.phone or "",
        by=user,
    )
    take_own_file(user=user, person=person)
    return person


@transaction.atomic
def allow_proxy(
    *,
    person: Person,
    agent: User,
    relation: str,
    way: str = Way.ONLINE,
    paper: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> Proxy:
    """Let `agent` act for `person`; allowing twice is harmless.

    `by` is whoever writes it down: the person, or staff with a signed `paper`. Raises
    ProxyRefused for one's own file and beyond MOST_AGENTS, and FileFrozen for a file that
    nobody changes any more.
    """
    if agent.person_id == person.pk:
        raise ProxyRefused(_("自己不用给自己代办。"))
    # no_key: two grants at once are counted one after the other.
    check_not_frozen(Person.objects.select_for_update(no_key=True).get(pk=person.pk))
    if not has_room_for(agent=agent, person=person):
        raise ProxyRefused(too_many_agents())
    proxy, created = Proxy.objects.get_or_create(
        person=person,
        agent=agent,
        revoked_at=None,
        defaults={
            "relation": relation,
            "way": way,
            "paper": paper,
            "granted_at": now or timezone.now(),
            "granted_by": by,
        },
    )
    if created:
        audit.record(
            audit.Action.PROXY_GRANTED,
            by=by,
            person=person,
            now=now,
            agent=agent.pk,
            relation=relation,
            way=way,
        )
    return proxy


def has_room_for(*, agent: User, person: Person) -> bool:
    """Whether `agent` may be one of the MOST_AGENTS who act for `person`."""
    others = Proxy.objects.filter(person=person, revoked_at=None).exclude(agent=agent)
    return others.count() < MOST_AGENTS


def too_many_agents() -> str:
    return _("最多 %(most)s 个人可以代办。要再加一个，请先取消一个。") % {"most": MOST_AGENTS}


@transaction.atomic
def revoke_proxy(*, proxy: Proxy, by: User | None = None, now: datetime | None = None) -> None:
    """End a proxy; it holds for the very next request. Twice is harmless."""
    moment = now or timezone.now()
    ended = Proxy.objects.filter(pk=proxy.pk, revoked_at=None).update(
        # Clocks of two servers differ; nothing ends before it began.
        revoked_at=max(moment, proxy.granted_at),
        revoked_by=by,
    )
    if ended:
        audit.record(
            audit.Action.PROXY_REVOKED, by=by, person=proxy.person, now=now, agent=proxy.agent_id
        )


@transaction.atomic
def grant_role(
    *,
    person: Person,
    role: str,
    organisation: Organisation,
    by: User | None = None,
    now: datetime | None = None,
) -> RoleGrant:
    """Give a role over an organisation and all beneath it; granting twice is harmless.

    Whether `by` may is asked in accounts.roles.granting. Raises FileFrozen for a file that
    nobody changes any more, and RoleRefused where an organisation has ended or where the person
    would audit themselves.
    """
    # One grant to a person at a time: two at once would not see each other.
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    check_role(person=locked, role=role, organisation=organisation)
    grant, created = RoleGrant.objects.get_or_create(
        person=person,
        role=role,
        organisation=organisation,
        ended_at=None,
        defaults={"granted_at": now or timezone.now(), "granted_by": by},
    )
    if created:
        audit.record(
            audit.Action.ROLE_GRANTED,
            by=by,
            person=person,
            organisation=organisation,
            now=now,
            role=role,
        )
    return grant


def check_role(*, person: Person, role: str, organisation: Organisation) -> None:
    """Raise what `grant_role` would: FileFrozen or RoleRefused."""
    check_not_frozen(person)
    if organisation.ended_on:
        raise RoleRefused(
            _("“%(organisation)s”已经撤销，不能在这里授予角色。") % {"organisation": organisation}
        )
    if opposed := queries.roles_opposed(
        person=person, role=role, organisation=organisation
    ).first():
        raise RoleRefused(
            _(
                "%(name)s在“%(organisation)s”是%(role)s。写档案的人和审计的人不能是同一个人，"
                "请先收回其中一个角色。"
            )
            % {
                "name": person.name,
                "organisation": opposed.organisation,
                "role": opposed.get_role_display(),
            }
        )


@transaction.atomic
def end_role(*, grant: RoleGrant, by: User | None = None, now: datetime | None = None) -> None:
    """Take a role back. Twice is harmless."""
    grant = RoleGrant.objects.select_for_update(of=("self",), no_key=True).get(pk=grant.pk)
    if grant.ended_at:
        return
    grant.ended_at, grant.ended_by = now or timezone.now(), by
    # Saved, not updated: the editors' groups follow what is saved (cms.receivers).
    grant.save(update_fields=["ended_at", "ended_by"])
    audit.record(
        audit.Action.ROLE_ENDED,
        by=by,
        person=grant.person,
        organisation=grant.organisation,
        now=now,
        role=grant.role,
    )


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
        phone__isnull=False,
        phone_proved_at=None,
        last_login=None,
        person=None,
        is_superuser=False,
        date_joined__lt=now - timedelta(days=1),
        acts_for=None,
        rights_requests=None,
    )
    forgotten, _kinds = unproved.delete()
    return forgotten

"""Households (同机、家人): persons who agreed to study on one device.

Each of them agrees for themselves, by their own login, through somebody who may act for
them (accounts.acting.proposals), or on a paper; until the second has agreed nothing holds.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import audit, queries, services, sms
from accounts.errors import HouseholdRefused
from accounts.models import Household, HouseholdMember, Person, User, Way

# More people than this in front of one screen are a teaching point.
MOST_MEMBERS = 4


def companions_of(person: Person) -> QuerySet[Person]:
    """With whom `person` agreed to study on one device, by name."""
    if person.frozen_at:
        return Person.objects.none()
    return (
        Person.objects.kept()
        .filter(
            frozen_at=None,
            households__left_at=None,
            households__household__members__person=person,
            households__household__members__left_at=None,
        )
        .exclude(pk=person.pk)
        .order_by("pinyin", "pk")
    )


def companions_for_staff(*, user: User, person: Person) -> list[str]:
    """The same as `user` may read it: no names of files that they do not see."""
    companions = list(companions_of(person))
    seen = set(queries.files_seen_by(user).filter(pk__in=[one.pk for one in companions]))
    return [one.name if one in seen else _("别处的一位学员") for one in companions]


def household_by_person(persons: Iterable[int]) -> dict[int, int]:
    """The household of each of these persons who has one now, in one query."""
    members = HouseholdMember.objects.filter(
        person__in=list(persons),
        left_at=None,
        person__frozen_at=None,
        person__erased_at=None,
        person__merged_into=None,
    )
    return dict(members.values_list("person_id", "household_id"))


def membership_of(person: Person) -> HouseholdMember | None:
    return HouseholdMember.objects.filter(person=person, left_at=None).first()


@transaction.atomic
def record_paper(
    *,
    persons: tuple[Person, Person],
    paper: str,
    by: User,
    now: datetime | None = None,
) -> Household:
    """Write down from a paper signed by both that two persons study on one device.

    Twice is harmless. Raises HouseholdRefused as `agree` does and without a paper.
    """
    if not paper.strip():
        raise HouseholdRefused(_("请写明签字的纸放在哪里，或它的编号。"))
    first, second = lock(*persons)
    if first.pk == second.pk:
        raise HouseholdRefused(_("同机要两个人，请选另一位。"))
    household = join(
        [(first, by, Way.PAPER), (second, by, Way.PAPER)],
        by=by,
        now=now or timezone.now(),
        paper=paper.strip(),
    )
    tell_the_others(household, first, second)
    return household


@transaction.atomic
def leave(*, person: Person, by: User | None = None, now: datetime | None = None) -> None:
    """`person` studies alone again; who would be left alone does too. Twice is harmless."""
    now = now or timezone.now()
    member = membership_of(person)
    if member is None:
        return
    household = Household.objects.select_for_update().get(pk=member.household_id)
    staying = list(household.members.filter(left_at=None).exclude(pk=member.pk))
    leaving = [member] if len(staying) > 1 else [member, *staying]
    for one in leaving:
        # Clocks of two servers differ; nothing ends before it began.
        one.left_at, one.left_by = max(now, one.agreed_at), by
        one.save(update_fields=["left_at", "left_by"])
    if len(staying) < 2:
        Household.objects.filter(pk=household.pk).update(ended_at=now)
    audit.record_many(
        [
            audit.Line(
                audit.Action.HOUSEHOLD_LEFT,
                by,
                one.person,
                details={"household": household.pk, "with": person.pk},
            )
            for one in leaving
        ],
        now=now,
    )


def join(agreements, *, by: User, now: datetime, paper: str = "") -> Household:
    """Put both into one household: the one that one of them has, or a new one."""
    for person, _by, _way_of in agreements:
        services.check_not_frozen(person)
    held = {person.pk: household_of(person) for person, _by, _way_of in agreements}
    households = {household for household in held.values() if household}
    if len(households) > 1:
        raise HouseholdRefused(_("两位已经各和别人同机。要换，请先退出原来的。"))
    household = households.pop() if households else Household.objects.create(created_at=now)
    joining = [one for one in agreements if held[one[0].pk] != household]
    there = list(household.members.filter(left_at=None).values_list("person_id", flat=True))
    if len(there) + len(joining) > MOST_MEMBERS:
        raise HouseholdRefused(too_many())
    for person, agreed_by, way in joining:
        HouseholdMember.objects.create(
            household=household,
            person=person,
            agreed_at=now,
            agreed_by=agreed_by,
            way=way,
            paper=paper,
        )
    audit.record_many(
        [
            audit.Line(
                audit.Action.HOUSEHOLD_JOINED,
                agreed_by,
                person,
                details={"household": household.pk, "way": way, "written_by": by.pk},
            )
            for person, agreed_by, way in joining
        ],
        now=now,
    )
    return household


def tell_the_others(household: Household, *newcomers: Person) -> None:
    """Tell who studies there already, or asked, that somebody joined."""
    members = household.members.filter(left_at=None).exclude(person__in=newcomers)
    told = list(members.values_list("person_id", flat=True))
    names = [person.name for person in newcomers]
    if told:
        transaction.on_commit(partial(tell_members.enqueue, told, names), robust=True)


def household_of(person: Person) -> Household | None:
    member = membership_of(person)
    return member.household if member else None


def lock(*persons: Person) -> list[Person]:
    # In one order, so that two who ask each other at once do not wait for each other.
    pks = [person.pk for person in persons]
    locked = Person.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    by_pk = {person.pk: person for person in locked}
    return [by_pk[pk] for pk in pks]


def too_many() -> str:
    return _("一台设备上最多 %(most)s 个人。人多请到教学点一起看。") % {"most": MOST_MEMBERS}


@task()
def tell_members(person_pks: list[int], names: list[str]) -> int:
    """Tell who studies on the device already that somebody joined; return how many."""
    text = _(
        "%(names)s和您在同一台设备上一起上课了，各算各的到课。不愿意的话，"
        "请登录%(school)s %(url)s，在“我的档案”里退出，或打 %(phone)s。"
    ) % {
        "names": "、".join(names),
        "school": settings.SCHOOL["name"],
        "url": settings.PUBLIC_URL,
        "phone": settings.SCHOOL["phone"],
    }
    persons = Person.objects.kept().filter(pk__in=person_pks)
    return sum(
        sms.send(phone=phone, text=text) for one in persons for phone in queries.phones_of(one)
    )

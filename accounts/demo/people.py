"""The people of the demo school: a city with its counties, a university, some sixty persons.

`create` may run again and changes nothing then; `who` says who may log in as what.
"""

import random
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from faker import Faker

from accounts import services
from accounts.demo import files, households, rights, rosters
from accounts.demo.logins import LOGINS, SHARED_PHONE, who
from accounts.models import Organisation, Person, Proxy, RoleGrant, TeachingPoint, User

__all__ = ["create", "learners", "organisation", "person", "who"]

Kind, Role, Relation = Organisation.Kind, RoleGrant.Role, Proxy.Relation
F, M = Person.Sex.FEMALE, Person.Sex.MALE

# code: parent's code, name, kind. Parents come first.
ORGANISATIONS = {
    "QL": (None, "青岚市", Kind.CITY),
    "QL-LGBJ": ("QL", "青岚市老干部局", Kind.UNIT),
    "QL-JYJ": ("QL", "青岚市教育局", Kind.UNIT),
    "QL-SLJ": ("QL", "青岚市水利局", Kind.UNIT),
    "QL-FZC": ("QL", "青岚纺织厂", Kind.UNIT),
    "QL-LNDX": ("QL", "青岚市老年大学", Kind.UNIVERSITY),
    "QL-WH": ("QL", "望湖区", Kind.COUNTY),
    "QL-WH-WC": ("QL-WH", "文昌街道", Kind.TOWNSHIP),
    "QL-WH-WC-SQ": ("QL-WH-WC", "石桥社区", Kind.COMMUNITY),
    "QL-WH-WC-WH": ("QL-WH-WC", "望湖社区", Kind.COMMUNITY),
    "QL-DX": ("QL", "东溪区", Kind.COUNTY),
    "QL-DX-CH": ("QL-DX", "春晖街道", Kind.TOWNSHIP),
    "QL-DX-CH-LT": ("QL-DX-CH", "柳塘社区", Kind.COMMUNITY),
    "QL-YL": ("QL", "云岭县", Kind.COUNTY),
    "QL-YL-XK": ("QL-YL", "溪口镇", Kind.TOWNSHIP),
}
# name: organisation's code, address.
TEACHING_POINTS = {
    "校本部": ("QL-LNDX", "青岚市望湖区文昌路 18 号"),
    "石桥社区教学点": ("QL-WH-WC-SQ", "望湖区石桥社区党群服务中心二楼"),
}
# name: sex, date of birth, organisation's code, phone, kind.
PEOPLE = {
    "王秀兰": (F, date(1954, 3, 12), "QL-WH-WC-SQ", "13800000001", "retired"),
    "李国强": (M, date(1957, 10, 1), "QL-JYJ", "13800000002", "retired"),
    "张桂芳": (F, date(1956, 8, 23), "QL-WH-WC-WH", "13800000003", "retired"),
    "何彩兰": (F, date(1944, 5, 6), "QL-WH-WC-SQ", "", "retired"),
    "何雅琴": (F, date(1975, 6, 18), "QL-WH", "13800000004", "public"),
    "孙慧珍": (F, date(1955, 2, 2), "QL-SLJ", "13800000005", "retired"),
    "吴德山": (M, date(1952, 11, 30), "QL-SLJ", "", "retired"),
    "陈志明": (M, date(1953, 4, 9), "QL-JYJ", SHARED_PHONE, "retired"),
    "刘淑英": (F, date(1955, 12, 25), "QL-JYJ", SHARED_PHONE, "retired"),
    "赵建国": (M, date(1955, 7, 1), "QL-JYJ", "13800000021", "retired"),
    "周玉梅": (F, date(1958, 1, 16), "QL-JYJ", "13900000041", "retired"),
    "马文远": (M, date(1950, 9, 8), "QL-JYJ", "13900000042", "retired"),
    "何素芬": (F, date(1951, 6, 30), "QL-JYJ", "13900000043", "retired"),
    "郭永福": (M, date(1948, 2, 14), "QL-JYJ", "", "retired"),
    "林美娟": (F, date(1959, 5, 21), "QL-JYJ", "13900000044", "retired"),
    "高振华": (M, date(1946, 8, 15), "QL-JYJ", "", "retired"),
    "罗桂兰": (F, date(1953, 10, 19), "QL-JYJ", "13900000045", "retired"),
    "秦守义": (M, date(1938, 4, 2), "QL-LGBJ", "", "lixiu"),
    "沈文清": (F, date(1962, 9, 10), "QL-LNDX", "13800000011", "staff"),
    "顾念慈": (F, date(1968, 3, 27), "QL-LNDX", "13800000012", "staff"),
    "罗晓云": (F, date(1979, 11, 5), "QL-LNDX", "13800000013", "staff"),
    "程远": (M, date(1985, 1, 8), "QL-LNDX", "13800000014", "staff"),
    "黎怀瑾": (M, date(1964, 12, 3), "QL-LNDX", "13800000015", "staff"),
    "周敏": (F, date(1983, 7, 14), "QL-LNDX", "13800000022", "staff"),
    "冯敏": (F, date(1978, 4, 11), "QL-WH-WC-SQ", "13800000023", "staff"),
    "钱立新": (M, date(1976, 2, 28), "QL-LGBJ", "13800000024", "staff"),
    "许文": (F, date(1990, 10, 22), "QL-LNDX", "13800000025", "staff"),
    "郑怡": (F, date(1981, 8, 9), "QL-LGBJ", "13800000026", "staff"),
    "陆青": (F, date(1984, 9, 3), "QL-LGBJ", "13800000027", "staff"),
    "林静": (F, date(1987, 5, 5), "QL-LNDX", "13800000031", "staff"),
}
# name, role, organisation's code.
ROLES = [
    ("沈文清", Role.TEACHER, "QL-LNDX"),
    ("顾念慈", Role.TEACHER, "QL-LNDX"),
    ("罗晓云", Role.TEACHER, "QL-LNDX"),
    ("程远", Role.TEACHER, "QL-LNDX"),
    ("黎怀瑾", Role.TEACHER, "QL-LNDX"),
    ("周敏", Role.REGISTRAR, "QL"),
    ("冯敏", Role.COORDINATOR, "QL-WH-WC-SQ"),
    ("钱立新", Role.BUREAU, "QL"),
    ("许文", Role.EDITOR, "QL-LNDX"),
    ("郑怡", Role.REVIEWER, "QL"),
    ("陆青", Role.AUDITOR, "QL"),
    ("林静", Role.ADMINISTRATOR, "QL"),
]
# Who may act for whom.
PROXIES = [
    ("何雅琴", "何彩兰", Relation.CHILD),
    ("孙慧珍", "吴德山", Relation.SPOUSE),
    ("李国强", "高振华", Relation.MONITOR),
]
SUPERUSER = "林静"

# The others: given names of those born from the forties to the sixties.
OTHERS = 32
# Two signs each.
GIVEN_NAMES = {
    F: "秀英玉兰桂珍淑琴凤英秀珍玉华丽华爱华春兰美玲惠芳素珍月娥金凤翠萍",
    M: "建华国庆志刚永年德福文斌卫东光荣长林树生庆云学文宝田世昌金山为民",
}
HOMES = ["QL-WH-WC-SQ", "QL-WH-WC-WH", "QL-DX-CH-LT", "QL-YL-XK", "QL-SLJ", "QL-FZC"]


@transaction.atomic
def create(*, now: datetime) -> None:
    """Make whatever of the people is missing. Safe to run again."""
    for code, (parent, name, kind) in ORGANISATIONS.items():
        _organisation(code=code, parent=parent, name=name, kind=kind)
    for name, (code, address) in TEACHING_POINTS.items():
        TeachingPoint.objects.get_or_create(
            name=name, organisation=organisation(code), defaults={"address": address}
        )
    for name, (sex, born_on, code, phone, kind) in PEOPLE.items():
        _person(name, sex=sex, born_on=born_on, code=code, phone=phone, kind=kind, now=now)
    _create_others(now=now)
    for login in LOGINS:
        user = services.login_of(phone=login.phone)
        if login.phone != SHARED_PHONE:
            services.take_own_file(user=user, person=person(login.name))
    User.objects.filter(person=person(SUPERUSER)).update(is_staff=True, is_superuser=True)
    for name, role, code in ROLES:
        services.grant_role(
            person=person(name), role=role, organisation=organisation(code), now=now
        )
    for agent, name, relation in PROXIES:
        if not person(name).proxies.filter(agent=person(agent).login).exists():
            services.allow_proxy(
                person=person(name), agent=person(agent).login, relation=relation, now=now
            )
    for more in (files, households, rights, rosters):
        more.create(now=now)


def organisation(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def person(name: str) -> Person:
    """One of the demo school's people, by name: no two have the same."""
    known = Person.objects.filter(name=name, organisation__code__in=ORGANISATIONS)
    return known.order_by("pk")[:1].get()


def learners() -> QuerySet[Person]:
    """Those of the demo school's people who come to learn."""
    people = Person.objects.filter(organisation__code__in=ORGANISATIONS, frozen_at=None)
    return people.exclude(kind=Person.Kind.STAFF)


def _organisation(*, code: str, parent: str | None, name: str, kind: str) -> None:
    if Organisation.objects.filter(code=code).exists():
        return
    facts = {"code": code, "name": name, "kind": kind}
    if parent is None:
        Organisation.add_root(**facts)
    else:
        organisation(parent).add_child(**facts)


def _person(
    name: str, *, sex: str, born_on: date, code: str, phone: str, kind: str, now: datetime
) -> None:
    if Person.objects.filter(name=name, organisation__code__in=ORGANISATIONS).exists():
        return
    services.open_file(
        name=name,
        sex=sex,
        born_on=born_on,
        organisation=organisation(code),
        phone=phone,
        kind=kind,
        now=now,
    )


def _create_others(*, now: datetime) -> None:
    """Learners with made-up names; every fourth has no telephone."""
    surnames = Faker("zh_CN")
    surnames.seed_instance(1954)
    chance = random.Random(1954)
    for number in range(OTHERS):
        sex = (F, M)[number % 2]
        _person(
            surnames.last_name() + GIVEN_NAMES[sex][number // 2 * 2 :][:2],
            sex=sex,
            born_on=date(chance.randint(1938, 1971), chance.randint(1, 12), chance.randint(1, 28)),
            code=HOMES[number % len(HOMES)],
            phone="" if number % 4 == 3 else f"139000001{number:02d}",
            kind=Person.Kind.PUBLIC if number % 3 == 2 else Person.Kind.RETIRED,
            now=now,
        )

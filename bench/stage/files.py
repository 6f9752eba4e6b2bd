"""A city's files in the database of DATABASE_URL, and how long finding some of them takes.

Started by bench.people in a process of its own:
python -m bench.stage.files FILES ROUNDS
"""

import itertools
import os
import random
import sys
import time
from datetime import date, timedelta

import django

django.setup()

from django.core.paginator import Paginator  # noqa: E402
from django.db import connection  # noqa: E402

from accounts import id_numbers, services  # noqa: E402
from accounts.files import finding, listing  # noqa: E402
from accounts.files.listing import Choice  # noqa: E402
from accounts.models import Organisation, Person, RoleGrant, User  # noqa: E402
from bench.stage.cpu import seconds_used  # noqa: E402
from bench.stage.figures import p95_ms, report  # noqa: E402
from tests.databases import databases  # noqa: E402

BATCH = 5000
ON_A_PAGE = 30
WARM_UP = 10
# Those between 50 and 90.
DAYS = 40 * 365

# The hundred commonest surnames hold 85 % of people, the first five 30 %; so roughly here.
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
WEIGHTS = [1 / (rank + 4) for rank in range(len(SURNAMES))]
FIRST = "秀玉桂建国志文凤淑春金德永红兰振明丽海美宝素世光小"
SECOND = "兰英珍芳华梅琴荣军平强民生云霞香莲成林山清福祥义芝娥贞"


def build(files: int) -> list[Organisation]:
    """A city of ten counties with `files` people; returns the city and its first county."""
    chance = random.Random(3)
    city = Organisation.add_root(name="青岚市", code="3702", kind="city")
    counties = [
        city.add_child(name=f"第{number}区", code=f"3702{number:02d}", kind="county")
        for number in range(10)
    ]
    units = [
        county.add_child(name=f"第{number}单位", code=f"{county.code}-{number}", kind="unit")
        for county in counties
        for number in range(40)
    ]
    people = (person(chance, units, number) for number in range(files))
    while batch := list(itertools.islice(people, BATCH)):
        Person.objects.bulk_create(batch)
    with connection.cursor() as cursor:
        # What PostgreSQL does by itself within a minute.
        cursor.execute("VACUUM ANALYZE")
    return [city, counties[0]]


def person(chance: random.Random, units: list[Organisation], number: int) -> Person:
    surname = chance.choices(SURNAMES, WEIGHTS)[0]
    given = chance.choice(FIRST) + (chance.choice(SECOND) if chance.random() < 0.85 else "")
    generation, place = divmod(number, DAYS)
    born_on = date(1936, 1, 1) + timedelta(days=place)
    # The order among those born on one day, so that no two numbers are the same.
    order = generation * 140 + place % 140
    seventeen = f"{chance.randrange(370200, 370299)}{born_on:%Y%m%d}{order:03d}"
    made = Person(
        name=surname + given,
        sex=chance.choice("fm"),
        born_on=born_on,
        phone=f"1{chance.randrange(30, 99)}{chance.randrange(10**8):08d}",
        id_number=seventeen + id_numbers.check_sign(seventeen),
        health_note="高血压，按时吃药。" if chance.random() < 0.2 else "",
        organisation=chance.choice(units),
    )
    services.prepare_file(made)
    return made


def registrar_of(organisation: Organisation, number: int) -> User:
    own = services.open_file(
        name="周敏", sex="f", born_on=date(1980, 1, 1), organisation=organisation
    )
    services.grant_role(person=own, role=RoleGrant.Role.REGISTRAR, organisation=organisation)
    return User.objects.create_user(f"1360000000{number}", person=own)


# What somebody types who looks for this person.
TYPED = {
    "name": lambda person: person.name,
    "given_name": lambda person: person.name[1:],
    "surname": lambda person: person.name[0],
    "pinyin": lambda person: "".join(person.pinyin.split()[:2]),
    "initials": lambda person: person.pinyin_initials,
    "phone_tail": lambda person: person.phone_tail,
    "phone": lambda person: person.phone,
    "id_tail": lambda person: person.id_number[-4:],
}


def first_page(found) -> list[str]:
    """What the search field costs: how many fit, and the first of them with their units."""
    page = Paginator(found, ON_A_PAGE).get_page(1)
    return [f"{person} {person.organisation}" for person in page]


def timed(name: str, action, arguments) -> None:
    """Report the p95 of `action`, and its mean processor time here and in the database: the
    one is what people wait, the other hardly depends on what else the machine does."""
    for argument in arguments[:WARM_UP]:
        action(argument)
    processes = [os.getpid(), connection.connection.info.backend_pid]
    before, took = sum(map(seconds_used, processes)), []
    for argument in arguments[WARM_UP:]:
        began = time.perf_counter()
        action(argument)
        took.append(time.perf_counter() - began)
    used = sum(map(seconds_used, processes)) - before
    report(f"{name}_ms", p95_ms(took))
    report(f"{name}_cpu_ms", used * 1000 / len(took))


def measure(organisations: list[Organisation], rounds: int) -> None:
    chance = random.Random(5)
    users = [registrar_of(where, number) for number, where in enumerate(organisations)]
    everybody = list(Person.objects.exclude(phone="").values_list("pk", flat=True))
    chosen = [chance.choice(everybody) for _ in range(rounds + WARM_UP)]
    by_number = Person.objects.in_bulk(chosen)
    files = Person.objects.defer(*finding.SEALED).select_related("organisation")
    timed("floor", lambda pk: files.get(pk=pk), chosen)
    for of, user in zip(("", "_county"), users, strict=True):
        for kind, typed in TYPED.items():
            texts = [typed(by_number[pk]) for pk in chosen]
            timed(
                f"find_{kind}{of}",
                lambda text, user=user: first_page(finding.find(user, text)),
                texts,
            )
        everyone = listing.chosen(user, Choice())
        timed(f"list{of}", lambda _pk, everyone=everyone: first_page(everyone), chosen)


def main(files: int, rounds: int) -> None:
    copies = databases()
    copies.make_template()
    name = connection.settings_dict["NAME"]
    copies.copy_to(name)
    try:
        measure(build(files), rounds)
    finally:
        connection.close()
        copies.drop(name)
        copies.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

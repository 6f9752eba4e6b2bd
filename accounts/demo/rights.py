"""What people of the demo school agreed to and ask for, and a file that is frozen.

`create` may run again and changes nothing then; it needs the people of accounts.demo.people.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts import consents, services
from accounts.models import Consent, Notice, Person, RightsRequest, User, Way
from accounts.rights import asking, freezing

# Who has agreed to the basic notice: those whom a visitor of the demo may be.
AGREED = ("王秀兰", "李国强", "张桂芳", "何雅琴", "孙慧珍")
# Who asks for what: words of a correction.
ASKS = ("王秀兰", "门牌写成了 301，应该是 302。")
# Who has died, and who asks to read the file: name, birth, unit like whose, how long ago.
DEAD, BORN_ON, NEIGHBOUR = "韩玉珍", date(1940, 2, 11), "何彩兰"
DIED_BEFORE = timedelta(days=20)
RELATIVE, RELATION = "何雅琴", "外甥女"


@transaction.atomic
def create(*, now: datetime) -> None:
    """Make whatever of it is missing. Safe to run again."""
    for name in AGREED:
        person = _known(name)
        if not Consent.objects.filter(person=person).exists():
            consents.give(
                person=person,
                kind=Notice.Kind.BASIC,
                way=Way.ONLINE,
                by=_login(person),
                now=now,
            )
    asker, words = _known(ASKS[0]), ASKS[1]
    if not RightsRequest.objects.filter(person=asker).exists():
        asking.ask(
            person=asker,
            kind=RightsRequest.Kind.CORRECTION,
            way=Way.ONLINE,
            words=words,
            by=_login(asker),
            now=now - timedelta(days=1),
        )
    if not Person.objects.filter(name=DEAD).exists():
        _somebody_has_died(now)


def _somebody_has_died(now: datetime) -> None:
    dead = services.open_file(
        name=DEAD, sex="f", born_on=BORN_ON, organisation=_known(NEIGHBOUR).organisation, now=now
    )
    freezing.freeze_file(person=dead, deceased_on=(now - DIED_BEFORE).date(), by=None, now=now)
    asking.ask_as_relative(
        name=DEAD,
        born_on=BORN_ON,
        relation=RELATION,
        words="想留一份她上过的课作纪念，晚上六点以后方便接电话。",
        by=_login(_known(RELATIVE)),
        now=now,
    )


def _known(name: str) -> Person:
    known = Person.objects.filter(name=name, organisation__code__startswith="QL")
    return known.order_by("pk")[:1].get()


def _login(person: Person) -> User | None:
    return User.objects.filter(person=person).first()

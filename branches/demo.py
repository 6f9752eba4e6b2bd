"""The party branches of the demo school: a general branch with four beneath it.

`create` may run again and changes nothing then.
"""

from datetime import date, datetime

from django.db import transaction

from accounts.demo import people
from accounts.models import Person
from branches import (
    demo_activities,
    demo_forms,
    demo_home_study,
    demo_talents,
    ledger,
    services,
)
from branches.models import Branch, BranchOffice, HoursRule, StudyTarget

Level, Kind, Office = Branch.Level, Branch.Kind, BranchOffice.Office

GENERAL = "青岚市离退休干部党总支"
FIRST = "离退休第一党支部"
THIRD = "离退休第三党支部"
COMMUNITY = "石桥社区党支部"
CALLIGRAPHY = "书法缘功能型党支部"

# name: organisation's code, kind.
BRANCHES = {
    FIRST: ("QL-SLJ", Kind.HOME),
    THIRD: ("QL-JYJ", Kind.HOME),
    COMMUNITY: ("QL-WH-WC-SQ", Kind.HOME),
    CALLIGRAPHY: ("QL-LNDX", Kind.FUNCTIONAL),
}
MEMBERS = {
    THIRD: [
        *("赵建国", "周玉梅", "李国强", "王秀兰", "张桂芳", "陈志明", "刘淑英", "吴德山"),
        *("孙慧珍", "马文远", "何素芬", "郭永福", "高振华", "罗桂兰"),
    ],
    CALLIGRAPHY: ["王秀兰", "李国强", "吴德山", "何素芬"],
}
# The retired of these places; each third person is no party member.
MEMBERS_FROM = {FIRST: ["QL-SLJ", "QL-FZC"], COMMUNITY: ["QL-WH-WC-SQ", "QL-WH-WC-WH"]}
# branch, office, person; in the other branches the first by name is secretary.
OFFICES = [
    (GENERAL, Office.SECRETARY, "赵建国"),
    (THIRD, Office.SECRETARY, "赵建国"),
    (THIRD, Office.DEPUTY, "周玉梅"),
    (THIRD, Office.COMMITTEE, "李国强"),
    (CALLIGRAPHY, Office.SECRETARY, "王秀兰"),
]
# Somebody who came from another branch in the middle of a quarter.
MOVED = ("林美娟", FIRST, THIRD, date(2026, 8, 15))

FOUNDED_ON = date(2021, 7, 1)
RULE = {"version": "2026-1", "valid_from": date(2026, 1, 1)}


@transaction.atomic
def create(*, now: datetime) -> None:
    """Make whatever of the branches is missing, and post what was studied so far."""
    HoursRule.objects.get_or_create(organisation=people.organisation("QL"), **RULE)
    StudyTarget.objects.get_or_create(
        organisation=people.organisation("QL"), valid_from=RULE["valid_from"]
    )
    _branch(GENERAL, code="QL-LGBJ", level=Level.GENERAL)
    for name, (code, kind) in BRANCHES.items():
        _branch(name, code=code, kind=kind, under=_named(GENERAL))
    for name, members in MEMBERS.items():
        for member in members:
            _join(people.person(member), name, FOUNDED_ON)
    for name, codes in MEMBERS_FROM.items():
        for person in _retired(codes):
            _join(person, name, FOUNDED_ON)
    name, before, after, on = MOVED
    _join(people.person(name), before, FOUNDED_ON)
    _join(people.person(name), after, on)
    for name, office, person in OFFICES:
        _appoint(name, office, people.person(person))
    for name in MEMBERS_FROM:
        first = _named(name).memberships.order_by("person__pinyin", "person_id")[0]
        _appoint(name, Office.SECRETARY, first.person)
    ledger.post_missed(now=now, days=None)
    demo_activities.create(branch=_named(THIRD), now=now)
    demo_home_study.create(branch=_named(THIRD), now=now)
    demo_talents.create(branch=_named(THIRD), now=now)
    demo_forms.create(organisation=people.organisation("QL"), now=now)


def _named(name: str) -> Branch:
    return Branch.objects.get(name=name)


def _branch(name, *, code, level=Level.BRANCH, kind=Kind.HOME, under=None):
    if Branch.objects.filter(name=name).exists():
        return
    facts = {
        "name": name,
        "level": level,
        "kind": kind,
        "organisation": people.organisation(code),
    }
    if under is None:
        Branch.add_root(**facts)
    else:
        under.add_child(**facts)


def _retired(codes):
    named = {name for members in MEMBERS.values() for name in members} | {MOVED[0]}
    return (
        people.learners()
        .filter(organisation__code__in=codes, kind=Person.Kind.RETIRED)
        .exclude(name__in=named)
    )


def _join(person, name, starts_on):
    branch = _named(name)
    if not person.memberships.filter(branch=branch).exists():
        services.join_branch(branch=branch, person=person, starts_on=starts_on)


def _appoint(name, office, person):
    branch = _named(name)
    if not branch.offices.filter(office=office).exists():
        services.appoint(branch=branch, person=person, office=office, starts_on=FOUNDED_ON)

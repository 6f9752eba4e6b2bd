"""Two couples of the demo school who study on one device. Safe to run again."""

from datetime import datetime

from accounts.acting import households, proposals
from accounts.models import Person

# By the login of the first, who acts for the second; and from a paper, written down by staff.
BY_PROXY = ("孙慧珍", "吴德山")
ON_PAPER = ("陈志明", "刘淑英")
REGISTRAR, PAPER = "周敏", "教务处 2026 同机 001"


def create(*, now: datetime) -> None:
    """Put together whoever is not yet; needs the people of accounts.demo.people."""
    first, second = map(_person, BY_PROXY)
    if not households.membership_of(first):
        proposal = proposals.propose(proposer=first, person=second, by=first.login, now=now)
        proposals.agree(proposal=proposal, person=second, by=first.login, now=now)
    couple = tuple(map(_person, ON_PAPER))
    if not households.membership_of(couple[0]):
        households.record_paper(persons=couple, paper=PAPER, by=_person(REGISTRAR).login, now=now)


def _person(name: str) -> Person:
    known = Person.objects.filter(name=name, organisation__code__startswith="QL")
    return known.order_by("pk")[:1].get()

"""A round that is drawn, its classes and its applicants, for the tests of draws."""

from datetime import UTC, datetime, timedelta

from courses.draws.applying import apply
from courses.models import Application, RegistrationRound, SeatPool, Term
from tests import factories

NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)
CLOSED = NOW + timedelta(days=5)


def draw_round(**facts) -> RegistrationRound:
    """A round open at NOW that is drawn from CLOSED on."""
    term = facts.pop("term", None) or Term.objects.first()
    term = term or factories.term(now=NOW, open_round=False)
    facts = {
        "name": "抽签批",
        "method": RegistrationRound.Method.DRAW,
        "opens_at": NOW - timedelta(days=5),
        "closes_at": CLOSED,
    } | facts
    return RegistrationRound.objects.create(term=term, **facts)


def pool(name: str = "行书入门", **facts) -> SeatPool:
    return factories.class_group(name=name, **facts).pools.get()


def wish(round: RegistrationRound, *pools: SeatPool, person=None, **facts) -> Application:
    facts.setdefault("now", NOW)
    person = person or factories.person("李梅")
    return apply(person=person, round=round, pools=pools, **facts)


def wishes_of(application: Application) -> list[int]:
    return list(application.wishes.values_list("pool", flat=True))

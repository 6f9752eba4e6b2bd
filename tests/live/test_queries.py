from datetime import timedelta

import pytest

from live import queries, services
from live.errors import NotYetOpen, RoomClosed
from tests import factories

DOORS = [queries.admission_of_page, queries.admission_to_speak]


def ask(door, school, person, *, opened_as="", after=timedelta(minutes=1)):
    return door(
        user=getattr(person, "login", None) or factories.login(person),
        person=person,
        pk=school.session.pk,
        opened_as=opened_as,
        now=school.now + after,
    )


@pytest.mark.parametrize("door", DOORS)
def test_a_page_is_let_in_that_was_opened_as_the_same_person_or_before_pages_said_so(door, school):
    for opened_as in ("", str(school.learner.pk)):
        admission = ask(door, school, school.learner, opened_as=opened_as)
        assert (admission.person, admission.is_learner) == (school.learner, True)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("number", ["another learner's", "nobody's", "no number"])
def test_a_page_that_was_opened_as_somebody_else_is_refused(door, school, number):
    opened_as = {"another learner's": str(school.learners[1].pk), "nobody's": "0"}.get(number, "x")

    with pytest.raises(RoomClosed, match="换了人"):
        ask(door, school, school.learner, opened_as=opened_as)


@pytest.mark.parametrize("door", DOORS)
def test_before_the_door_opens_only_whoever_teaches_is_let_in(door, school):
    with pytest.raises(NotYetOpen, match="还没有开门"):
        ask(door, school, school.learner, after=-timedelta(hours=1))

    assert ask(door, school, school.teacher, after=-timedelta(hours=1)).may_teach


def test_after_the_end_a_page_still_hears_and_nobody_speaks(school):
    services.begin(classroom=school.room, now=school.now)
    services.end(classroom=school.room, now=school.now + timedelta(minutes=90))
    late = timedelta(minutes=91)

    assert ask(queries.admission_of_page, school, school.learner, after=late).is_learner
    for person in (school.learner, school.teacher):
        with pytest.raises(RoomClosed, match="已经下课"):
            ask(queries.admission_to_speak, school, person, after=late)

import pytest

from accounts import services as accounts
from accounts.logins.sessions import end_all_logins
from courses.registration import withdraw
from live.gate import may_watch
from live.recordings import address_of
from live.video.tokens import LIVE, read_token
from tests import factories


@pytest.fixture
def login(school):
    return factories.login(school.learner)


def watches(school, user, person):
    return may_watch(login=user.pk, person=person.pk if person else 0, session=school.session.pk)


def test_a_learner_with_a_seat_may_watch_until_it_is_given_up(school, login):
    assert watches(school, login, school.learner)

    withdraw(enrolment=school.group.enrolments.get(person=school.learner), because="换了别的班")

    assert not watches(school, login, school.learner)


def test_a_login_that_was_switched_off_watches_nothing(school, login):
    login.is_active = False
    login.save()

    assert not watches(school, login, school.learner)


def test_a_login_that_was_ended_everywhere_needs_a_new_address(school, login):
    end_all_logins(user=login, by=login)

    assert not watches(school, login, school.learner)
    address = address_of(school.room, kind=LIVE, person=school.learner, user=login)
    claims = read_token(address.split("/")[-2])
    assert may_watch(
        login=claims.login, person=claims.person, session=claims.session, epoch=claims.epoch
    )


def test_a_daughter_watches_as_long_as_she_may_act_for_her_mother(school):
    daughter = factories.login()
    proxy = accounts.allow_proxy(person=school.learner, agent=daughter, relation="child")
    assert watches(school, daughter, school.learner)

    accounts.revoke_proxy(proxy=proxy)

    assert not watches(school, daughter, school.learner)


def test_the_teacher_watches_the_own_class(school):
    teacher = factories.login(school.teacher)

    assert watches(school, teacher, school.teacher)
    assert watches(school, teacher, None)


@pytest.mark.parametrize("kind", ["somebody else's file", "no file", "no such session"])
def test_an_address_made_up_for_another_opens_nothing(school, kind):
    stranger = factories.login(factories.person("陈志明", sex="m"))
    person = {"somebody else's file": school.learner.pk}.get(kind, 0)
    session = 999 if kind == "no such session" else school.session.pk

    assert not may_watch(login=stranger.pk, person=person, session=session)

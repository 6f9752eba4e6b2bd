"""Nobody comes to a class as its teacher by way of the teacher's file."""

import contextlib
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.errors import FileTaken, MergeRefused
from accounts.files import merging
from accounts.models import User
from courses.models import SeatPool
from courses.planning import cancelling, meetings, terms
from courses.planning.classes import Seats, write_class
from tests import factories

pytestmark = pytest.mark.django_db

MINE, THEIRS = "13900000099", "13800000011"
SEATS = [Seats(SeatPool.Kind.COMMON, 20)]


@pytest.fixture
def gu():
    """Teaches, has no login yet."""
    return factories.person("顾念慈", phone=THEIRS, kind="staff")


@pytest.fixture
def group():
    return factories.class_group()


def write_number(person, number=MINE):
    person.phone = number
    accounts.save_file(person=person)


def give(group, teacher):
    group.teacher = teacher
    write_class(class_group=group, seats=SEATS, count=0)


def is_claimed(person):
    user = User.objects.filter(phone=MINE).first() or factories.login(phone=MINE)
    with contextlib.suppress(FileTaken):
        accounts.take_own_file(user=user, person=person)
    user.refresh_from_db()
    return user.person == person


def test_a_teacher_is_not_claimed_by_a_number_written_after_the_class_was_given(gu, group):
    give(group, gu)
    write_number(gu)
    assert not is_claimed(gu)
    with pytest.raises(FileTaken, match="在教的班"):
        accounts.take_own_file(user=User.objects.get(phone=MINE), person=gu)


def test_a_number_known_before_the_class_was_given_claims_the_file(gu, group):
    write_number(gu)
    give(group, gu)
    assert is_claimed(gu)


def test_a_class_given_anew_is_claimed_with_the_new_number(gu, group):
    other = group.teacher
    for teacher in (gu, other):
        give(group, teacher)
    write_number(gu)
    give(group, gu)
    assert is_claimed(gu)


def test_another_change_of_the_class_makes_no_new_number_good(gu, group):
    give(group, gu)
    write_number(gu)
    group.room = "203"
    write_class(class_group=group, seats=SEATS, count=0)
    assert not is_claimed(gu)


def test_a_class_of_before_the_log_counts_from_the_beginning_of_the_file(gu):
    factories.class_group(teacher=gu)
    write_number(gu)
    assert not is_claimed(gu)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_copied_class_counts_from_the_copying(gu, is_first):
    group = factories.class_group(teacher=gu)
    facts = {"starts_on": group.term.starts_on + timedelta(days=200), "suffix": "27C"}
    if is_first:
        write_number(gu)
    terms.copy_term(source=group.term, name="春", **facts)
    cancelling.cancel_class(class_group=group)
    if not is_first:
        write_number(gu)
    assert is_claimed(gu) == is_first


def test_a_meeting_to_stand_in_at_counts_and_one_that_is_over_does_not(gu, group):
    now = timezone.now()
    session = factories.session(group, starts_at=now + timedelta(days=1))
    meetings.change_meeting(
        session=session, starts_at=session.starts_at, minutes=90, substitute=gu, now=now
    )
    write_number(gu)
    assert not is_claimed(gu)
    session.starts_at, session.ends_at = now - timedelta(days=2), now - timedelta(days=1)
    session.save()
    assert is_claimed(gu)


def test_a_merge_moves_no_class_and_brings_no_login_to_a_teacher(gu, group):
    give(group, gu)
    friend = factories.person("顾念慈", sex=gu.sex)
    factories.login(friend)
    clerk = factories.login(factories.person("周敏"))
    for kept, dropped in ((friend, gu), (gu, friend)):
        with pytest.raises(MergeRefused, match="在教的班"):
            merging.merge(kept=kept, dropped=dropped, by=clerk)

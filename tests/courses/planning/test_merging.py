from datetime import date

import pytest
from django.db.models import Q

from courses import planning, registration
from courses.errors import PlanRefused
from courses.models import ClassGroup, Enrolment, SeatPool, WaitingEntry
from courses.planning import merging
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def term():
    return factories.term(max_classes=3)


def people_in(group):
    seats = Enrolment.objects.filter(class_group=group, withdrawn_at=None)
    line = WaitingEntry.objects.filter(class_group=group, left_at=None)
    return (
        [seat.person.name for seat in seats.order_by("pk")],
        [(entry.number, entry.person.name) for entry in line.order_by("number")],
    )


def seated(group, *names):
    return [factories.seat(group, factories.person(name)) for name in names]


def merge(group, into, because="不满 20 人"):
    return merging.merge_class(class_group=group, into=into, because=because)


def names(persons):
    return [person.name for person in persons]


def test_learners_get_the_free_seats_in_their_order_then_numbers(
    term, told, django_capture_on_commit_callbacks
):
    small = factories.class_group(term=term, name="小班", capacity=9)
    big = factories.class_group(term=term, name="大班", capacity=3)
    seated(big, "甲")
    seated(small, "乙", "丙", "丁")
    looked = merging.outlook(class_group=small, into=big)
    assert (names(looked.seated), names(looked.numbered)) == (["乙", "丙"], ["丁"])
    with django_capture_on_commit_callbacks(execute=True):
        done = merge(small, big)
    assert done == looked
    assert people_in(big) == (["甲", "乙", "丙"], [(1, "丁")])
    assert people_in(small) == ([], [])
    assert told == [("cancelled", ["乙", "丙", "丁"], "大班")]
    for group in (small, big):
        group = ClassGroup.objects.get(pk=group.pk)
        live = group.enrolments.filter(withdrawn_at=None).count()
        assert group.seats_taken == live


def test_merging_twice_is_harmless(term):
    small, big = factories.class_group(term=term), factories.class_group(term=term)
    seated(small, "乙")
    merge(small, big)
    assert merge(small, big) == merging.Outlook()
    assert people_in(big) == (["乙"], [])


def test_the_new_seat_says_from_where_and_the_old_one_where_to(term):
    small = factories.class_group(term=term, name="小班")
    big = factories.class_group(term=term, name="大班")
    [old] = seated(small, "乙")
    merge(small, big)
    new = Enrolment.objects.get(class_group=big)
    old.refresh_from_db()
    assert (new.transferred_from, new.source, new.note) == (old, "transfer", "由“小班”并来")
    assert old.withdrawn_because == "并入“大班”"


def test_who_is_there_already_who_does_not_fit_and_who_waited_are_told_apart(term):
    small = factories.class_group(term=term, name="小班", capacity=2, max_age=100)
    big = factories.class_group(term=term, name="大班", capacity=2)
    wang = factories.person("两班都有")
    for group in (small, big):
        factories.seat(group, wang)
    factories.seat(small, factories.person("太老", born_on=date(1930, 1, 1)))
    seated(small, "候补甲", "候补乙")
    looked = merging.outlook(class_group=small, into=big)
    assert names(looked.there) == ["两班都有"]
    assert [person.name for person, _why in looked.unfit] == ["太老"]
    assert (names(looked.seated), names(looked.waited)) == (["候补甲"], ["候补乙"])
    assert merge(small, big) == looked
    assert people_in(big) == (["两班都有", "候补甲"], [(1, "候补乙")])


def test_a_couple_gets_two_numbers_where_only_one_seat_is_free(term):
    small = factories.class_group(term=term, capacity=5)
    big = factories.class_group(term=term, capacity=1)
    registration.register(
        person=factories.person("他"), partner=factories.person("她"), class_group=small
    )
    looked = merging.outlook(class_group=small, into=big)
    assert (names(looked.seated), names(looked.numbered)) == ([], ["他", "她"])
    assert merge(small, big) == looked
    assert people_in(big) == ([], [(1, "他"), (2, "她")])
    his, hers = WaitingEntry.objects.filter(class_group=big).order_by("number")
    assert (his.partner, hers.partner) == (hers, his)


def test_who_has_a_place_there_already_leaves_the_other_a_seat_alone(term):
    small = factories.class_group(term=term, capacity=5)
    big = factories.class_group(term=term, capacity=2)
    him, her = factories.person("他"), factories.person("她")
    registration.register(person=him, partner=her, class_group=small)
    factories.seat(big, him)
    looked = merging.outlook(class_group=small, into=big)
    assert (names(looked.there), names(looked.seated)) == (["他"], ["她"])
    assert merge(small, big) == looked
    assert Enrolment.objects.get(class_group=big, person=her).partner is None


def test_a_page_from_before_the_other_class_was_cancelled_merges_nothing(term):
    small, big = factories.class_group(term=term), factories.class_group(term=term)
    seated(small, "乙")
    seen = ClassGroup.objects.get(pk=big.pk)
    planning.cancel_class(class_group=big, because="病了")
    with pytest.raises(PlanRefused, match="停开"):
        merge(small, seen)
    assert people_in(small) == (["乙"], [])


def test_couples_stay_couples_where_both_get_the_same(term):
    small, big = factories.class_group(term=term), factories.class_group(term=term)
    registration.register(
        person=factories.person("他"), partner=factories.person("她"), class_group=small
    )
    merge(small, big)
    seats = Enrolment.objects.filter(class_group=big).select_related("partner__person")
    assert {seat.person.name: seat.partner.person.name for seat in seats} == {
        "他": "她",
        "她": "他",
    }


def test_seats_of_a_kind_go_to_seats_of_that_kind(term):
    small, big = factories.class_group(term=term), factories.class_group(term=term)
    big.pools.all().delete()
    for kind in ("on_site", "online"):
        SeatPool.objects.create(class_group=big, kind=kind, capacity=5)
    SeatPool.objects.filter(class_group=small).update(kind="online")
    seated(small, "乙")
    merge(small, big)
    assert Enrolment.objects.get(class_group=big).pool.kind == "online"


@pytest.mark.parametrize("wrong", ["itself", "term", "cancelled", "into cancelled", "draw", "why"])
def test_a_class_is_not_merged_when(term, wrong):
    small, big, because = factories.class_group(term=term), factories.class_group(term=term), "少"
    if wrong == "itself":
        big = small
    elif wrong == "term":
        big = factories.class_group(term=factories.term())
    elif wrong == "draw":
        big.pools.update(held_for_draw=True)
    elif wrong == "why":
        because = " "
    else:
        planning.cancel_class(class_group=small if wrong == "cancelled" else big)
    seated_before = Enrolment.objects.count()
    with pytest.raises(PlanRefused):
        merge(*(ClassGroup.objects.get(pk=one.pk) for one in (small, big)), because=because)
    assert Enrolment.objects.count() == seated_before
    assert not ClassGroup.objects.filter(~Q(merged_into=None)).exists()

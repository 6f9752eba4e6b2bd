"""Who may register for what, in which round, and what is said before the button."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from accounts.models import Person, TeachingPoint
from courses import errors, registration
from courses.models import (
    ClassGroup,
    Draw,
    Enrolment,
    RegistrationRound,
    RelativeConsent,
    SeatPool,
)
from courses.registration import rules
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def city():
    return factories.organisation("青岚市")


@pytest.fixture
def term(city):
    return factories.term(now=NOW, open_round=False)


@pytest.fixture
def opened(term):
    return make_round(term, "第一批", -5, 5)


@pytest.fixture
def group(city, term):
    return factories.class_group(term=term, course=factories.course(organisation=city))


@pytest.fixture
def person(city):
    return factories.person(organisation=city)


def make_round(term, name, opens, closes, **facts):
    return RegistrationRound.objects.create(
        term=term, name=name, opens_at=NOW + opens * DAY, closes_at=NOW + closes * DAY, **facts
    )


def why_not(person, group, now=NOW):
    group = ClassGroup.objects.get(pk=group.pk)
    return rules.refusal(person=person, class_group=group, now=now)


def ask(person, group, **more):
    group = ClassGroup.objects.get(pk=group.pk)
    return registration.register(person=person, class_group=group, now=NOW, **more)


def learned(person, term_of, *, organisation=None, completed_on=None):
    """A seat that `person` kept in the year before."""
    before = factories.term(now=NOW - 400 * DAY)
    before.organisation = organisation or term_of.organisation
    before.save()
    past = factories.class_group(term=before)
    return Enrolment.objects.create(
        class_group=past,
        pool=past.pools.get(),
        person=person,
        source="online",
        seated_at=NOW - 400 * DAY,
        completed_on=completed_on,
    )


# The class


def test_conditions_are_said_a_sentence_a_line(group, city):
    assert rules.conditions(group) == ["开学时 50 到 80 岁"]
    group.max_age, group.older_with_consent, group.returning_only = 70, True, True
    group.for_organisation, group.after_course = city, factories.course("楷书入门")
    assert rules.conditions(group) == [
        "开学时 50 到 70 岁",
        "超过 70 岁的，家属同意就可以报",
        "只收在这里上过课的老学员",
        "只收青岚市的人",
        "要先学完“楷书入门”",
    ]


@pytest.mark.parametrize(
    ("years", "error"),
    [(49, errors.WrongAge), (50, None), (80, None), (81, errors.RelativeNeeded)],
)
def test_past_the_age_a_relatives_word_is_wanted(group, opened, city, years, error):
    ClassGroup.objects.update(older_with_consent=True)
    born_on = date(group.term.starts_on.year - years, 1, 1)
    person = factories.person("秦老", born_on=born_on, organisation=city)
    no = why_not(person, group)
    assert type(no) is (error or type(None))


def test_with_a_relatives_word_for_this_term_the_old_may_come(group, opened, city):
    ClassGroup.objects.update(older_with_consent=True, max_age=60)
    person = factories.person("秦老", born_on=date(1940, 1, 1), organisation=city)
    facts = {"person": person, "relative": "秦敏", "how": "paper", "given_at": NOW}
    RelativeConsent.objects.create(term=factories.term(now=NOW - 400 * DAY), **facts)
    assert isinstance(why_not(person, group), errors.RelativeNeeded)
    RelativeConsent.objects.create(term=group.term, **facts)
    assert why_not(person, group) is None
    assert ask(person, group).person == person


def test_who_waits_past_the_age_is_offered_a_seat_only_with_a_relatives_word(group, opened, city):
    ClassGroup.objects.update(older_with_consent=True)
    SeatPool.objects.update(capacity=1)
    ask(factories.person("李国强", organisation=city), group)
    person = factories.person("秦老", born_on=date(1940, 1, 1), organisation=city)
    consent = RelativeConsent.objects.create(
        person=person, term=group.term, relative="秦敏", how="phone", given_at=NOW
    )
    entry = ask(person, group)
    pool = SeatPool.objects.get()
    assert list(rules.line(pool)) == [entry]
    consent.delete()
    assert list(rules.line(pool)) == []


def test_a_class_for_those_who_learned_here_takes_nobody_else(group, opened, person, city):
    ClassGroup.objects.update(returning_only=True)
    assert isinstance(why_not(person, group), errors.NotReturning)
    elsewhere = learned(person, group.term, organisation=factories.organisation("远山县"))
    assert isinstance(why_not(person, group), errors.NotReturning)
    elsewhere.delete()
    seat = learned(person, group.term)
    assert why_not(person, group) is None
    seat.withdrawn_at = seat.seated_at + DAY
    seat.save()
    assert isinstance(why_not(person, group), errors.NotReturning)


def test_a_seat_of_the_same_term_makes_nobody_returning(group, opened, person):
    ask(person, factories.class_group(term=group.term))
    ClassGroup.objects.filter(pk=group.pk).update(returning_only=True)
    assert isinstance(why_not(person, group), errors.NotReturning)


def test_a_class_for_an_organisation_takes_those_beneath_it(group, opened, city):
    street = factories.organisation("石桥街道", parent=city)
    beside = factories.organisation("东溪街道", parent=city)
    ClassGroup.objects.update(for_organisation=street)
    of_street, of_city, of_other = (
        factories.person(f"某{unit}", organisation=unit)
        for unit in (factories.organisation("一社区", parent=street), city, beside)
    )
    assert why_not(of_street, group) is None
    for other in (of_city, of_other):
        assert "只收石桥街道的人" in str(why_not(other, group))


def test_a_class_after_another_takes_who_completed_that_one(group, opened, person):
    seat = learned(person, group.term)
    ClassGroup.objects.filter(pk=group.pk).update(after_course=seat.class_group.course)
    assert "要先学完" in str(why_not(person, group))
    Enrolment.objects.update(completed_on=date(2026, 1, 10))
    assert why_not(person, group) is None


# The round


def test_a_round_for_those_who_return_says_who_may_and_when_the_others(group, term, person):
    make_round(term, "老学员", -1, 3, who="returning")
    make_round(term, "大家", 4, 9)
    no = why_not(person, group)
    assert isinstance(no, errors.NotYourRound)
    assert "老学员" in str(no)
    assert "9月5日" in str(no)
    learned(person, term)
    assert why_not(person, group) is None


def test_a_round_for_an_organisation_is_for_those_beneath_it(group, term, city):
    street = factories.organisation("石桥街道", parent=city)
    make_round(term, "街道", -1, 3, who="organisation", organisation=street)
    assert why_not(factories.person("甲", organisation=street), group) is None
    no = why_not(factories.person("乙", organisation=city), group)
    assert (type(no), "石桥街道的人" in str(no)) == (errors.NotYourRound, True)


def test_a_round_for_some_classes_opens_no_others(group, opened, person):
    other = factories.class_group(term=group.term)
    opened.classes.set([other])
    assert isinstance(why_not(person, group), errors.RegistrationClosed)
    assert why_not(person, other) is None


@pytest.mark.parametrize(
    ("seconds", "error"),
    [(-1, errors.NotOpenYet), (0, None), (3599, None), (3600, errors.RegistrationClosed)],
)
def test_a_round_opens_and_closes_at_its_second(group, term, person, seconds, error):
    make_round(term, "一小时", 0, 1 / 24)
    no = why_not(person, group, now=NOW + timedelta(seconds=seconds))
    assert type(no) is (error or type(None))


def test_of_several_rounds_the_longest_open_one_counts(group, opened, term, person):
    make_round(term, "短", -2, 1, max_classes=1)
    ask(person, factories.class_group(term=term))
    found = rules.open_round(group, NOW, person=person)
    assert (found, rules.places_left(person=person, class_group=group, now=NOW)) == (opened, 1)


# Seats by lot


@pytest.fixture
def drawn(term):
    return make_round(term, "抽签", -5, 2, method="draw")


def test_while_wishes_are_taken_nobody_gets_a_seat_by_haste(group, drawn, opened, person):
    with pytest.raises(errors.ByDraw):
        ask(person, group)
    assert group.pools.get().seats_taken == 0


def test_between_closing_and_the_draw_nobody_gets_a_seat(group, drawn, person):
    no = why_not(person, group, now=NOW + 3 * DAY)
    assert isinstance(no, errors.DrawPending)
    make_draw(drawn, drawn_at=NOW + 3 * DAY)
    after = why_not(person, group, now=NOW + 3 * DAY)
    assert isinstance(after, errors.RegistrationClosed)


def test_a_term_that_is_over_takes_nobody_while_its_round_was_left_open(group, opened, person):
    RegistrationRound.objects.update(closes_at=NOW + 400 * DAY)
    last = timezone.make_aware(datetime.combine(group.term.ends_on, time(12)))
    assert why_not(person, group, now=last) is None
    no = why_not(person, group, now=last + DAY)
    assert isinstance(no, errors.RegistrationClosed)
    assert "这个学期已经结束了" in str(no)


def make_draw(drawn, *, drawn_at):
    return Draw.objects.create(
        round=drawn,
        number_source="上证指数",
        frozen_at=drawn.closes_at,
        list_text="{}",
        list_sha256="0" * 64,
        seed="s",
        seed_sha256="0" * 64,
        public_number="1",
        result_text="{}",
        drawn_at=drawn_at,
    )


def test_seats_held_for_a_draw_are_not_had_in_another_round(group, opened, person):
    SeatPool.objects.update(held_for_draw=True)
    with pytest.raises(errors.DrawPending):
        ask(person, group)


# Ways to attend


def test_with_seats_of_several_kinds_one_is_chosen(group, opened, person):
    point = TeachingPoint.objects.create(
        organisation=group.organisation, name="石桥社区", address="二楼"
    )
    online = SeatPool.objects.create(class_group=group, kind="online", capacity=1)
    screen = SeatPool.objects.create(
        class_group=group, kind="point", teaching_point=point, capacity=1
    )
    with pytest.raises(errors.WayNotChosen):
        ask(person, group)
    assert ask(person, group, pool=online).pool == online
    # What is full there is free elsewhere, with numbers of its own.
    second, third = (factories.person(name) for name in ("甲", "乙"))
    assert ask(second, group, pool=online).number == 1
    assert isinstance(ask(third, group, pool=screen), Enrolment)


def test_seats_of_another_class_are_no_way_to_attend_this_one(group, opened, person):
    other = factories.class_group(term=group.term).pools.get()
    with pytest.raises(errors.WayNotChosen):
        ask(person, group, pool=other)
    assert other.seats_taken == 0


@pytest.mark.parametrize("change", ["frozen_at", "erased_at"])
def test_a_closed_file_is_said_before_everything_else(group, person, change):
    facts = {change: NOW} | ({"deceased_on": NOW} if change == "frozen_at" else {})
    Person.objects.filter(pk=person.pk).update(**facts)
    person.refresh_from_db()
    assert isinstance(why_not(person, group), errors.FileClosed)

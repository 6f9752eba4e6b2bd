from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts import services
from accounts.models import AuditLine, Relative
from courses import registration
from courses.desk import calling
from courses.errors import CallRefused, OfferOver
from courses.models import CallAttempt, Enrolment, Offer, RegistrationRound, WaitingEntry
from courses.registration import offering
from tests import factories
from tests.courses.counter import class_of, registrar, words

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def city():
    return factories.organisation("青岚市")


@pytest.fixture
def desk(city):
    return registrar(city)


def offered(city, name="王秀兰", *, group="行书入门", couple=(), **facts):
    """An open offer to `name`, or to a couple."""
    made = class_of(group, course=factories.course(organisation=city), capacity=2, fee=180)
    gone = [
        factories.seat(made, factories.person(f"退{number}"), now=NOW - timedelta(hours=1))
        for number in range(2)
    ]
    facts = {"phone": "13812345678", "organisation": city} | facts
    person = factories.person(name, **facts)
    partner = factories.person(couple, organisation=city, phone="13812345678") if couple else None
    entry = registration.register(person=person, class_group=made, partner=partner)
    for seat in gone if couple else gone[:1]:
        registration.withdraw(enrolment=seat, because="其他")
    return Offer.objects.get(entry=entry)


def at(name, *args):
    return reverse(f"courses:{name}", args=args)


def begin(desk, offer):
    return desk.post(at("phone_desk_call", offer.pk))


def log(desk, offer, outcome, **fields):
    return desk.post(at("phone_desk_log", offer.pk), {"outcome": outcome, **fields})


def order(desk):
    return [offer.pk for offer in calling.calls_to_make(desk.user, now=timezone.now())]


# Whom to call


def test_nobody_to_call_says_what_will_be_here(desk):
    assert "现在没有电话要打" in words(desk.get(at("phone_desk")))


def test_the_next_call_stands_on_top_with_what_to_say(desk, city):
    offered(city)

    response = desk.get(at("phone_desk"))

    said = words(response)
    for part in ("下一个电话", "王秀兰", "候补 1 号", "的周敏", "180 元", "要不要这个座位"):
        assert part in said
    assert "13812345678" not in response.content.decode()


def test_fewest_attempts_come_first_then_the_earliest_deadline_then_the_number(desk, city):
    offers = [offered(city, f"王{sign}", group=f"班{sign}") for sign in "甲乙丙丁"]
    for offer, hours in zip(offers, (50, 49, 50, 48), strict=True):
        Offer.objects.filter(pk=offer.pk).update(expires_at=NOW + timedelta(hours=hours))
    CallAttempt.objects.create(offer=offers[3], outcome="none", called_by=desk.user, called_at=NOW)

    assert order(desk) == [offers[number].pk for number in (1, 0, 2, 3)]


def test_whom_no_telephone_reaches_comes_last_and_is_marked(desk, city):
    without = offered(city, "赵一", group="甲", phone="")
    reached = offered(city, "钱二", group="乙")

    assert order(desk) == [reached.pk, without.pk]
    assert calling.next_call(desk.user, now=NOW) == reached
    assert "没有电话" in words(desk.get(at("phone_desk")))


def test_an_offer_whose_time_is_over_is_not_called(desk, city):
    offer = offered(city)
    Offer.objects.update(expires_at=NOW - timedelta(minutes=1))

    assert order(desk) == []
    assert begin(desk, offer).status_code == 422


def test_offers_of_another_county_are_not_there(desk):
    far = offered(factories.organisation("远山县"))

    assert order(desk) == []
    assert begin(desk, far).status_code == 404


# The call


def test_beginning_shows_every_number_and_writes_it_down(desk, city):
    offer = offered(city, other_phone="0532-87654321", phone_note="耳背，打给女儿")
    person = offer.entry.person
    daughter = factories.login(factories.person("何雅琴", phone="13900000007"))
    services.allow_proxy(person=person, agent=daughter, relation="child")
    Relative.objects.create(person=person, name="何雅文", relation="儿子", phone="13900000008")

    said = words(begin(desk, offer))

    for part in ("13812345678", "0532-87654321", "13900000007", "子女 何雅琴", "13900000008"):
        assert part in said
    assert "耳背，打给女儿" in said
    line = AuditLine.objects.get(action="file.revealed")
    assert (line.person, line.actor) == (person, desk.user)
    assert line.details["fields"] == ["agents", "other_phone", "phone", "phone_note", "relatives"]
    # Only in the answer to the press.
    assert "13812345678" not in desk.get(at("phone_desk")).content.decode()


def test_a_number_that_a_couple_shares_is_dialled_once(desk, city):
    offer = offered(city, couple="张建国")

    callees = calling.callees_of(offer)

    assert [callee.person.name for callee in callees] == ["王秀兰", "张建国"]
    assert [len(callee.numbers) for callee in callees] == [1, 0]
    assert words(begin(desk, offer)).count("13812345678") == 1


def test_nobody_is_called_by_two_at_once(desk, city):
    first, second = (offered(city, name, group=name) for name in ("赵一", "钱二"))
    other = registrar(city, "孙明")
    begin(desk, first)

    assert calling.next_call(other.user, now=NOW) == second
    refused = begin(other, first)
    assert refused.status_code == 422
    assert "周敏正在打" in words(refused)
    assert "13812345678" not in refused.content.decode()
    with pytest.raises(CallRefused):
        calling.log_call(offer=first, outcome="accepted", by=other.user)
    assert not Enrolment.objects.filter(person=first.entry.person).exists()


def test_a_call_that_was_left_is_free_again_after_ten_minutes(desk, city):
    offer, other = offered(city), registrar(city, "孙明")
    calling.begin_call(offer=offer, by=desk.user, now=NOW)

    assert calling.next_call(other.user, now=NOW + timedelta(minutes=9)) is None
    assert calling.next_call(other.user, now=NOW + timedelta(minutes=10)) == offer
    calling.begin_call(offer=offer, by=other.user, now=NOW + timedelta(minutes=10))
    with pytest.raises(CallRefused):
        calling.log_call(offer=offer, outcome="none", by=desk.user)


def test_a_call_put_down_is_free_at_once_and_no_attempt(desk, city):
    offer, other = offered(city), registrar(city, "孙明")
    begin(desk, offer)

    log(desk, offer, "put_down")

    assert calling.next_call(other.user, now=timezone.now()) == offer
    assert not CallAttempt.objects.exists()


def test_a_call_goes_on_after_its_page_was_lost(desk, city):
    offered(city, "赵一", group="甲")
    mine = offered(city, "钱二", group="乙")
    begin(desk, mine)

    response = desk.get(at("phone_desk"))

    assert response.context["offer"] == mine
    assert "您正在打" in words(response)


# What they said


def test_yes_gives_the_seat(desk, city):
    offer = offered(city)
    begin(desk, offer)

    response = log(desk, offer, "accepted")

    offer.refresh_from_db()
    seat = Enrolment.objects.get(person=offer.entry.person)
    assert (offer.answer, offer.channel, offer.answered_by) == ("accepted", "phone", desk.user)
    assert (seat.source, seat.seated_by) == ("waiting", desk.user)
    assert CallAttempt.objects.get().outcome == "accepted"
    assert response.url == at("phone_desk")


def test_yes_of_a_couple_gives_two_seats(desk, city):
    offer = offered(city, couple="张建国")
    begin(desk, offer)

    log(desk, offer, "accepted")

    live = Enrolment.objects.filter(withdrawn_at=None).values_list("person__name", flat=True)
    assert set(live) == {"王秀兰", "张建国"}


def test_no_passes_the_seat_on(desk, city):
    offer = offered(city)
    following = factories.seat(offer.entry.class_group, factories.person("后面的"))
    begin(desk, offer)

    log(desk, offer, "refused", note="换了地方住")

    offer.refresh_from_db()
    assert offer.answer == "refused"
    assert CallAttempt.objects.get().note == "换了地方住"
    assert Offer.objects.get(answer="").entry == following


@pytest.mark.parametrize("outcome", ["none", "wrong", "later"])
def test_an_attempt_without_an_answer_is_counted_and_the_seat_stays_kept(desk, city, outcome):
    offer = offered(city)
    begin(desk, offer)

    log(desk, offer, outcome)
    log(desk, offer, outcome)

    offer.refresh_from_db()
    assert [call.outcome for call in offer.calls.all()] == [outcome]
    assert (offer.answer, offer.call_taken_by) == ("", None)
    assert "第 1 次" in words(desk.get(at("phone_desk")))


def test_yes_from_somebody_with_too_many_classes_is_refused_in_words_and_nothing_is_lost(
    desk, city
):
    offer = offered(city)
    RegistrationRound.objects.update(max_classes=2)
    for name in ("甲", "乙"):
        group = class_of(name, course=offer.entry.class_group.course)
        Enrolment.objects.create(
            class_group=group,
            pool=group.pools.get(),
            person=offer.entry.person,
            source="late",
            seated_at=NOW,
        )
    begin(desk, offer)

    response = log(desk, offer, "accepted", note="儿子接的")

    assert response.status_code == 422
    assert "已经有 2 个班了" in words(response)
    assert "儿子接的" in response.content.decode()
    offer.refresh_from_db()
    assert (offer.answer, offer.call_taken_by) == ("", desk.user)


def test_an_answer_that_came_by_another_way_meanwhile_is_said(desk, city):
    offer = offered(city)
    begin(desk, offer)
    offering.refuse(offer=offer, channel="link")

    response = log(desk, offer, "accepted")

    assert response.status_code == 422
    assert "您已经说过不要" in words(response)


# Longer, and back in line


def test_an_offer_is_kept_a_day_longer_once_however_often_it_is_pressed(desk, city):
    offer = offered(city)
    before = offer.expires_at
    fields = {"hours": 24, "seen": before.isoformat()}

    for _press in range(2):
        desk.post(at("phone_desk_extend", offer.pk), fields)

    offer.refresh_from_db()
    assert timedelta(hours=23) < offer.expires_at - before < timedelta(hours=48)
    assert offer.expires_at == offering.expiry(before, hours=24)


def test_an_offer_that_was_answered_is_not_kept_longer(desk, city):
    offer = offered(city)
    offering.refuse(offer=offer, channel="link")

    with pytest.raises(OfferOver):
        calling.extend(offer=offer, hours=24, seen=offer.expires_at, by=desk.user)


def test_who_was_not_reached_goes_back_in_line_under_the_old_number(desk, city):
    offer = offered(city)
    entry = offer.entry
    offering.expire(offer=offer, now=offer.expires_at)
    assert "过期没答复 1" in words(desk.get(at("phone_desk_missed")))

    response = desk.post(at("phone_desk_reinstate", offer.pk))

    entry.refresh_from_db()
    assert response.url == at("phone_desk_missed")
    assert (entry.left_at, entry.number) == (None, 1)
    # The seat is still free: it is offered again at once.
    assert Offer.objects.get(answer="").entry == entry
    assert "这里没有人" in words(desk.get(at("phone_desk_missed")))


def test_a_couple_goes_back_in_line_together(desk, city):
    offer = offered(city, couple="张建国")
    offering.expire(offer=offer, now=offer.expires_at)

    desk.post(at("phone_desk_reinstate", offer.pk))

    assert not WaitingEntry.objects.exclude(left_at=None).exists()
    assert Offer.objects.get(answer="").seats == 2


def test_only_the_refused_are_shown_where_they_are_asked_for(desk, city):
    names = ("赵一", "钱二", "孙三")
    refused, *expired = (offered(city, name, group=name) for name in names)
    offering.refuse(offer=refused, channel="phone", by=desk.user)
    for offer in expired:
        offering.expire(offer=offer, now=offer.expires_at)

    said = words(desk.get(at("phone_desk_missed"), {"only": "refused"}))

    assert "全部 3 过期没答复 2 不要 1" in said
    assert "赵一" in said
    assert "钱二" not in said


@pytest.mark.parametrize("typed", ["赵一", "zhaoyi", "zy", "甲班"])
def test_somebody_who_was_missed_is_found_by_name_sound_or_class(desk, city, typed):
    for name, group in (("赵一", "甲班"), ("钱二", "乙班")):
        offering.refuse(offer=offered(city, name, group=group), channel="phone", by=desk.user)

    said = words(desk.get(at("phone_desk_missed"), {"q": typed}))
    book = load_workbook(BytesIO(desk.get(at("phone_desk_missed_excel"), {"q": typed}).content))

    assert "不要 1" in said
    assert "钱二" not in said
    cells = {cell.value for row in book.active.iter_rows() for cell in row}
    assert "赵一" in cells
    assert "钱二" not in cells


def test_three_attempts_are_enough_and_the_list_says_so(desk, city):
    offer = offered(city)
    for _call in range(2):
        begin(desk, offer)
        log(desk, offer, "none")
    assert "打够了" not in words(desk.get(at("phone_desk")))
    begin(desk, offer)
    log(desk, offer, "none")

    assert "3 次，打够了" in words(desk.get(at("phone_desk")))


# The list


def test_the_list_leaves_as_a_workbook_with_masked_numbers(desk, city):
    offered(city, name="=cmd")

    book = load_workbook(BytesIO(desk.get(at("phone_desk_excel")).content))

    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {"138****5678", "行书入门"} <= {cell.value for cell in cells}
    assert [cell.data_type for cell in cells if "cmd" in str(cell.value)] == ["s"]


@pytest.mark.parametrize("name", ["phone_desk_excel", "phone_desk_missed_excel"])
def test_a_list_that_left_is_a_line_of_the_audit_log(desk, city, name):
    offers = [offered(city, person, group=person) for person in ("赵一", "钱二")]
    offering.expire(offer=offers[0], now=offers[0].expires_at)

    desk.get(at(name))

    line = AuditLine.objects.get(action=AuditLine.Action.FILES_EXPORTED)
    assert (line.actor, line.organisation, line.details["count"]) == (desk.user, city, 1)


def test_the_desk_asks_no_more_for_three_calls_than_for_one(desk, city):
    def count(address):
        with CaptureQueriesContext(connection) as asked:
            desk.get(address)
        return len(asked)

    def both():
        return [count(at("phone_desk")), count(at("phone_desk_missed"))]

    def make(signs):
        for sign in signs:
            offer = offered(city, f"王{sign}", group=f"班{sign}")
            CallAttempt.objects.create(
                offer=offer, outcome="none", called_by=desk.user, called_at=NOW
            )
            lost = offered(city, f"李{sign}", group=f"过{sign}")
            offering.refuse(offer=lost, channel="phone", by=desk.user)

    make("甲")
    few = both()
    make("乙丙")

    assert both() == few

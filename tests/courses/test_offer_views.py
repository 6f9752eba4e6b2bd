import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import services
from courses import offers_links, planning, registration
from courses.models import Enrolment, Offer, WaitingEntry
from courses.registration import offering
from tests import factories
from tests.courses.test_views import page, visitor

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def class_group():
    return factories.class_group(name="行书入门", capacity=1, fee=180)


@pytest.fixture
def offered(class_group):
    """王秀兰 waits, the seat comes free: (her client, herself, the offer)."""
    client, person = visitor(phone="13800000001")
    return client, person, offer_to(class_group, person)


def offer_to(class_group, person, **facts):
    first = factories.seat(class_group, factories.person("先来的"))
    entry = registration.register(person=person, class_group=class_group, **facts)
    registration.withdraw(enrolment=first)
    return entry.offers.get()


def test_opened_while_acting_for_another_the_page_says_whose_it_is_and_leads_on(offered):
    client, person, offer = offered
    mother = factories.person("王妈妈")
    services.allow_proxy(person=mother, agent=person.login, relation="child")
    client.post("/me/acting/", {"person": mother.pk})
    for address in (own(offer), offer.entry.get_absolute_url()):
        response = client.get(address)
        assert response.status_code == 409
        said = page(response)
        assert "这一页是您自己的 您现在正在为王妈妈办理" in said
        assert "换回自己，打开这一页" in said
    assert client.post(own(offer), {"answer": "yes"}).status_code == 409
    offer.refresh_from_db()
    assert offer.answer == ""
    assert client.post("/me/acting/", {"next": own(offer)}).url == own(offer)
    assert "有一个座位等您答复" in page(client.get(own(offer)))


def link(offer):
    return offers_links.address(offer).removeprefix(settings.PUBLIC_URL)


def own(offer):
    return f"/my/offers/{offer.pk}/"


# By the link of the message


def test_the_link_says_what_is_offered_until_when_and_to_whom_without_the_whole_name(
    client, class_group, offered
):
    factories.session(class_group, starts_at=NOW + timedelta(days=1))
    *_, offer = offered
    said = page(client.get(link(offer)))
    for words in ("有一个座位等您答复", "行书入门", "每周三", "180 元", "留到", "王**"):
        assert words in said
    assert "王秀兰" not in said


def test_looking_at_the_link_answers_nothing(client, offered):
    *_, offer = offered
    client.get(link(offer))
    client.head(link(offer))
    offer.refresh_from_db()
    assert offer.answer == ""


def test_yes_by_link_gives_the_seat_without_a_login(client, offered):
    _client, person, offer = offered
    response = client.post(link(offer), {"answer": "yes"}, follow=True)
    assert "好，座位是您的了" in page(response)
    seat = Enrolment.objects.get(person=person)
    assert (seat.source, seat.seated_by) == ("waiting", None)
    offer.refresh_from_db()
    assert (offer.answer, offer.channel) == ("accepted", "link")


def test_yes_twice_by_link_is_one_seat(client, offered):
    _client, person, offer = offered
    for _again in range(2):
        assert client.post(link(offer), {"answer": "yes"}).status_code == 302
    assert Enrolment.objects.filter(person=person).count() == 1


def test_no_by_link_gives_the_seat_to_the_next_in_line(client, class_group, offered):
    *_, offer = offered
    behind = factories.seat(class_group, factories.person("张桂芳"))
    response = client.post(link(offer), {"answer": "no"}, follow=True)
    assert "座位给后面的人了" in page(response)
    assert behind.offers.get().answer == ""


def test_no_after_yes_by_link_is_told_in_words_and_changes_nothing(client, offered):
    _client, person, offer = offered
    client.post(link(offer), {"answer": "yes"})
    response = client.post(link(offer), {"answer": "no"})
    assert response.status_code == 422
    assert "好，座位是您的了" in page(response)
    assert Enrolment.objects.filter(person=person, withdrawn_at=None).exists()


@pytest.mark.parametrize("answer", ["", "maybe"])
def test_an_answer_that_is_neither_yes_nor_no_asks_again(client, offered, answer):
    *_, offer = offered
    response = client.post(link(offer), {"answer": answer})
    assert response.status_code == 422
    assert "请按“要”或“不要”" in page(response)
    offer.refresh_from_db()
    assert offer.answer == ""


def test_an_offer_whose_time_is_over_says_so_and_gives_nothing(client, offered):
    *_, offer = offered
    Offer.objects.update(expires_at=NOW - timedelta(minutes=1))
    assert "答复的时间过了" in page(client.get(link(offer)))
    assert client.post(link(offer), {"answer": "yes"}).status_code == 422
    offering.expire_due(NOW)
    assert "答复的时间过了" in page(client.get(link(offer)))
    assert not Enrolment.objects.filter(withdrawn_at=None).exists()


def test_an_offer_that_was_taken_back_says_so(client, class_group, offered):
    *_, offer = offered
    planning.cancel_class(class_group=class_group)
    assert "这个座位收回了" in page(client.get(link(offer)))


def test_a_forged_or_spoilt_link_is_not_found(client, class_group, offered):
    *_, offer = offered
    token = offers_links.make(offer)
    pk, signature = token.split(".")
    for wrong in (
        f"{offer.pk + 1}.{signature}",
        f"{pk}.{signature[:-1]}",
        f"{pk}.",
        pk,
        f"{pk}.{signature[::-1]}",
        "９.é",
    ):
        assert client.get(f"/offers/{wrong}/").status_code == 404
    Offer.objects.filter(pk=offer.pk).delete()
    assert client.get(link(offer)).status_code == 404


def test_a_link_works_on_a_page_that_lay_open_while_somebody_logged_in(offered):
    *_, offer = offered
    strict = Client(enforce_csrf_checks=True)
    strict.get(link(offer))
    assert strict.post(link(offer), {"answer": "yes"}).status_code == 302


# On one's own page


def test_ones_own_page_takes_the_seat_and_shows_its_slip(offered):
    client, person, offer = offered
    assert "王秀兰" in page(client.get(own(offer)))
    response = client.post(own(offer), {"answer": "yes"})
    seat = Enrolment.objects.get(person=person)
    assert response.url == seat.get_absolute_url()
    assert client.get(own(offer)).url == seat.get_absolute_url()
    offer.refresh_from_db()
    assert (offer.channel, offer.answered_by) == ("page", person.login)


def test_ones_own_page_refuses_and_says_so(offered):
    client, person, offer = offered
    said = page(client.post(own(offer), {"answer": "no"}, follow=True))
    assert "“行书入门”的座位给后面的人了" in said
    assert WaitingEntry.objects.get(person=person).outcome == "refused"


def test_a_daughter_answers_for_her_mother_and_the_slip_says_so(class_group):
    daughter_client, daughter = visitor("何雅琴")
    mother = factories.person("何彩兰")
    services.allow_proxy(person=mother, agent=daughter.login, relation="child")
    offer = offer_to(class_group, mother)
    assert "换成给何彩兰办，打开这一页" in page(daughter_client.get(own(offer)))
    daughter_client.post("/me/acting/", {"person": mother.pk})
    response = daughter_client.post(own(offer), {"answer": "yes"}, follow=True)
    assert re.search("代办 何雅琴", page(response))


def test_somebody_else_finds_neither_the_offer_nor_its_answer(offered):
    *_, offer = offered
    stranger, _person = visitor("李国强")
    assert stranger.get(own(offer)).status_code == 404
    assert stranger.post(own(offer), {"answer": "yes"}).status_code == 404
    assert Client().get(own(offer)).status_code == 302


def test_who_has_too_many_classes_keeps_the_offer_and_is_told_what_to_do(class_group, offered):
    client, person, offer = offered
    for _number in range(2):
        registration.admit(person=person, pool=factories.class_group().pools.get(), because="插班")
    response = client.post(own(offer), {"answer": "yes"})
    assert response.status_code == 422
    assert "请先在“我的班”里退掉一个" in page(response)
    offer.refresh_from_db()
    assert offer.answer == ""


# Couples


def test_a_couple_is_asked_together_and_either_answers_for_both(client):
    wife_client, wife = visitor("王秀兰")
    husband_client, husband = visitor("李国强", sex="m")
    class_group = factories.class_group(capacity=2)
    seats = [factories.seat(class_group, factories.person("先来的")) for _number in range(2)]
    entry = registration.register(person=wife, partner=husband, class_group=class_group)
    for seat in seats:
        registration.withdraw(enrolment=seat)
    offer = entry.offers.get()

    said = page(client.get(link(offer)))
    assert "有两个座位等您答复" in said
    assert "王**、李**" in said
    assert "王秀兰、李国强" in page(wife_client.get(own(offer)))
    response = husband_client.post(own(offer), {"answer": "yes"})
    assert response.url == Enrolment.objects.get(person=husband).get_absolute_url()
    assert wife_client.get(own(offer)).url == Enrolment.objects.get(person=wife).get_absolute_url()

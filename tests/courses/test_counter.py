import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLine, Household, HouseholdMember, Person
from courses import planning, queries, registration
from courses.draws import applying, drawing, freezing
from courses.models import (
    Application,
    Enrolment,
    Offer,
    RegistrationRound,
    RelativeConsent,
    SeatPool,
    WaitingEntry,
)
from tests import factories
from tests.courses.counter import class_of, registrar, words

pytestmark = pytest.mark.django_db

NOW = timezone.now()
FETCH = {"HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture
def city():
    return factories.organisation("青岚市")


@pytest.fixture
def desk(city):
    return registrar(city)


@pytest.fixture
def group(city):
    return class_of(code="XS-1", capacity=2, fee=180, course=factories.course(organisation=city))


@pytest.fixture
def wang(city):
    return factories.person("王秀兰", organisation=city, phone="13812345678")


def at(name, *args, **query):
    return reverse(f"courses:{name}", args=args, query=query or None)


def look(desk, typed, *, way="", **headers):
    return desk.post(at("counter"), {"q": typed, "way": way}, **headers)


def register(desk, person, group, **fields):
    return desk.post(at("counter_class", person.pk, group.pk), {"key": uuid.uuid4(), **fields})


def fill(group):
    for number in range(group.capacity):
        factories.seat(group, factories.person(f"先来的{number}"))


def end_rounds():
    RegistrationRound.objects.update(closes_at=NOW - timedelta(days=1))


# Who it is


def test_no_address_of_the_desk_holds_who_was_looked_for(desk, wang, group):
    other = factories.person("王喜来", organisation=wang.organisation)
    factories.seat(group, wang)
    factories.seat(group, other)
    pages = [
        look(desk, "wxl"),
        desk.post(at("counter_partners", wang.pk, group.pk), {"q": "wxl"}),
        desk.post(at("counter_new"), {"begin": "wxl"}),
    ]
    lists = [
        at("class_roster", group.pk),
        at("phone_desk_missed"),
        at("open_fees"),
    ]
    answers = [desk.post(each, {"q": "王喜来"}) for each in lists]
    for answer in answers:
        assert (answer.status_code, "%E7%8E%8B" in answer.url) == (302, False)
    roster = desk.get(answers[0].url)
    pages.append(roster)
    assert "王喜来" in words(roster)
    assert "王秀兰" not in words(roster)
    for page in pages:
        addresses = re.findall(r'(?:href|action)="([^"]*)"', page.content.decode())
        assert not [each for each in addresses if "wxl" in each or "%E7%8E%8B" in each]


@pytest.fixture
def sister(city):
    """Somebody of the next city, whose file this desk cannot open."""
    place = factories.organisation("红岩市")
    return factories.person("李国强", organisation=place, phone="13900001111")


def token_in(page):
    return re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]


def identify(desk, token, name="李国强", born="1955-03-08"):
    return desk.post(at("counter_guest"), {"token": token, "name": name, "born": born})


def test_somebody_of_elsewhere_is_registered_after_telling_who_they_are(desk, group, sister):
    sister.born_on = date(1955, 3, 8)
    sister.save()
    assert "没有找到" in words(look(desk, "李国强"))
    assert "没有找到" in words(look(desk, "1111"))
    page = look(desk, "13900001111")
    said = words(page)
    assert "红岩市有这位的档案：李**" in said
    assert "李国强" not in said
    assert desk.get(at("counter_person", sister.pk)).status_code == 404
    token = token_in(page)
    assert "李**" in words(desk.post(at("counter_guest"), {"token": token}))
    assert "对不上" in words(identify(desk, token, born="1955-03-09"))
    assert desk.get(at("counter_person", sister.pk)).status_code == 404
    assert identify(desk, token).url == at("counter_person", sister.pk)
    assert "别处的学员" in words(desk.get(at("counter_person", sister.pk)))
    response = register(desk, sister, group)
    assert "报上了" in words(desk.get(response.url))
    seen = AuditLine.objects.filter(action="file.seen", person=sister)
    assert {line.organisation for line in seen} == {sister.organisation}
    assert next(line.details for line in seen.order_by("number")) == {"kind": "counter"}


def test_a_file_of_elsewhere_is_open_to_nobody_else(desk, city, sister):
    token = token_in(look(desk, "13900001111"))
    other = registrar(city, "冯敏")
    assert identify(other, token).status_code == 404
    assert identify(desk, "x" + token).status_code == 404
    assert desk.get(f"/people/{sister.pk}/").status_code == 404


def test_who_a_file_is_of_is_not_found_out_by_trying(desk, sister):
    token = token_in(look(desk, "13900001111"))
    for day in range(1, 6):
        identify(desk, token, born=f"1950-01-{day:02}")
    sister.born_on = date(1955, 3, 8)
    sister.save()
    assert "请过一个小时再试" in words(identify(desk, token))
    assert desk.get(at("counter_person", sister.pk)).status_code == 404


def test_a_new_file_of_somebody_known_elsewhere_leads_to_theirs(desk, city, sister):
    same = FACTS | {"organisation": city.pk, "name": "李国强", "phone": ""}
    sister.born_on = date(1955, 3, 8)
    sister.save()
    page = desk.post(at("counter_new"), same)
    assert "红岩市可能已经有这位的档案：李**" in words(page)
    answer = desk.post(at("counter_guest"), same | {"token": token_in(page)})
    assert answer.url == at("counter_person", sister.pk)
    assert Person.objects.filter(name="李国强").count() == 1


@pytest.mark.parametrize(
    "typed", ["王秀兰", "wangxiulan", "wxl", "秀兰", "5678", "13812345678", "wxl 5678"]
)
def test_one_who_is_meant_beyond_doubt_is_opened_at_once(desk, wang, typed):
    factories.person("李国强", phone="13900001111")

    response = look(desk, typed)

    assert response.url == at("counter_person", wang.pk)


def test_people_of_one_name_are_listed_with_what_tells_them_apart(desk, wang, city):
    factories.person("王秀兰", organisation=city, phone="", born_on=date(1950, 1, 1))

    said = words(look(desk, "wxl"))

    assert "找到 2 人" in said
    assert "138****5678" in said
    assert "没有手机" in said
    assert "13812345678" not in said


def test_a_script_gets_the_results_alone_even_of_one(desk, wang):
    response = look(desk, "wxl", **FETCH)

    assert response.status_code == 200
    assert b"<main" not in response.content
    assert at("counter_person", wang.pk).encode() in response.content


def test_nobody_of_another_county_is_found(desk, wang):
    factories.person("王秀莲", organisation=factories.organisation("远山县"))

    assert look(desk, "wangxiulian")["Content-Type"].startswith("text/html")
    assert "没有找到" in words(look(desk, "wangxiulian"))


def test_three_digits_find_nobody_and_the_page_says_why(desk, wang):
    assert "至少写四位" in words(look(desk, "678"))


def test_that_they_telephone_is_carried_along(desk, wang):
    assert look(desk, "wxl", way="phone").url == at("counter_person", wang.pk, way="phone")


# A file made in passing

FACTS = {"name": "赵桂芳", "sex": "f", "born": "1955-3-8", "phone": ""}


def test_a_new_file_leads_on_to_the_class(desk, city):
    response = desk.post(at("counter_new"), FACTS | {"organisation": city.pk})

    made = Person.objects.get(name="赵桂芳")
    assert response.url == at("counter_person", made.pk)
    assert (made.organisation, made.born_on, made.phone) == (city, date(1955, 3, 8), "")


@pytest.mark.parametrize(
    ("typed", "value"), [("赵桂芳", 'value="赵桂芳"'), ("13812345678", 'value="13812345678"')]
)
def test_what_was_looked_for_in_vain_begins_the_new_file(desk, typed, value):
    assert value in desk.post(at("counter_new"), {"begin": typed}).content.decode()


def test_a_second_file_of_the_same_human_being_is_asked_about_first(desk, wang, city):
    same = {"name": "王秀兰", "sex": "f", "born": "1955-3-8", "phone": "13812345678"}
    same["organisation"] = city.pk

    response = desk.post(at("counter_new"), same)

    assert response.status_code == 422
    assert at("counter_person", wang.pk) in response.content.decode()
    assert Person.objects.filter(name="王秀兰").count() == 1
    desk.post(at("counter_new"), same | {"checked": response.context["asked"]})
    assert Person.objects.filter(name="王秀兰").count() == 2


def test_nothing_typed_is_lost_when_a_new_file_is_refused(desk, city):
    response = desk.post(
        at("counter_new"), FACTS | {"organisation": city.pk, "born": "", "phone": "138"}
    )

    assert response.status_code == 422
    assert 'value="赵桂芳"' in response.content.decode()
    assert "手机号少了 8 位" in words(response)


def test_no_file_is_made_in_somebody_elses_county(desk):
    elsewhere = factories.organisation("远山县")

    response = desk.post(at("counter_new"), FACTS | {"organisation": elsewhere.pk})

    assert response.status_code == 422
    assert not Person.objects.filter(name="赵桂芳").exists()


def test_a_partners_new_file_comes_back_to_the_class_for_two(desk, wang, group, city):
    response = desk.post(
        at("counter_new"),
        FACTS | {"organisation": city.pk, "with": wang.pk, "class": group.pk},
    )

    made = Person.objects.get(name="赵桂芳")
    assert response.url == at("counter_class", wang.pk, group.pk, partner=made.pk)


# Which class


@pytest.mark.parametrize(
    "typed", ["XS-1", "xs1", "行书", "xingshu", "xsrm", "沈文清", "shenwenqing"]
)
def test_a_class_is_found_by_code_name_sound_or_teacher(desk, wang, group, city, typed):
    course = factories.course("太极", organisation=city)
    class_of("八段锦", course=course, teacher=factories.person("何明"))

    response = desk.get(at("counter_person", wang.pk, q=typed))

    assert response.url == at("counter_class", wang.pk, group.pk)


def test_a_class_of_another_county_is_not_found(desk, wang):
    far = factories.organisation("远山县")
    group = class_of("国画", course=factories.course("国画", organisation=far))

    assert "没有找到" in words(desk.get(at("counter_person", wang.pk, q="国画")))
    assert desk.get(at("counter_class", wang.pk, group.pk)).status_code == 404


def test_the_page_says_what_somebody_has(desk, wang, group):
    factories.seat(group, wang)

    said = words(desk.get(at("counter_person", wang.pk)))

    assert "报上了" in said
    assert "XS-1" in said


def test_opening_somebody_is_written_down_and_searching_is_not(desk, wang, group):
    desk.get(at("counter_person", wang.pk, q="xs"), **FETCH)
    assert not AuditLine.objects.filter(action="file.seen").exists()

    desk.get(at("counter_person", wang.pk))
    assert AuditLine.objects.filter(action="file.seen", person=wang, actor=desk.user).exists()


# The answer


def test_a_seat_is_given_and_the_slip_says_who_did_it(desk, wang, group):
    response = register(desk, wang, group)

    seat = Enrolment.objects.get()
    assert (seat.person, seat.source, seat.seated_by) == (wang, "counter", desk.user)
    assert response.url == at("counter_seat", seat.pk)
    said = words(desk.get(response.url))
    for part in (f"A {seat.pk:04d}", "王秀兰", "窗口报名", "周敏经办", "180 元", "下一位是谁"):
        assert part in said


def test_a_caller_is_registered_by_telephone(desk, wang, group):
    response = register(desk, wang, group, way="phone")

    assert Enrolment.objects.get().source == "phone"
    assert response.url.endswith("?way=phone")


def test_a_full_class_gives_the_next_number_and_says_so_before(desk, wang, group):
    fill(group)

    assert "排候补 1 号" in words(desk.get(at("counter_class", wang.pk, group.pk)))
    response = register(desk, wang, group)

    entry = WaitingEntry.objects.get()
    assert (entry.person, entry.source, entry.asked_by) == (wang, "counter", desk.user)
    assert "1 号" in words(desk.get(response.url))


def test_the_same_press_again_gives_the_same_slip(desk, wang, group):
    key = uuid.uuid4()
    first, again = (register(desk, wang, group, key=key).url for _ in range(2))

    assert first == again
    assert Enrolment.objects.count() == 1


def test_why_not_is_said_before_the_button(desk, city, group):
    young = factories.person("小张", organisation=city, born_on=date(1999, 1, 1))

    response = desk.get(at("counter_class", young.pk, group.pk))

    assert "50 到 80 岁" in words(response)
    assert 'name="key"' not in response.content.decode()
    refused = register(desk, young, group)
    assert refused.status_code == 422
    assert not Enrolment.objects.exists()


def test_several_ways_to_attend_have_to_be_chosen_from(desk, wang, group):
    online = SeatPool.objects.create(class_group=group, kind="online", capacity=5)

    assert "请先选怎样上课" in words(register(desk, wang, group))
    register(desk, wang, group, pool=online.pk)

    assert Enrolment.objects.get().pool == online


def test_a_couple_gets_two_seats_and_two_slips(desk, wang, group, city):
    zhang = factories.person("张建国", organisation=city, sex="m")

    said = words(desk.get(at("counter_class", wang.pk, group.pk, partner=zhang.pk)))
    assert "给王秀兰和张建国报" in said
    response = register(desk, wang, group, partner=zhang.pk)

    assert {seat.person for seat in Enrolment.objects.all()} == {wang, zhang}
    slip = desk.get(response.url)
    assert slip.content.decode().count("slip--large") == 2
    assert "张建国" in words(slip)


def test_who_studies_on_one_device_is_one_press_away(desk, wang, group, city):
    zhang, stranger = (factories.person(name, organisation=city) for name in ("张建国", "李华"))
    household = Household.objects.create()
    for one in (wang, zhang):
        HouseholdMember.objects.create(household=household, person=one)

    page = desk.get(at("counter_class", wang.pk, group.pk)).content.decode()

    assert at("counter_class", wang.pk, group.pk, partner=zhang.pk) in page
    assert at("counter_class", wang.pk, group.pk, partner=stranger.pk) not in page


def test_a_couple_with_one_who_may_not_is_told_who(desk, wang, group, city):
    young = factories.person("小张", organisation=city, born_on=date(1999, 1, 1))

    response = desk.get(at("counter_class", wang.pk, group.pk, partner=young.pk))

    assert "小张现在不能报" in words(response)
    assert 'name="key"' not in response.content.decode()
    assert register(desk, wang, group, partner=young.pk).status_code == 422
    assert not Enrolment.objects.exists()


def test_a_partner_of_another_county_is_not_there(desk, wang, group):
    far = factories.person(organisation=factories.organisation("远山县"))

    assert register(desk, wang, group, partner=far.pk).status_code == 404


# Over the age


@pytest.fixture
def old(city, group):
    group.older_with_consent = True
    group.save()
    return factories.person("何彩兰", organisation=city, born_on=date(1930, 1, 1))


CONSENT = {"relative": "何雅琴", "relation": "女儿", "how": "paper", "phone": "13900000007"}


def test_a_relatives_word_opens_the_class_for_somebody_past_the_age(desk, old, group):
    assert "记下家属同意" in words(desk.get(at("counter_class", old.pk, group.pk)))

    response = desk.post(at("counter_consent", old.pk, group.pk), CONSENT)

    assert response.url == at("counter_class", old.pk, group.pk)
    consent = RelativeConsent.objects.get()
    assert (consent.person, consent.how, consent.recorded_by) == (old, "paper", desk.user)
    register(desk, old, group)
    assert Enrolment.objects.get().person == old


def test_an_incomplete_word_is_refused_and_kept(desk, old, group):
    response = desk.post(at("counter_consent", old.pk, group.pk), CONSENT | {"relation": ""})

    assert response.status_code == 422
    assert "何雅琴" in response.content.decode()
    assert "请写是本人的什么人" in words(response)
    assert not RelativeConsent.objects.exists()


def test_a_word_written_down_twice_stays_the_first(desk, old, group):
    for relative in ("何雅琴", "何雅文"):
        desk.post(at("counter_consent", old.pk, group.pk), CONSENT | {"relative": relative})

    assert RelativeConsent.objects.get().relative == "何雅琴"


# Outside of the rounds


def test_late_admission_wants_a_reason_and_leaves_it(desk, wang, group):
    end_rounds()
    assert "补录" in words(desk.get(at("counter_class", wang.pk, group.pk)))

    refused = desk.post(at("counter_admit", wang.pk, group.pk), {"because": " "})
    assert refused.status_code == 422
    assert "为什么补录" in words(refused)

    response = desk.post(at("counter_admit", wang.pk, group.pk), {"because": "刚从外地回来"})
    seat = Enrolment.objects.get()
    assert (seat.source, seat.note, seat.seated_by) == ("late", "刚从外地回来", desk.user)
    assert "刚从外地回来" in words(desk.get(response.url))


def test_no_late_admission_past_people_in_line(desk, wang, group):
    fill(group)
    factories.seat(group, factories.person("候补的"))
    planning.set_seats(class_group=group, capacity=3)
    end_rounds()

    page = desk.get(at("counter_class", wang.pk, group.pk)).content.decode()
    assert at("counter_admit", wang.pk, group.pk) not in page
    # From a page that was open before they came.
    refused = desk.post(at("counter_admit", wang.pk, group.pk), {"because": "急"})
    assert refused.status_code == 422
    assert "还没有补录" in words(refused)


# What somebody has already


def test_a_seat_is_given_up_with_a_reason_after_ten_minutes(desk, wang, group):
    seat = factories.seat(group, wang, now=NOW - timedelta(hours=1))

    refused = desk.post(at("counter_withdraw", seat.pk))
    assert refused.status_code == 422
    response = desk.post(at("counter_withdraw", seat.pk), {"because": "身体原因"})

    seat.refresh_from_db()
    assert (seat.withdrawn_because, seat.withdrawn_by) == ("身体原因", desk.user)
    assert response.url == at("counter_person", wang.pk)


def test_a_seat_just_given_goes_without_a_reason(desk, wang, group):
    seat = factories.seat(group, wang)

    desk.post(at("counter_withdraw", seat.pk))

    seat.refresh_from_db()
    assert seat.undone


def test_a_seat_is_changed_for_a_free_one_of_the_term(desk, wang, group, city):
    seat = factories.seat(group, wang, now=NOW - timedelta(hours=1))
    other = class_of("行书提高", code="XS-2", course=group.course)
    full = class_of("满了的班", code="XS-3", course=group.course, capacity=1)
    factories.seat(full, factories.person("先来的"))

    page = words(desk.get(at("counter_transfer", seat.pk)))
    assert "XS-2" in page
    assert "XS-3" not in page
    response = desk.post(at("counter_transfer", seat.pk), {"to": other.pools.get().pk})

    seat.refresh_from_db()
    made = queries.seat_of(person=wang, class_group=other)
    assert seat.withdrawn_at
    assert response.url == at("counter_seat", made.pk)


def test_a_class_that_filled_up_meanwhile_is_refused_in_words(desk, wang, group):
    seat = factories.seat(group, wang, now=NOW - timedelta(hours=1))
    other = class_of("行书提高", code="XS-2", course=group.course, capacity=1)
    factories.seat(other, factories.person("先来的"))

    response = desk.post(at("counter_transfer", seat.pk), {"to": other.pools.get().pk})

    assert response.status_code == 422
    assert "这个班满了" in words(response)
    seat.refresh_from_db()
    assert not seat.withdrawn_at


def test_nothing_chosen_changes_nothing(desk, wang, group):
    seat = factories.seat(group, wang)
    class_of("行书提高", code="XS-2", course=group.course)

    response = desk.post(at("counter_transfer", seat.pk), {"to": ""})

    assert response.status_code == 422
    assert "请先选要转到哪个班" in words(response)


def test_a_waiting_place_is_left(desk, wang, group):
    fill(group)
    entry = factories.seat(group, wang)

    response = desk.post(at("counter_leave", entry.pk))

    entry.refresh_from_db()
    assert (entry.outcome, entry.left_by) == ("left", desk.user)
    assert response.url == at("counter_person", wang.pk)


@pytest.fixture
def offer(group, wang):
    first = factories.seat(group, factories.person("退班的"), now=NOW - timedelta(hours=1))
    factories.seat(group, factories.person("先来的"))
    factories.seat(group, wang)
    registration.withdraw(enrolment=first, because="其他")
    return Offer.objects.get()


def test_an_offer_is_answered_with_yes_at_the_counter(desk, offer, wang):
    assert "有座位了" in words(desk.get(at("counter_person", wang.pk)))

    response = desk.post(at("counter_answer", offer.pk), {"answer": "yes"})

    offer.refresh_from_db()
    seat = Enrolment.objects.get(person=wang)
    assert (offer.answer, offer.channel, offer.answered_by) == ("accepted", "counter", desk.user)
    assert response.url == at("counter_seat", seat.pk)


def test_an_offer_is_answered_with_no_on_the_telephone(desk, offer, wang):
    desk.post(at("counter_answer", offer.pk), {"answer": "no", "way": "phone"})

    offer.refresh_from_db()
    assert (offer.answer, offer.channel) == ("refused", "phone")


# Wishes for a draw


@pytest.fixture
def draw():
    RegistrationRound.objects.update(method="draw", max_wishes=3)
    return RegistrationRound.objects.get()


def test_a_class_that_is_drawn_leads_to_the_wishes(desk, wang, group, draw):
    page = desk.get(at("counter_class", wang.pk, group.pk)).content.decode()

    assert at("counter_wishes", wang.pk, draw.pk) in page
    assert "填进志愿" in page
    assert register(desk, wang, group).status_code == 422


def test_wishes_are_handed_in_in_their_order(desk, wang, group, draw):
    other = class_of("国画", code="GH-1", course=group.course)
    pools = [other.pools.get(), group.pools.get()]

    shown = desk.get(at("counter_wishes", wang.pk, draw.pk, wish=pools[0].pk, add=group.pk))
    assert [line["pool"] for line in shown.context["lines"]] == pools
    moved = desk.get(shown.context["lines"][1]["up"])
    assert [line["pool"] for line in moved.context["lines"]] == pools[::-1]

    response = desk.post(
        at("counter_wishes", wang.pk, draw.pk),
        {"wish": [pool.pk for pool in pools], "changed": 1, "key": uuid.uuid4()},
    )

    made = Application.objects.get()
    assert [wish.pool for wish in made.wishes.all()] == pools
    assert (made.source, made.asked_by) == ("counter", desk.user)
    assert response.url == at("counter_application", made.pk)
    said = words(desk.get(response.url))
    assert f"{made.number} 号" in said
    assert said.index("国画") < said.index("行书入门")


def test_wishes_that_were_handed_in_can_be_changed_under_the_same_number(desk, wang, group, draw):
    other = class_of("国画", code="GH-1", course=group.course).pools.get()
    here = at("counter_wishes", wang.pk, draw.pk)
    desk.post(here, {"wish": group.pools.get().pk, "changed": 1})

    shown = desk.get(here)
    assert [line["pool"] for line in shown.context["lines"]] == [group.pools.get()]
    desk.post(here, {"wish": other.pk, "changed": 1})

    made = Application.objects.get()
    assert (made.number, [wish.pool for wish in made.wishes.all()]) == (1, [other])


def test_a_wish_for_a_class_of_another_school_is_kept(desk, wang, group, draw):
    elsewhere = factories.organisation("远山县")
    theirs = class_of("县里的班", code="X-1", course=group.course, organisation=elsewhere)
    pools = [theirs.pools.get(), group.pools.get()]
    applying.apply(person=wang, round=draw, pools=pools)
    here = at("counter_wishes", wang.pk, draw.pk)

    shown = desk.get(here)
    assert [line["pool"] for line in shown.context["lines"]] == pools
    desk.post(here, {"wish": [pool.pk for pool in reversed(pools)], "changed": 1})

    assert [wish.pool for wish in Application.objects.get().wishes.all()] == pools[::-1]


def test_wishes_of_a_round_that_is_over_are_not_changed_but_looked_up(desk, wang, group, draw):
    pool = group.pools.get()
    mine = applying.apply(person=wang, round=draw, pools=[pool])
    here = at("counter_wishes", wang.pk, draw.pk)
    assert here in desk.get(at("counter_person", wang.pk)).content.decode()

    RegistrationRound.objects.update(closes_at=NOW)
    frozen = freezing.freeze(round=draw, number_source="体彩 26100 期", now=NOW)
    page = desk.get(at("counter_person", wang.pk)).content.decode()
    assert here not in page
    assert "等抽签" in page
    page = desk.get(here).content.decode()
    assert frozen.get_absolute_url() in page
    assert "去掉" not in page

    drawing.draw(draw=frozen, public_number="12345", witnesses="周敏", now=NOW)
    page = desk.get(at("counter_person", wang.pk)).content.decode()
    assert here not in page
    assert f"{frozen.get_absolute_url()}?number={mine.number}" in page


def test_too_many_wishes_are_refused_and_kept(desk, wang, group, draw):
    pools = [
        class_of(f"班{number}", code=f"B-{number}", course=group.course).pools.get().pk
        for number in range(4)
    ]

    response = desk.post(at("counter_wishes", wang.pk, draw.pk), {"wish": pools, "changed": 1})

    assert response.status_code == 422
    assert "最多填 3 个志愿" in words(response)
    assert len(response.context["lines"]) == 4
    assert not Application.objects.exists()


def test_a_couple_is_drawn_as_one(desk, wang, group, draw, city):
    zhang = factories.person("张建国", organisation=city)

    response = desk.post(
        at("counter_wishes", wang.pk, draw.pk),
        {"wish": group.pools.get().pk, "partner": zhang.pk, "changed": 1},
    )

    assert {one.person for one in Application.objects.all()} == {wang, zhang}
    assert desk.get(response.url).content.decode().count("slip--large") == 2


# How many queries


def test_the_pages_of_the_counter_ask_no_more_for_many(desk, city, group):
    def count(address, **extra):
        with CaptureQueriesContext(connection) as asked:
            desk.get(address, **extra)
        return len(asked)

    one = factories.person("王一", organisation=city)
    RegistrationRound.objects.update(max_classes=9)
    factories.seat(group, one)

    def looked():
        with CaptureQueriesContext(connection) as asked:
            look(desk, "wang", **FETCH)
        return len(asked)

    few = [looked(), count(at("counter_person", one.pk))]
    for number in range(3):
        factories.person(f"王{'二三四'[number]}", organisation=city)
        factories.seat(class_of(f"班{number}", code=f"B-{number}", course=group.course), one)
    many = [looked(), count(at("counter_person", one.pk))]

    assert few == many

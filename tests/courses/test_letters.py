"""Who is told what, once, on their page and by SMS."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import services as accounts
from courses import letters, offers_links, planning, registration, signals
from courses.letters import keeping, news
from courses.models import (
    Application,
    Draw,
    Enrolment,
    Letter,
    Offer,
    RegistrationRound,
    SeatPool,
    Source,
    WaitingEntry,
)
from courses.planning import merging
from courses.registration import offering
from tests import factories

pytestmark = pytest.mark.django_db

# A Wednesday, far enough away.
NINE = datetime(2099, 9, 2, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def wang():
    return factories.person("王秀兰", phone="13800000001")


@pytest.fixture
def li():
    return factories.person("李国强", sex="m", phone="13800000002")


@pytest.fixture
def full(wang):
    """A class whose only seat is taken by somebody without a telephone."""
    group = factories.class_group(capacity=1)
    factories.seat(group, factories.person("先来的"), now=timezone.now() - timedelta(days=1))
    return group


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """`with commit():` does what a commit starts, and what that starts."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def texts_of(person):
    return [letter.text for letter in person.letters.all()]


def free_the_seat(group):
    registration.withdraw(enrolment=group.enrolments.get(withdrawn_at=None), because="搬家")


# One letter


def test_a_letter_is_written_and_sent_once(wang, messages_sent):
    first, again = (
        letters.tell(person=wang, key="test:1", text="明天停课。", url="/my/") for _ in range(2)
    )
    assert (first, again) == (True, False)
    [letter] = Letter.objects.all()
    assert (letter.person, letter.text, letter.url, letter.sent_to) == (
        wang,
        "明天停课。",
        "/my/",
        1,
    )
    assert [(sent.phone, sent.text) for sent in messages_sent()] == [("13800000001", "明天停课。")]


def test_a_letter_may_go_to_the_page_only(wang, messages_sent):
    letters.tell(person=wang, key="test:1", text="下周停课。", sms=False)
    assert texts_of(wang) == ["下周停课。"]
    assert messages_sent() == []


def test_who_has_no_telephone_is_told_through_those_who_act_for_them(messages_sent):
    mother = factories.person("何彩兰")
    for name, phone in (("何雅琴", "13800000004"), ("何守义", "13800000005")):
        agent = factories.login(factories.person(name, phone=phone))
        accounts.allow_proxy(person=mother, agent=agent, relation="child")
    letters.tell(person=mother, key="test:1", text="明天停课。")
    assert {sent.phone for sent in messages_sent()} == {"13800000004", "13800000005"}
    assert Letter.objects.get().sent_to == 2


def test_who_has_nobody_to_be_called_has_the_letter(messages_sent):
    mother = factories.person("何彩兰")
    letters.tell(person=mother, key="test:1", text="明天停课。")
    assert (messages_sent(), texts_of(mother)) == ([], ["明天停课。"])
    assert Letter.objects.get().sent_to == 0


@pytest.mark.parametrize("closed", ["frozen_at", "erased_at"])
def test_a_closed_file_is_told_nothing(wang, closed, messages_sent):
    setattr(wang, closed, timezone.now())
    wang.save()
    assert letters.tell(person=wang, key="test:1", text="明天停课。") is False
    assert (messages_sent(), Letter.objects.count()) == ([], 0)


def test_what_is_told_of_a_merged_file_is_told_to_the_kept_one(wang, li, messages_sent):
    li.merged_into = wang
    li.save()
    letters.tell(person=li, key="test:1", text="明天停课。")
    assert texts_of(wang) == ["明天停课。"]


def test_a_job_that_runs_twice_sends_once(wang, messages_sent):
    letters.tell(person=wang, key="test:1", text="明天停课。")
    assert keeping.send.call(Letter.objects.get().pk) == 0
    assert len(messages_sent()) == 1


def test_what_the_gateway_refuses_counts_as_not_sent(wang, settings, caplog):
    settings.SMS_BACKEND = "accounts.sms.GatewayBackend"
    settings.SMS_GATEWAY = {"url": "http://127.0.0.1:9/", "key": "", "sign": "", "timeout_s": 1}
    letters.tell(person=wang, key="test:1", text="明天停课。")
    assert Letter.objects.get().sent_to == 0
    assert "failed" in caplog.text


def test_a_letter_that_was_erased_meanwhile_is_not_sent(wang, messages_sent):
    assert keeping.send.call(4711) == 0
    assert messages_sent() == []


# A seat is offered


def test_an_offer_goes_out_with_the_address_that_answers_it(full, wang, commit, messages_sent):
    factories.seat(full, wang)
    with commit():
        free_the_seat(full)
    offer = Offer.objects.get()
    [letter] = wang.letters.all()
    assert letter.text.startswith("王秀兰候补的“行书入门”有座位了，给您留到")
    assert letter.url == f"/my/offers/{offer.pk}/"
    [sent] = messages_sent()
    assert sent.text.startswith(letter.text)
    assert offers_links.address(offer) in sent.text


def test_an_offer_that_was_answered_meanwhile_is_not_told(full, wang, messages_sent):
    factories.seat(full, wang)
    free_the_seat(full)
    offering.refuse(offer=Offer.objects.get(), channel=Offer.Channel.PHONE)
    assert news.tell_offered.call(Offer.objects.get().pk) == 0
    assert (messages_sent(), texts_of(wang)) == ([], [])


@pytest.mark.parametrize(
    ("their_phones", "sent_to"),
    [
        pytest.param(("13800000011", "13800000012"), 2, id="a telephone each"),
        pytest.param(("13800000011", "13800000011"), 1, id="one telephone for both"),
    ],
)
def test_a_couple_is_offered_two_seats_together(their_phones, sent_to, commit, messages_sent):
    group = factories.class_group(capacity=2)
    for name in ("先来的", "再来的"):
        factories.seat(group, factories.person(name))
    man, woman = (
        factories.person(name, phone=phone)
        for name, phone in zip(("何守义", "何彩兰"), their_phones, strict=True)
    )
    registration.register(person=man, partner=woman, class_group=group)
    with commit():
        for seat in group.enrolments.filter(withdrawn_at=None):
            registration.withdraw(enrolment=seat, because="搬家")
    [said] = {*texts_of(man), *texts_of(woman)}
    assert said.startswith("何守义、何彩兰候补的“行书入门”有两个座位了，一起留到")
    assert len(messages_sent()) == sent_to


# A seat is given


def test_who_moved_up_from_the_line_hears_when_class_is(full, wang, commit, messages_sent):
    first = NINE
    factories.session(full, starts_at=first)
    factories.seat(full, wang)
    free_the_seat(full)
    with commit():
        seat = offering.accept(offer=Offer.objects.get(), channel=Offer.Channel.LINK)
    [letter] = wang.letters.all()
    assert letter.text == (
        "王秀兰候补的“行书入门”报上了：每周三 上午9点到10点半，在家看直播，9月2日 星期三上课。"
    )
    assert letter.url == seat.get_absolute_url()
    assert len(messages_sent()) == 1


@pytest.mark.parametrize(
    ("source", "told"),
    [(Source.ONLINE, False), (Source.COUNTER, False), (Source.PHONE, True)],
)
def test_only_who_has_no_slip_in_their_hand_is_told_of_a_seat(wang, source, told, commit):
    with commit():
        registration.register(person=wang, class_group=factories.class_group(), source=source)
    assert bool(texts_of(wang)) is told


def test_a_transfer_and_a_late_admission_are_told(wang, li, commit):
    group, other = factories.class_group(), factories.class_group(name="行书提高")
    seat = factories.seat(group, wang)
    with commit():
        registration.transfer(enrolment=seat, to=other.pools.get())
        registration.admit(person=li, pool=other.pools.get(), because="老学员")
    assert texts_of(wang)[0].startswith("王秀兰转到“行书提高”了：每周三")
    assert texts_of(li)[0].startswith("李国强插班到“行书提高”了：每周三")


def test_a_seat_that_was_given_up_meanwhile_is_not_told(wang):
    seat = registration.register(
        person=wang, class_group=factories.class_group(), source=Source.PHONE
    )
    registration.withdraw(enrolment=seat)
    assert news.tell_seated.call(seat.pk) is False
    assert texts_of(wang) == []


# A draw


@pytest.fixture
def draw(wang, li):
    """Wang got one class and waits for another, Li got nothing, one only waits."""
    term = factories.term(open_round=False)
    now = timezone.now()
    round = RegistrationRound.objects.create(
        term=term,
        name="抽签",
        method=RegistrationRound.Method.DRAW,
        opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=2),
    )
    classes = [factories.class_group(term=term, name=name) for name in ("行书入门", "国画")]
    pools = [group.pools.get() for group in classes]
    third = factories.person("张桂芳", phone="13800000003")
    gone = factories.person("何彩兰", phone="13800000004")
    for number, person in enumerate((wang, li, third, gone), start=1):
        Application.objects.create(
            round=round,
            person=person,
            number=number,
            asked_at=now,
            withdrawn_at=now if person == gone else None,
        )
    drawn = {"round": round, "source": Source.DRAW}
    Enrolment.objects.create(
        class_group=classes[0], pool=pools[0], person=wang, seated_at=now, **drawn
    )
    for number, person in enumerate((wang, third), start=11):
        WaitingEntry.objects.create(
            class_group=classes[1],
            pool=pools[1],
            person=person,
            number=number,
            asked_at=now,
            **drawn,
        )
    return Draw.objects.create(
        round=round,
        frozen_at=now,
        list_text="{}",
        seed="x",
        public_number="7",
        drawn_at=now,
        result_text="{}",
    )


def test_everybody_who_took_part_in_a_draw_hears_the_result(draw, commit, messages_sent):
    with commit():
        signals.draw_made.send(None, draw=draw)
    assert {letter.person.name: letter.text for letter in Letter.objects.all()} == {
        "王秀兰": "抽签结果出来了。王秀兰抽中了“行书入门”。"
        "排上了候补：“国画”11 号，有座位会通知您。",
        "李国强": "抽签结果出来了。李国强这次没有抽中。还有空位的班，可以再报。",
        "张桂芳": "抽签结果出来了。张桂芳这次没有抽中。排上了候补：“国画”12 号，有座位会通知您。",
    }
    assert len(messages_sent()) == 3


def test_a_job_of_a_draw_that_was_killed_goes_on_with_the_others(draw, li, messages_sent):
    letters.tell(person=li, key=f"draw:{draw.pk}", text="抽签结果出来了。")
    assert news.tell_drawn.call(draw.pk) == 2
    assert news.tell_drawn.call(draw.pk) == 0
    assert len(messages_sent()) == 3


def test_telling_a_draw_asks_the_database_no_more_for_more_classes(
    draw, wang, django_assert_num_queries
):
    news.tell_drawn.call(draw.pk)
    counted = 2  # The draw, and who has not been told.
    with django_assert_num_queries(counted):
        news.tell_drawn.call(draw.pk)


# A class does not take place


def test_whoever_was_in_a_cancelled_class_is_told_why(full, wang, commit, messages_sent):
    factories.seat(full, wang)
    with commit():
        planning.cancel_class(class_group=full, because="人数不够。")
        planning.cancel_class(class_group=full, because="人数不够。")
    assert {letter.person.name for letter in Letter.objects.all()} == {"先来的", "王秀兰"}
    assert texts_of(wang)[0].startswith(
        "“行书入门”不开了（人数不够）。王秀兰可以另选一个班，有疑问请打电话："
    )
    assert len(messages_sent()) == 1


def test_who_had_left_before_the_class_was_cancelled_is_not_told(full, wang, li, commit):
    seat = full.enrolments.get()
    entry = factories.seat(full, wang)
    registration.leave_queue(entry=entry)
    registration.withdraw(enrolment=seat, because="搬家")
    with commit():
        planning.cancel_class(
            class_group=full, because="人数不够", now=timezone.now() + timedelta(minutes=1)
        )
    assert Letter.objects.count() == 0


def test_whose_class_is_merged_hears_what_they_have_in_the_other(wang, li, commit):
    group, into = factories.class_group(), factories.class_group(name="行书二班", capacity=1)
    for person in (wang, li):
        factories.seat(group, person)
    with commit():
        merging.merge_class(class_group=group, into=into, because="人数不够")
    assert texts_of(wang) == [
        "“行书入门”并到了“行书二班”，王秀兰的座位已经转过去：每周三 上午9点到10点半，在家看直播。"
    ]
    assert texts_of(li) == ["“行书入门”并到了“行书二班”，李国强在新的班里是候补 1 号。"]


def test_who_gets_nothing_in_the_other_class_is_asked_to_call(wang):
    group, into = factories.class_group(), factories.class_group(name="行书二班")
    factories.seat(group, wang)
    group.cancelled_at, group.merged_into = timezone.now(), into
    group.save()
    assert news.tell_cancelled.call(group.pk) == 1
    assert "王秀兰在新的班里还没有座位，请打电话：" in texts_of(wang)[0]


# Meetings


def test_learners_hear_of_changed_meetings_once(wang, commit, messages_sent):
    group = factories.class_group()
    factories.seat(group, wang)
    start = NINE
    sessions = [
        factories.session(group, starts_at=start + timedelta(weeks=week)) for week in range(5)
    ]
    sessions[1].substitute = factories.person("李明", born_on=date(1980, 1, 1))
    sessions[1].save()
    with commit():
        signals.meetings_changed.send(None, class_group=group, sessions=sessions)
    [said] = texts_of(wang)
    assert said == (
        "“行书入门”上课有变动：第 1 次课在9月2日 星期三 上午9点；"
        "第 2 次课在9月9日 星期三 上午9点，李明老师代课；"
        "第 3 次课在9月16日 星期三 上午9点；还有 2 次，请看课表。"
    )
    assert len(messages_sent()) == 1


def test_a_job_about_changed_meetings_that_runs_twice_tells_once(wang):
    group = factories.class_group()
    factories.seat(group, wang)
    session = factories.session(group, starts_at=NINE)
    told = [news.tell_meetings_changed.call(group.pk, [session.pk], "9:00") for _ in range(2)]
    assert told == [1, 0]


def test_a_meeting_that_is_moved_there_and_back_and_there_again_is_told_three_times(wang):
    group = factories.class_group()
    factories.seat(group, wang)
    session = factories.session(group, starts_at=NINE)
    for hour in (9, 10, 9):
        session.starts_at = NINE.replace(hour=hour)
        session.save()
        with_time = (group.pk, [session.pk], f"change {Letter.objects.count()}")
        assert news.tell_meetings_changed.call(*with_time) == 1
    assert len(texts_of(wang)) == 3


def test_meetings_that_are_over_are_no_news(wang):
    group = factories.class_group()
    factories.seat(group, wang)
    session = factories.session(group, starts_at=timezone.now() - timedelta(days=1))
    assert news.tell_meetings_changed.call(group.pk, [session.pk], "9:00") == 0


# What was missed


def test_what_a_crash_lost_is_told_by_the_scheduler_once(full, wang, li, draw, messages_sent):
    entry = factories.seat(full, factories.person("等座的", phone="13800000021"))
    free_the_seat(full)
    assert Offer.objects.get().entry == entry
    cancelled = factories.class_group(name="停开的班")
    factories.seat(cancelled, factories.person("班里的", phone="13800000022"))
    planning.cancel_class(class_group=cancelled, because="人数不够")
    late = factories.person("插班的", phone="13800000023")
    pool = SeatPool.objects.create(
        class_group=factories.class_group(), kind=SeatPool.Kind.ONLINE, capacity=5
    )
    registration.admit(person=late, pool=pool, because="老学员")
    Letter.objects.all().delete()

    assert news.tell_missed() == 4  # An offer, a seat, a class, a draw.
    assert news.tell_missed() == 0
    told = {letter.person.name for letter in Letter.objects.all()}
    assert told == {"等座的", "班里的", "插班的", "王秀兰", "李国强", "张桂芳"}
    assert len(messages_sent()) == 6


def test_what_is_old_is_not_told_any_more(full, wang):
    entry = factories.seat(full, wang)
    free_the_seat(full)
    Offer.objects.update(made_at=timezone.now() - timedelta(days=3))
    assert news.tell_missed() == 0
    assert entry.person.letters.count() == 0


# Reading


def test_ones_own_pages_say_how_many_letters_are_new(client, wang):
    client.force_login(factories.login(wang))
    assert "封新来信" not in client.get("/my/timetable/").content.decode()
    for number in range(2):
        letters.tell(person=wang, key=f"test:{number}", text="明天停课。", sms=False)
    assert "2 封新来信" in client.get("/my/timetable/").content.decode()
    client.get("/my/letters/")
    assert "封新来信" not in client.get("/my/timetable/").content.decode()


def test_letters_shown_are_new_once(client, wang, li):
    letters.tell(person=wang, key="test:1", text="第一封。", sms=False)
    letters.tell(person=li, key="test:1", text="别人的信。", sms=False)
    client.force_login(factories.login(wang))
    first, second = (client.get("/my/letters/").content.decode() for _ in range(2))
    assert "letter--new" in first
    assert "letter--new" not in second
    assert "第一封。" in second
    assert "别人的信" not in first
    assert li.letters.get().read_at is None


def test_only_the_page_that_was_shown_counts_as_read(client, wang):
    for number in range(23):
        letters.tell(person=wang, key=f"test:{number}", text=f"第{number}封。", sms=False)
    client.force_login(factories.login(wang))
    client.get("/my/letters/")
    assert keeping.count_unread(wang) == 3
    client.get("/my/letters/?page=2")
    assert keeping.count_unread(wang) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_letters_asks_the_database_as_often_for_more(
    client, wang, count, django_assert_num_queries
):
    for number in range(count):
        letters.tell(person=wang, key=f"test:{number}", text="信。", url="/my/", sms=False)
    client.force_login(factories.login(wang))
    client.get("/my/letters/")
    with django_assert_num_queries(5):
        assert client.get("/my/letters/").status_code == 200


def test_a_letter_that_is_only_fetched_ahead_stays_new(client, wang):
    letters.tell(person=wang, key="test:1", text="信。", sms=False)
    client.force_login(factories.login(wang))
    client.get("/my/letters/", headers={"Sec-Purpose": "prefetch;prerender"})
    assert Letter.objects.get().read_at is None
    client.get("/my/letters/")
    assert Letter.objects.get().read_at is not None


def test_a_letter_is_shown_as_text(client, wang):
    letters.tell(person=wang, key="test:1", text="<script>alert(1)</script>", sms=False)
    client.force_login(factories.login(wang))
    assert "<script>alert(1)" not in client.get("/my/letters/").content.decode()


def test_the_page_says_what_will_be_there_while_there_is_nothing(client, wang):
    client.force_login(factories.login(wang))
    assert "还没有来信" in client.get("/my/letters/").content.decode()


def test_the_ways_to_the_letters_say_how_many_are_new(client, wang):
    client.force_login(factories.login(wang))
    front, classes = (client.get(page).content.decode() for page in ("/", "/my/classes/"))
    assert "/my/letters/" not in front
    assert "来信" in classes
    for number in range(2):
        letters.tell(person=wang, key=f"test:{number}", text="信。", sms=False)
    for page in ("/", "/my/classes/"):
        assert "2 封新来信" in client.get(page).content.decode()


def test_the_head_counts_them_on_the_pages_of_a_learner_and_not_on_those_of_staff(client, wang):
    client.force_login(factories.login(wang))
    group = factories.class_group()
    letters.tell(person=wang, key="test:1", text="信。", sms=False)
    learners = (group.course.get_parent().url, group.course.url, f"/classes/{group.pk}/")
    for page in learners:
        assert "1 封新来信" in client.get(page).content.decode()
    refused = client.post(f"/classes/{group.pk}/enrolment/", {"person": "x"})
    assert refused.status_code == 422
    assert "1 封新来信" in refused.content.decode()
    assert "封新来信" not in client.get("/registrar/").content.decode()

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts import services as accounts
from accounts.logins import cards, limited, sessions
from accounts.models import AuditLine, InboxMessage, Person, RoleGrant, User
from courses.models import ClassGroup, ClassSession
from courses.registration import withdraw
from live import hub as hubs
from live import invitations, links, services
from live.consumers import NOT_ALLOWED
from live.errors import LinkRefused
from live.gate import may_watch
from live.models import SentLink, Visit
from live.routing import websocket_urlpatterns
from live.video import tokens
from tests import factories
from tests.live.test_consumers import Page, in_database

pytestmark = pytest.mark.django_db

PHONE = "13800000001"


@pytest.fixture(autouse=True)
def inbox(settings):
    settings.DEMO = True
    settings.SMS_BACKEND = "accounts.sms.InboxBackend"


def path(school, person=None):
    return reverse("live:link", args=[links.make_token(person or school.learner, school.session)])


def room(school):
    return reverse("live:room", args=[school.session.pk])


def said(response):
    return re.sub(r"<[^>]+>", "", response.content.decode())


def sent():
    return [(message.phone, message.text) for message in InboxMessage.objects.order_by("pk")]


def with_phone(person, phone=PHONE):
    person.phone, person.wants_class_sms = phone, True
    accounts.save_file(person=person)
    return person


# The address


def test_a_link_is_short_and_says_who_goes_where(school):
    token = links.make_token(school.learner, school.session)

    assert len(token) <= 24
    assert re.fullmatch(r"[0-9A-Za-z-]+", token)
    read = links.read_token(token, now=school.now)
    assert (read.person, read.session) == (school.learner, school.session)


@pytest.mark.parametrize("number", [1, 61, 62, 3843, 3844, 2**63 - 1])
def test_numbers_are_read_as_they_were_written(number):
    assert links._read(links._written(number)) == number


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: good[:-1] + ("A" if good[-1] != "A" else "B"),
        lambda good: good[:-1],
        lambda good: "1" + good,
        lambda good: good.replace("-", "", 1),
        lambda good: good.rpartition("-")[2],
        lambda good: "-",
        lambda good: "--",
        lambda good: "链接",
        lambda good: good + "-" + good,
    ],
    ids=["last", "cut off", "first", "one dash", "mark", "dash", "dashes", "chinese", "twice"],
)
def test_what_was_not_made_here_opens_nothing(school, spoil):
    good = links.make_token(school.learner, school.session)
    client = Client()

    answer = client.get(reverse("live:link", args=[spoil(good)]))

    assert answer.status_code == 404
    assert "这个链接不完整" in said(answer)
    assert limited.OPENED_BY not in client.session


def test_the_mark_of_one_person_does_not_fit_another(school):
    mine, theirs = (
        links.make_token(person, school.session).split("-") for person in school.learners
    )

    with pytest.raises(LinkRefused):
        links.read_token("-".join([*mine[:2], theirs[2]]), now=school.now)


# One tap


def test_one_tap_leads_into_the_room_and_nowhere_else(school):
    client = Client()

    followed = client.get(path(school), follow=True)

    assert followed.redirect_chain == [(room(school), 302)]
    assert "候课室" in said(followed)
    assert followed.wsgi_request.person == school.learner
    refused = client.get("/my/classes/")
    assert refused.url == "/accounts/login/?next=/my/classes/"
    assert "只能上这一节课" in said(client.get(refused.url))


def test_a_link_is_good_again_and_again_until_the_class_is_over(school):
    with time_machine.travel(school.now, tick=False) as clock:
        for _tap in range(2):
            assert Client().get(path(school)).url == room(school)
        services.begin(classroom=school.room)
        clock.shift(timedelta(minutes=90 + 29))
        assert Client().get(path(school)).url == room(school)
        clock.shift(timedelta(minutes=2))
        late = Client().get(path(school))
        assert late.status_code == 404
        assert "已经下课了" in said(late)


def test_a_link_ends_when_the_teacher_ends_the_class(school):
    services.begin(classroom=school.room)
    services.end(classroom=school.room)

    assert "已经下课了" in said(Client().get(path(school)))


def test_the_session_of_a_link_ends_with_the_class(school):
    with time_machine.travel(school.now, tick=False) as clock:
        client = Client()
        client.get(path(school))
        services.begin(classroom=school.room)
        clock.shift(timedelta(minutes=119))
        assert client.get(room(school)).status_code == 200
        clock.shift(timedelta(minutes=2))
        assert client.get(room(school)).url.startswith("/accounts/login/")


def test_who_taps_too_early_reads_to_tap_again(school):
    ClassSession.objects.filter(pk=school.session.pk).update(
        starts_at=school.now + timedelta(minutes=30), ends_at=school.now + timedelta(minutes=120)
    )

    page = said(Client().get(path(school), follow=True))

    assert "教室还没有开门" in page
    assert "到时候再按一次短信里的链接" in page


def test_who_gave_up_the_seat_reads_so(school):
    withdraw(enrolment=school.group.enrolments.get(person=school.learner), because="换了别的班")

    assert "不在这个班里" in said(Client().get(path(school)))


@pytest.mark.parametrize("end", ["frozen", "erased"])
def test_a_link_of_somebody_whose_file_is_closed_opens_nothing(school, end):
    Person.objects.filter(pk=school.learner.pk).update(
        **{f"{end}_at": school.now}, **({"deceased_on": school.now} if end == "frozen" else {})
    )

    assert "不能用了" in said(Client().get(path(school)))


def test_a_link_of_a_file_that_was_merged_leads_to_the_kept_file(school):
    kept = school.learners[1]
    token = links.make_token(school.learner, school.session)
    Person.objects.filter(pk=school.learner.pk).update(merged_into=kept)

    assert links.read_token(token, now=school.now).person == kept


def test_a_program_that_looks_at_the_link_first_harms_nothing(school):
    previewer = Client()

    looked = previewer.head(path(school))

    assert (looked.status_code, looked.content) == (200, b"")
    assert not Session.objects.exists()
    assert not User.objects.exists()
    # One that asks for the page gets a session nobody uses, and is not counted present.
    Client().get(path(school), follow=True)
    assert not Visit.objects.exists()
    assert Client().get(path(school)).url == room(school)


# Who is here already


def test_who_is_logged_in_enters_with_the_own_login(school):
    client = Client()
    client.force_login(factories.login(school.learner))

    assert client.get(path(school)).url == room(school)

    assert client.get(room(school)).wsgi_request.limited is None
    assert client.get("/me/").status_code == 200


def test_a_daughter_enters_as_her_mother_with_her_own_login(school):
    daughter = factories.login(factories.person("何雅琴"))
    accounts.allow_proxy(person=school.learner, agent=daughter, relation="child")
    client = Client()
    client.force_login(daughter)

    followed = client.get(path(school), follow=True)

    assert followed.wsgi_request.user == daughter
    assert followed.wsgi_request.person == followed.wsgi_request.acting == school.learner
    for _tap in range(2):
        client.get(path(school))
    assert AuditLine.objects.filter(action=AuditLine.Action.ACTED_FOR).count() == 1


def test_who_acted_for_another_is_oneself_again_in_the_own_class(school):
    user = factories.login(school.learner)
    accounts.allow_proxy(person=school.learners[1], agent=user, relation="spouse")
    client = Client()
    client.force_login(user)
    client.get(path(school, school.learners[1]))

    client.get(path(school))

    assert client.get(room(school)).wsgi_request.person == school.learner


def test_a_stranger_who_is_logged_in_is_asked_first(school):
    stranger = factories.login(factories.person("周玉梅"))
    client = Client()
    client.force_login(stranger)

    asked = client.get(path(school))

    assert "这台设备上现在是周玉梅" in said(asked)
    assert client.get("/me/").wsgi_request.user == stranger
    assert client.post(path(school)).url == room(school)
    assert client.get(room(school)).wsgi_request.person == school.learner
    assert client.get("/me/").status_code == 302


def test_a_card_of_the_same_person_goes_on_and_one_of_another_is_asked(school):
    client = Client()
    token = cards.issue_card(person=school.learner, by=None)
    client.post(reverse("entrance:open_card", args=[token]))

    assert client.get(path(school)).url == room(school)
    assert client.get(room(school)).wsgi_request.limited == "card"
    assert "您是李国强吗" in said(client.get(path(school, school.learners[1])))


def test_the_next_link_on_the_same_device_replaces_the_last(school):
    client = Client()
    client.get(path(school))

    client.get(path(school, school.learners[1]))

    assert client.get(room(school)).wsgi_request.person == school.learners[1]


# Picture and sockets


def claims_of(page):
    address = page.context["stream"]
    return tokens.read_token(address.removeprefix(tokens.PREFIX).partition("/")[0])


def test_the_picture_of_a_card_ends_with_the_card(school):
    client = Client()
    token = cards.issue_card(person=school.learner, by=None)
    client.post(reverse("entrance:open_card", args=[token]))
    claims = claims_of(client.get(room(school)))

    def watches():
        return may_watch(
            login=claims.login, person=claims.person, session=claims.session, card=claims.card
        )

    assert watches()
    cards.revoke_card(person=school.learner)
    assert not watches()


def test_the_picture_of_a_link_ends_with_the_class(school):
    with time_machine.travel(school.now, tick=False):
        claims = claims_of(Client().get(path(school), follow=True))

    assert claims.expires_at == int((school.now + timedelta(minutes=120)).timestamp())


class LimitedPage(WebsocketCommunicator):
    """A page of a browser's own session, through all that stands before the sockets."""

    def __init__(self, school, client, path=""):
        cookie = f"{django_settings.SESSION_COOKIE_NAME}={client.session.session_key}"
        super().__init__(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns)),
            f"/ws/sessions/{school.session.pk}/{path}?device={uuid.uuid4()}&console={uuid.uuid4()}",
            headers=[(b"cookie", cookie.encode())],
        )

    hello, hear, refusal, closing, leave = (
        Page.hello,
        Page.hear,
        Page.refusal,
        Page.closing,
        Page.leave,
    )


def by_card(person):
    client = Client()
    token = cards.issue_card(person=person, by=None)
    client.post(reverse("entrance:open_card", args=[token]))
    return client


def by_link(school):
    client = Client()
    client.get(path(school))
    return client


async def test_a_card_and_a_link_open_the_socket_of_the_room_and_count(school):
    for client in (
        await in_database(by_card, person=school.learner),
        await in_database(by_link, school=school),
    ):
        page = LimitedPage(school, client)
        assert (await page.hello())["type"] == "hello"
        await page.leave()

    visits = await in_database(lambda: [visit.person_id for visit in Visit.objects.all()])
    assert visits == [school.learner.pk] * 2


def _revoke(person):
    cards.revoke_card(person=person)


def _end_every_session(person):
    sessions.end_all_logins(user=person.login, by=None)


@pytest.mark.parametrize("loss", [_revoke, _end_every_session])
async def test_an_open_page_is_closed_when_its_card_or_all_sessions_end(school, loss):
    client = await in_database(by_card, person=school.learner)
    page = LimitedPage(school, client)
    await page.hello()
    other = LimitedPage(school, await in_database(by_card, person=school.learners[1]))
    await other.hello()

    await in_database(lambda: loss(Person.objects.get(pk=school.learner.pk)))
    await hubs.hub().check_seats()

    assert await page.closing() == hubs.GONE
    assert await other.receive_nothing(timeout=0.1)
    await other.leave()
    again = LimitedPage(school, client)
    assert (await again.refusal())[0] == NOT_ALLOWED


async def test_a_page_stays_open_for_a_login_whose_file_was_merged(school):
    def merge():
        dropped = factories.person("王秀兰", phone="13800000009")
        client = Client()
        client.force_login(factories.login(dropped))
        Person.objects.filter(pk=dropped.pk).update(merged_into=school.learner)
        return client

    page = LimitedPage(school, await in_database(merge))
    await page.hello()

    await hubs.hub().check_seats()

    assert await page.receive_nothing(timeout=0.1)
    await page.leave()


async def test_an_open_page_is_closed_when_its_link_has_ended(school):
    client = await in_database(by_link, school=school)
    page = LimitedPage(school, client)
    await page.hello()

    await in_database(lambda: Session.objects.update(expire_date=school.now))
    await hubs.hub().check_seats()

    assert await page.closing() == hubs.GONE


async def test_a_link_opens_no_socket_of_another_class(school):
    client = await in_database(by_link, school=school)
    school.session = await in_database(
        lambda: factories.session(school.group, starts_at=school.now)
    )

    assert (await LimitedPage(school, client).refusal())[0] == NOT_ALLOWED


async def test_a_teachers_card_does_not_open_the_console(school):
    client = await in_database(by_card, person=school.teacher)

    console = LimitedPage(school, client, path="console/")

    assert (await console.refusal())[0] == NOT_ALLOWED


# Messages


@pytest.fixture
def soon(school):
    """The class begins in half an hour."""
    starts_at = school.now + timedelta(minutes=30)
    ClassSession.objects.filter(pk=school.session.pk).update(
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90)
    )
    school.session.refresh_from_db()
    return school


def test_who_wants_it_is_sent_the_link_half_an_hour_before(soon):
    with_phone(soon.learner)
    before = soon.now - timedelta(minutes=1)

    assert invitations.send_due(now=before) == 0
    assert invitations.send_due(now=soon.now) == 1

    (phone, text), *others = sent()
    assert (phone, others) == (PHONE, [])
    assert links.make_link(person=soon.learner, session=soon.session) in text
    assert "王秀兰" in text
    assert "行书入门" in text
    line = AuditLine.objects.get(action=AuditLine.Action.LINK_SENT)
    assert (line.actor, line.person, line.details) == (
        None,
        soon.learner,
        {"session": soon.session.pk},
    )


def test_a_message_goes_out_once_however_often_the_job_runs(soon):
    with_phone(soon.learner)

    for minutes in range(5):
        invitations.send_due(now=soon.now + timedelta(minutes=minutes))

    assert len(sent()) == 1


def test_a_job_that_was_killed_before_it_sent_sends_later_and_once(soon):
    with_phone(soon.learner)
    with pytest.MonkeyPatch.context() as patch:
        # The worker never came to it.
        patch.setattr(type(invitations.send), "enqueue", lambda task, pk: None)
        invitations.send_due(now=soon.now)
    assert sent() == []
    waiting = SentLink.objects.get()

    invitations.send.func(waiting.pk)
    invitations.send.func(waiting.pk)

    assert len(sent()) == 1


def test_a_job_that_was_killed_while_it_sent_does_not_send_again(soon):
    with_phone(soon.learner)
    SentLink.objects.create(
        session=soon.session, person=soon.learner, asked_at=soon.now, sent_at=soon.now
    )

    invitations.send_due(now=soon.now)
    invitations.send.func(SentLink.objects.get().pk)

    assert sent() == []


def test_a_message_that_could_not_be_asked_for_leaves_no_trace(soon):
    with_phone(soon.learner)

    def fails(task, pk):
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(invitations.send), "enqueue", fails)
        with pytest.raises(RuntimeError):
            invitations.send_due(now=soon.now)

    assert not SentLink.objects.exists()
    assert invitations.send_due(now=soon.now) == 1


def _wants_none(soon):
    Person.objects.filter(pk=soon.learner.pk).update(wants_class_sms=False)


def _gave_up_the_seat(soon):
    withdraw(enrolment=soon.group.enrolments.get(person=soon.learner), because="换了别的班")


def _no_number(soon):
    Person.objects.filter(pk=soon.learner.pk).update(phone="")


def _died(soon):
    Person.objects.filter(pk=soon.learner.pk).update(deceased_on=soon.now, frozen_at=soon.now)


def _meets_on_site(soon):
    ClassGroup.objects.filter(pk=soon.group.pk).update(mode=ClassGroup.Mode.ON_SITE)


def _cancelled(soon):
    ClassGroup.objects.filter(pk=soon.group.pk).update(cancelled_at=soon.now)


def _has_begun(soon):
    ClassSession.objects.filter(pk=soon.session.pk).update(starts_at=soon.now)


@pytest.mark.parametrize(
    "reason",
    [
        _wants_none,
        _gave_up_the_seat,
        _no_number,
        _died,
        _meets_on_site,
        _cancelled,
        _has_begun,
    ],
)
def test_nobody_is_sent_what_is_of_no_use(soon, reason):
    with_phone(soon.learner)
    reason(soon)

    assert invitations.send_due(now=soon.now) == 0
    assert not SentLink.objects.exists()


def test_somebody_without_a_number_is_told_through_those_who_act_for_them(soon):
    daughter = factories.login(phone="13800000004")
    accounts.allow_proxy(person=soon.learner, agent=daughter, relation="child")
    with_phone(soon.learner, "")

    invitations.send_due(now=soon.now)

    assert [phone for phone, _text in sent()] == ["13800000004"]


# Staff


@pytest.fixture
def registrar(school):
    person = factories.person("周敏", kind=Person.Kind.STAFF)
    accounts.grant_role(
        person=person, role=RoleGrant.Role.REGISTRAR, organisation=school.learner.organisation
    )
    return factories.login(person)


def press(registrar, person):
    client = Client()
    client.force_login(registrar)
    return said(client.post(reverse("live:send_links", args=[person.pk]), follow=True))


def test_staff_send_todays_links_and_it_is_written_down(school, registrar):
    with_phone(school.learner)
    on_site = factories.class_group(name="合唱", mode=ClassGroup.Mode.ON_SITE)
    factories.seat(on_site, school.learner)
    factories.session(on_site, starts_at=school.now)

    assert "发了 1 节课的链接" in press(registrar, school.learner)

    assert [phone for phone, _text in sent()] == [PHONE]
    line = AuditLine.objects.get(action=AuditLine.Action.LINK_SENT)
    assert (line.actor, line.person) == (registrar, school.learner)


def test_staff_send_again_what_was_sent_before_but_not_within_a_minute(school, registrar):
    with_phone(school.learner)
    with time_machine.travel(school.now, tick=False) as clock:
        press(registrar, school.learner)
        assert "刚刚发过" in press(registrar, school.learner)
        clock.shift(timedelta(minutes=1, seconds=1))
        assert "发了 1 节课的链接" in press(registrar, school.learner)

    assert len(sent()) == 2
    assert SentLink.objects.count() == 1


def test_what_staff_have_sent_the_job_does_not_send(soon, registrar):
    with_phone(soon.learner)
    # Late in the evening a class in half an hour would be tomorrow's.
    now = soon.now.replace(hour=2) + timedelta(days=1)
    ClassSession.objects.filter(pk=soon.session.pk).update(
        starts_at=now + timedelta(minutes=30), ends_at=now + timedelta(hours=2)
    )
    with time_machine.travel(now, tick=False):
        press(registrar, soon.learner)

    assert invitations.send_due(now=now) == 0
    assert len(sent()) == 1


def test_staff_read_why_nothing_was_sent(school, registrar):
    assert "没有手机号" in press(registrar, school.learner)
    with_phone(school.learner)
    withdraw(enrolment=school.group.enrolments.get(person=school.learner), because="换了别的班")
    assert "今天没有线上课" in press(registrar, school.learner)
    assert sent() == []

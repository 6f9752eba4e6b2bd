"""What a session opened by a card or a class link may do: every address of the school."""

import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

import tests.who_may
from accounts import services
from accounts.logins import cards, limited
from accounts.models import Person, RoleGrant, User
from courses import queries as courses
from live import links
from live import services as live
from tests import factories
from tests.ground import made_once
from tests.test_who_may import AREAS, ROWS
from tests.who_may import town

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def names(resolver=None, namespaces=()):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inside = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from names(pattern, inside)
        elif pattern.name:
            yield ":".join([*namespaces, pattern.name])


@made_once
def place():
    """The town of tests/who_may, with a class that goes on now."""
    place = town.build()
    needs = tests.who_may.Needs()
    for area in AREAS:
        of_area = area.furnish(place)
        needs.arguments |= of_area.arguments
        needs.fields |= of_area.fields
    place.needs = needs
    place.now = factories.session(place.group, starts_at=timezone.now())
    place.learner = place.people["learner"]
    return place


def by_card(person):
    client = Client()
    token = cards.issue_card(person=person, by=None)
    assert client.post(reverse("entrance:open_card", args=[token])).url == "/"
    return client


def by_link(person, session):
    client = Client()
    token = links.make_token(person, session)
    assert client.get(reverse("live:link", args=[token])).url == f"/sessions/{session.pk}/"
    return client


def begin(kind, place):
    if kind == limited.CARD:
        return by_card(place.learner)
    return by_link(place.learner, place.now)


def path_of(place, name):
    if name.startswith("/"):
        return name
    arguments = place.needs.arguments.get(name)
    if name in {"live:replay", "live:watched", *limited.ROOM}:
        arguments = [place.now.pk, *arguments[1:]]
    return reverse(name, args=arguments)


def answer(client, place, name, method):
    key = f"{name} {method}"
    fields = place.needs.fields.get(key, place.needs.fields.get(name))
    if fields is None or callable(fields):
        fields = {"client_id": uuid.uuid4(), "device": uuid.uuid4(), "text": "好"}
    ask = client.get if method == "GET" else client.post
    return ask(path_of(place, name), fields)


def is_sent_to_login(response):
    return response.status_code == 302 and response.url.startswith(LOGIN)


# Every address


def test_the_lists_name_addresses_that_exist():
    assert limited.ALLOWED[limited.CARD] | limited.WAYS_IN <= set(names())
    assert limited.ALLOWED[limited.LINK] <= set(names())


def test_a_new_address_is_closed_until_somebody_names_it():
    listed = limited.ALLOWED[limited.CARD] | limited.WAYS_IN

    # Whoever adds an address to the lists says so here as well.
    assert listed == {
        "account_confirm_login_code",
        "account_inactive",
        "account_login",
        "account_logout",
        "account_request_login_code",
        "account_signup",
        "accounts:demo_inbox",
        "accounts:reading",
        "branches:answer_link",
        "cms:picture",
        "cms:search",
        "courses:class",
        "courses:clip",
        "courses:my_classes",
        "courses:offer_link",
        "courses:relative_link",
        "courses:timetable",
        "dingtalk_callback",
        "dingtalk_login",
        "entrance:open_card",
        "live:beat",
        "live:events",
        "live:floor_call",
        "live:floor_end",
        "live:floor_take",
        "live:hand",
        "live:link",
        "live:no_sound",
        "live:phone",
        "live:phone_answer",
        "live:replay",
        "live:room",
        "live:say",
        "live:speak",
        "live:vote",
        "live:watched",
        "mfa_authenticate",
        "set_language",
        "wagtail_serve",
        "wagtaildocs_serve",
        "weixin_callback",
        "weixin_login",
    }


@pytest.mark.parametrize("kind", [limited.CARD, limited.LINK])
def test_every_address_that_is_not_listed_leads_to_the_login(place, kind):
    """All rows of tests/who_may, with everything their addresses need."""
    wrong, client, opened_by = {}, Client(), None
    for name, method, *_statuses in ROWS:
        # Some of them end the session or begin another.
        if not opened_by or client.session.get(limited.OPENED_BY) != opened_by:
            client = begin(kind, place)
            opened_by = client.session[limited.OPENED_BY]
        response = answer(client, place, name, method)
        view = response.wsgi_request.resolver_match.view_name
        passes = view in limited.ALLOWED[kind] | limited.AS_NOBODY[kind]
        # Who comes to a way in is nobody there, and may be sent on by it.
        if view not in limited.WAYS_IN and is_sent_to_login(response) == passes:
            wrong[name, method] = response.status_code, getattr(response, "url", "")

    assert wrong == {}


@pytest.mark.parametrize("kind", [limited.CARD, limited.LINK])
def test_every_name_of_the_resolver_is_refused_unless_it_is_listed(place, kind):
    """Also those of the office and of the editors, whatever they want to be called with."""
    request = begin(kind, place).get("/accounts/login/").wsgi_request
    door = limited.LimitedSessions(lambda request: None)
    let_in = set()
    for name in names():
        door(request)
        request.user = SimpleNamespace(is_authenticated=False)
        request.resolver_match = SimpleNamespace(view_name=name)
        refusal = door.process_view(request, None, (), {"pk": place.now.pk})
        assert refusal is None or is_sent_to_login(refusal)
        if refusal is None:
            let_in.add(name)

    assert let_in == (limited.ALLOWED[kind] | limited.AS_NOBODY[kind]) & set(names())


def test_no_list_names_a_page_of_staff():
    allowed = limited.ALLOWED[limited.CARD] | limited.WAYS_IN
    staff = ("admin", "wagtailadmin", "people", "roles", "roster", "audit", "organisations")

    assert [name for name in allowed if name.split(":")[0] in staff] == []
    # An invitation is answered by whoever has its SMS, logged in or not.
    of_branches = {name for name in allowed if name.startswith("branches:")}
    assert of_branches == {"branches:answer_link"}


def test_a_refusal_says_what_the_card_is_for_and_comes_back_after_the_code(place, inbox):
    client = by_card(place.learner)

    refused = client.get("/my/learning/", follow=True)

    assert "用学员卡进来，可以上课、看课表" in refused.content.decode()
    assert refused.redirect_chain == [("/accounts/login/?next=/my/learning/", 302)]
    # It asks for a number although somebody is here.
    assert "您的手机号" in refused.content.decode()
    client.post("/accounts/login/code/", {"phone": place.learner.phone, "next": "/my/learning/"})
    code = inbox(place.learner.phone)[-1]
    there = client.post(
        "/accounts/login/code/confirm/", {"code": code, "next": "/my/learning/"}, follow=True
    )
    assert there.redirect_chain[-1][0] == "/my/learning/"
    assert there.status_code == 200
    assert limited.OPENED_BY not in client.session
    assert client.session.get_expire_at_browser_close() is False
    assert client.session.get_expiry_age() <= 60 * 60 * 24 * 90


def test_somebody_elses_login_ends_a_card_session(place, inbox):
    client = by_card(place.learner)
    stranger = place.people["stranger"]

    client.post("/accounts/login/code/", {"phone": stranger.phone})
    client.post("/accounts/login/code/confirm/", {"code": inbox(stranger.phone)[-1]})

    assert client.get("/me/").wsgi_request.user.person == stranger
    assert limited.OPENED_BY not in client.session


def test_a_post_that_is_refused_changes_nothing_and_leads_back_to_its_page(place):
    client = by_card(place.learner)
    page = reverse("courses:seat", args=[place.seat.pk])

    refused = client.post(
        reverse("courses:withdraw", args=[place.seat.pk]),
        headers={"referer": f"http://testserver{page}"},
    )

    assert refused.url == f"{LOGIN}?next={page}"
    place.seat.refresh_from_db()
    assert place.seat.withdrawn_at is None


def test_logging_out_ends_a_card_session(place):
    client = by_card(place.learner)

    assert client.get("/accounts/logout/").status_code == 200
    client.post("/accounts/logout/")

    assert is_sent_to_login(client.get("/my/classes/"))


def test_letters_and_language_can_be_changed_by_a_card(place):
    client = by_card(place.learner)

    client.post("/me/reading/", {"step": "largest"})
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})

    assert User.objects.get(person=place.learner).text_step == "largest"
    assert 'lang="en"' in client.get("/").content.decode()


# The room


@pytest.mark.parametrize("kind", [limited.CARD, limited.LINK])
def test_the_room_is_the_room(place, kind):
    client = begin(kind, place)
    live.begin(classroom=live.open_room(session=place.now))

    room = client.get(f"/sessions/{place.now.pk}/")
    said = client.post(
        f"/sessions/{place.now.pk}/messages/", {"text": "早", "client_id": uuid.uuid4()}
    )

    assert room.status_code == 200
    assert room.wsgi_request.limited == kind
    assert (said.status_code, said.json()) == (200, {"number": 2})


def test_a_card_shows_the_replay_and_a_link_does_not(place):
    ended = place.session

    assert by_card(place.learner).get(f"/sessions/{ended.pk}/replay/").status_code == 200
    other = by_link(place.learner, place.now)
    assert is_sent_to_login(other.get(f"/sessions/{ended.pk}/replay/"))


def test_a_link_opens_the_room_of_its_own_class_only(place):
    another = factories.session(place.group, starts_at=timezone.now())
    client = by_link(place.learner, place.now)

    assert is_sent_to_login(client.get(f"/sessions/{another.pk}/"))
    assert client.get(f"/sessions/{place.now.pk}/").status_code == 200


def test_public_pages_show_a_cards_person_and_a_links_nobody(place):
    assert by_card(place.learner).get("/").wsgi_request.person == place.learner
    assert by_link(place.learner, place.now).get("/").wsgi_request.person is None


# Roles


@pytest.fixture
def teacher(place):
    """A teacher of this class who also runs the whole server, by card."""
    person = place.people["teacher"]
    for role in set(RoleGrant.Role) - {RoleGrant.Role.AUDITOR}:  # Nobody is both.
        services.grant_role(person=person, role=role, organisation=place.unit)
    User.objects.filter(person=person).update(is_superuser=True, is_staff=True)
    return person


def test_a_teachers_card_does_not_teach(place, teacher):
    client = by_card(teacher)

    assert client.get(f"/sessions/{place.now.pk}/").status_code == 403
    assert is_sent_to_login(client.get(f"/sessions/{place.now.pk}/console/"))
    home = client.get("/")
    assert "去讲课" not in home.content.decode()
    assert home.context["work_doors"] == []


def test_a_teachers_card_learns_where_the_teacher_learns(place, teacher):
    Person.objects.filter(pk=teacher.pk).update(born_on="1955-03-08")
    group = factories.class_group(course=place.group.course, teacher=place.people["stranger"])
    factories.seat(group, Person.objects.get(pk=teacher.pk))
    session = factories.session(group, starts_at=timezone.now())
    client = by_card(teacher)

    page = client.get(f"/sessions/{session.pk}/")

    assert page.status_code == 200
    assert page.context["admission"].may_teach is False
    client.post(f"/sessions/{session.pk}/messages/", {"text": "早", "client_id": uuid.uuid4()})
    assert session.classroom.events.get().body["teacher"] is False


def test_no_role_holds_for_a_login_that_a_card_opened(place, teacher):
    user = by_card(teacher).get("/").wsgi_request.user

    assert user.is_superuser
    assert not services.queries.has_role(user, *RoleGrant.Role)
    assert not services.queries.organisations_led_by(user, *RoleGrant.Role).exists()
    assert not courses.may_teach(user=user, class_group=place.group)


def test_staff_pages_stay_closed_to_a_card_of_somebody_who_runs_the_server(teacher):
    client = by_card(teacher)

    for path in ("/office/", "/cms/", "/people/", "/branches/", "/office/accounts/person/"):
        assert is_sent_to_login(client.get(path)), path

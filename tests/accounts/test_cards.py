import re
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import queries, services
from accounts.errors import FileFrozen
from accounts.files import merging
from accounts.logins import cards, sessions
from accounts.models import AuditLine, Person, PersonalCard, RoleGrant, User
from accounts.templatetags import entrance as entrance_tags
from tests import factories

pytestmark = pytest.mark.django_db

SORRY = "这张卡打不开"


def address(token):
    return reverse("entrance:open_card", args=[token])


def said(response):
    return re.sub(r"<[^>]+>", "", response.content.decode())


def scan(token, client=None):
    """Open the card's address on a device and press the button."""
    client = client or Client()
    client.post(address(token))
    return client


def is_in_class(client):
    return client.get("/my/classes/").status_code == 200


def actions(person):
    return [line.action for line in AuditLine.objects.filter(person=person).order_by("number")]


def client_of(person, **facts):
    client = Client()
    client.force_login(factories.login(person, **facts))
    return client


@pytest.fixture
def mother():
    return factories.person("何彩兰")


@pytest.fixture
def registrar(mother):
    person = factories.person("周敏", kind=Person.Kind.STAFF)
    services.grant_role(
        person=person, role=RoleGrant.Role.REGISTRAR, organisation=mother.organisation
    )
    return factories.login(person)


# Issuing


def test_a_card_is_kept_as_a_hash_from_which_nobody_makes_the_address(mother):
    token = cards.issue_card(person=mother, by=None)

    card = PersonalCard.objects.get()
    assert len(token) >= 22  # 128 bits in letters that an address may hold.
    assert token not in str(vars(card))
    assert cards.card_with(token) == card


def test_a_new_card_ends_the_old_one_and_both_are_written_down(mother, registrar):
    old = cards.issue_card(person=mother, by=registrar)

    new = cards.issue_card(person=mother, by=registrar)

    assert cards.card_with(old) is None
    assert cards.card_with(new) == cards.card_of(mother)
    assert actions(mother)[1:] == ["card.issued", "card.revoked", "card.issued"]


def test_revoking_twice_is_harmless_and_written_down_once(mother, registrar):
    cards.issue_card(person=mother, by=registrar)

    assert cards.revoke_card(person=mother, by=registrar)
    assert not cards.revoke_card(person=mother, by=registrar)

    assert actions(mother)[1:] == ["card.issued", "card.revoked"]


def test_a_clock_that_runs_behind_revokes_a_card_all_the_same(mother):
    token = cards.issue_card(person=mother, by=None)

    cards.revoke_card(person=mother, now=timezone.now() - timedelta(hours=1))

    assert cards.card_with(token) is None


@pytest.mark.parametrize("end", ["frozen", "erased", "merged"])
def test_nobody_gets_a_card_for_a_file_that_is_closed(mother, end):
    close(mother, end)

    with pytest.raises(FileFrozen):
        cards.issue_card(person=mother, by=None)


def close(person, end):
    now = timezone.now()
    other = factories.person("何彩兰", organisation=person.organisation)
    facts = {
        "frozen": {"deceased_on": now.date(), "frozen_at": now},
        "erased": {"erased_at": now},
        "merged": {"merged_into": other},
    }[end]
    Person.objects.filter(pk=person.pk).update(**facts)
    person.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_two_cards_issued_at_once_leave_one_that_works(mother):
    tokens = []

    def issue():
        try:
            tokens.append(cards.issue_card(person=mother, by=None))
        finally:
            connection.close()

    threads = [threading.Thread(target=issue) for _card in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([token for token in tokens if cards.card_with(token)]) == 1
    assert PersonalCard.objects.count() == 2


# Opening


def test_a_card_asks_are_you_and_one_press_leads_to_the_own_classes(mother):
    token = cards.issue_card(person=mother, by=None)
    client = Client()

    asked = client.get(address(token))
    assert "您是何彩兰吗" in said(asked)
    assert not is_in_class(client)

    assert client.post(address(token)).url == "/"
    assert "何彩兰" in said(client.get("/"))
    assert is_in_class(client)
    assert actions(mother)[-1] == "card.used"


def test_looking_at_the_address_of_a_card_changes_nothing(mother):
    token = cards.issue_card(person=mother, by=None)

    for ask in (Client().get, Client().head):
        assert ask(address(token)).status_code == 200

    assert PersonalCard.objects.get().last_used_at is None
    assert not User.objects.exists()


def _never(mother):
    return "A" * 24


def _mistyped(mother):
    token = cards.issue_card(person=mother, by=None)
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def _revoked(mother):
    token = cards.issue_card(person=mother, by=None)
    cards.revoke_card(person=mother)
    return token


def _frozen(mother):
    token = cards.issue_card(person=mother, by=None)
    close(mother, "frozen")
    return token


def _erased(mother):
    token = cards.issue_card(person=mother, by=None)
    close(mother, "erased")
    return token


def _switched_off(mother):
    token = cards.issue_card(person=mother, by=None)
    user = factories.login(mother)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return token


WRONG = [_never, _mistyped, _revoked, _frozen, _erased, _switched_off]


@pytest.mark.parametrize("kind", WRONG)
def test_every_card_that_does_not_work_is_answered_with_the_same_page(mother, kind):
    token = kind(mother)

    def page(path):
        # The form in the footer has a key of its own on every page and leads back here.
        text = Client().get(path).content.decode().replace(path, "")
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)

    wrong = address(token)
    assert Client().get(wrong).status_code == Client().post(wrong).status_code == 404
    assert SORRY in said(Client().get(wrong))
    assert page(wrong) == page(address("nothing-of-ours"))


@pytest.mark.parametrize("kind", [_never, _mistyped, _revoked])
def test_unknown_and_revoked_cards_cost_the_same_queries(mother, kind, django_assert_num_queries):
    token = kind(mother)

    with django_assert_num_queries(1):
        assert cards.card_with(token) is None


def test_the_address_of_a_card_is_not_logged_even_where_it_is_refused(mother, caplog):
    token = cards.issue_card(person=mother, by=None)
    cards.revoke_card(person=mother)

    Client().get(address(token))

    assert token not in caplog.text


def test_an_address_that_guesses_gets_no_answer_from_a_real_card_either(mother):
    token = cards.issue_card(person=mother, by=None)
    guesser, other = Client(REMOTE_ADDR="203.0.113.5"), Client(REMOTE_ADDR="203.0.113.6")

    for number in range(31):
        guesser.get(address(f"guess{number}"))

    assert SORRY in said(guesser.get(address(token)))
    assert "您是何彩兰吗" in said(other.get(address(token)))
    cache.clear()  # A minute later.
    assert "您是何彩兰吗" in said(guesser.get(address(token)))


def test_a_card_of_a_file_that_was_merged_leads_to_the_kept_file(mother):
    kept = factories.person("何彩兰", organisation=mother.organisation)
    token = cards.issue_card(person=mother, by=None)
    cards.issue_card(person=kept, by=None)
    merging.merge(kept=kept, dropped=mother, by=None)

    client = scan(token)

    assert client.get("/my/classes/").wsgi_request.person == kept
    # Both cards are the kept person's, and a new one ends them.
    cards.issue_card(person=kept, by=None)
    assert cards.card_with(token) is None


def test_a_card_that_is_revoked_ends_its_session_at_the_next_page(mother):
    client = scan(cards.issue_card(person=mother, by=None))
    assert is_in_class(client)

    cards.revoke_card(person=mother)

    assert not is_in_class(client)
    assert "不能再用" in said(client.get("/accounts/login/"))


def test_ending_every_session_ends_those_of_cards_and_the_card_opens_another(mother):
    token = cards.issue_card(person=mother, by=None)
    client = scan(token)

    sessions.end_all_logins(user=User.objects.get(), by=None)

    assert not is_in_class(client)
    assert is_in_class(scan(token, client))


def test_a_card_session_ends_after_half_a_year_without_use_and_not_before(mother):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = scan(cards.issue_card(person=mother, by=None))
        for _visit in range(3):
            clock.shift(timedelta(days=179))
            assert is_in_class(client)
        clock.shift(timedelta(days=181))
        assert not is_in_class(client)


def test_when_a_card_was_last_used_is_kept_by_the_day(mother):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = scan(cards.issue_card(person=mother, by=None))
        first = cards.card_of(mother).last_used_at
        clock.shift(timedelta(hours=1))
        client.get("/my/classes/")
        assert cards.card_of(mother).last_used_at == first
        clock.shift(timedelta(days=2))
        client.get("/my/classes/")
        assert cards.card_of(mother).last_used_at == timezone.now()


def test_who_is_logged_in_as_oneself_stays_so_with_the_own_card(mother):
    client = client_of(mother)
    token = cards.issue_card(person=mother, by=None)

    assert client.get(address(token)).url == "/"
    assert client.post(address(token)).url == "/"

    assert client.get("/me/").status_code == 200


def test_a_card_on_somebody_elses_device_says_who_is_here_and_replaces_them(mother):
    father = factories.person("何守义", sex="m")
    client = client_of(father)
    token = cards.issue_card(person=mother, by=None)

    assert "这台设备上现在是何守义" in said(client.get(address(token)))
    scan(token, client)

    assert client.get("/my/classes/").wsgi_request.person == mother
    assert client.get("/me/").status_code == 302


def test_a_couple_takes_turns_on_one_tablet(mother):
    father = factories.person("何守义", sex="m")
    his, hers = (cards.issue_card(person=one, by=None) for one in (father, mother))
    client = scan(his)

    assert "这台设备上现在是何守义" in said(client.get(address(hers)))
    scan(hers, client)

    assert client.get("/my/classes/").wsgi_request.person == mother


# The login behind a card


def test_somebody_without_a_login_gets_one_without_a_number_at_the_first_scan(mother):
    token = cards.issue_card(person=mother, by=None)
    scan(token)
    scan(token)

    user = User.objects.get()
    assert (user.person, user.phone, str(user)) == (mother, None, "何彩兰")


def test_a_card_opens_the_login_that_its_person_has(mother):
    user = factories.login(mother)

    scan(cards.issue_card(person=mother, by=None))

    assert User.objects.get() == user


def log_in_by_code(client, inbox, phone):
    client.post("/accounts/login/code/", {"phone": phone})
    client.post("/accounts/login/code/confirm/", {"code": inbox(phone)[-1]})


def test_a_later_login_by_number_takes_the_file_over_and_the_card_is_scanned_again(mother, inbox):
    token = cards.issue_card(person=mother, by=None)
    tablet = scan(token)
    tablet.post("/me/reading/", {"step": "largest"})
    helped = factories.person("周玉梅", organisation=mother.organisation)
    by_card = User.objects.get()
    services.allow_proxy(person=helped, agent=by_card, relation="relative")
    Person.objects.filter(pk=mother.pk).update(phone="13800000001", phone_tail="0001")
    phone = Client()

    log_in_by_code(phone, inbox, "13800000001")
    assert "您是何彩兰吗" in said(phone.get("/me/welcome/"))
    phone.post("/me/welcome/", {"person": mother.pk})

    user = User.objects.get(phone="13800000001")
    by_card.refresh_from_db()
    assert (user.person, user.text_step) == (mother, "largest")
    assert (by_card.person, by_card.is_active) == (None, False)
    assert list(queries.persons_acted_for(user)) == [helped]
    assert phone.get("/me/").status_code == 200
    # "Log out everywhere" reaches every session of a login, so the old one ends with its own.
    assert not tablet.get("/my/classes/").wsgi_request.user.is_authenticated
    assert scan(token).get("/my/classes/").wsgi_request.user == user


def test_a_login_that_proved_itself_is_not_taken_over(mother):
    # By WeChat, say: no number, but somebody's own.
    theirs = factories.login(mother)
    User.objects.filter(pk=theirs.pk).update(phone=None, last_login=timezone.now())
    Person.objects.filter(pk=mother.pk).update(phone="13800000001")

    assert not queries.files_to_take(factories.login(phone="13800000001")).exists()


def test_logins_of_cards_are_not_forgotten_with_numbers_that_were_never_proved(mother, inbox):
    scan(cards.issue_card(person=mother, by=None))
    Person.objects.filter(pk=mother.pk).update(phone="13800000001")
    mother.refresh_from_db()
    taker = factories.login(phone="13800000001")
    services.take_own_file(user=taker, person=mother)

    gone = services.forget_unproved_logins(now=timezone.now() + timedelta(days=2))

    assert gone == 0
    assert User.objects.count() == 2


def test_logins_without_a_number_can_be_switched_off_in_the_office(mother):
    father = factories.person("何守义", sex="m")
    for person in (mother, father):
        scan(cards.issue_card(person=person, by=None))
    admin = factories.login(factories.person("林静"))
    User.objects.filter(pk=admin.pk).update(is_superuser=True, is_staff=True)
    client = Client()
    client.force_login(admin)

    for user in User.objects.filter(phone=None):
        path = f"/office/accounts/user/{user.pk}/change/"
        assert client.post(path, {"phone": "", "person": user.person_id}).status_code == 302

    assert list(User.objects.filter(phone=None).values_list("is_active", flat=True)) == [False] * 2


# Pages


def test_staff_issue_a_card_and_see_its_address_once(mother, registrar):
    client = Client()
    client.force_login(registrar)
    path = reverse("entrance:person_card", args=[mother.pk])
    assert "现在没有学员卡" in said(client.get(path))

    printed = client.post(path)

    page = printed.content.decode()
    assert page.count("<svg viewBox") >= 3
    assert "style=" not in page
    assert "no-store" in printed["Cache-Control"]
    assert "扫一扫，进课堂" in said(printed)
    assert printed.context["token"] not in client.get(path).content.decode()
    assert cards.card_with(printed.context["token"]).issued_by == registrar
    assert "在用" in said(client.get(path))


def test_staff_revoke_a_card(mother, registrar):
    token = cards.issue_card(person=mother, by=None)
    client = Client()
    client.force_login(registrar)

    client.post(reverse("entrance:revoke_of", args=[mother.pk]))

    assert cards.card_with(token) is None


def test_the_code_on_a_card_is_its_address_at_the_schools_own_name(mother, registrar, settings):
    settings.PUBLIC_URL = "https://school.example"
    drawn = []

    def make(content, **options):
        drawn.append(content)
        return segno_make(content, **options)

    segno_make = entrance_tags.segno.make
    client = Client()
    client.force_login(registrar)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entrance_tags.segno, "make", make)
        printed = client.post(reverse("entrance:person_card", args=[mother.pk]))

    assert set(drawn) == {f"https://school.example/card/{printed.context['token']}/"}


def test_somebody_makes_and_revokes_the_own_card(mother):
    client = client_of(mother)

    printed = client.post("/me/card/")
    assert scan(printed.context["token"]).get("/my/classes/").status_code == 200

    client.post("/me/card/revocation/")
    assert cards.card_of(mother) is None


def test_who_acts_for_somebody_makes_no_card_for_them(mother):
    daughter = factories.person("何雅琴")
    client = client_of(daughter)
    services.allow_proxy(person=mother, agent=daughter.login, relation="child")
    client.post("/me/acting/", {"person": mother.pk})

    client.post("/me/card/")

    assert cards.card_of(mother) is None
    assert cards.card_of(daughter)


def test_a_whole_unit_gets_cards_and_those_who_have_one_keep_it(mother, registrar):
    kept = cards.issue_card(person=mother, by=None)
    others = [
        factories.person(name, organisation=mother.organisation) for name in ("李国强", "张桂芳")
    ]
    beneath = factories.organisation("别处", parent=mother.organisation)
    factories.person("远方人", organisation=beneath)
    client = Client()
    client.force_login(registrar)
    path = reverse("entrance:sheet")
    unit = {"organisation": mother.organisation.pk}
    assert "有 2 个人还没有卡" in said(client.get(path, unit))

    sheet = client.post(path, unit)

    issued = dict(sheet.context["cards"])
    assert set(issued) == set(others)
    assert {cards.card_with(token).person for token in issued.values()} == set(issued)
    assert cards.card_with(kept)
    assert "都有卡了" in said(client.get(path, unit))


@pytest.mark.parametrize("wanted", ["", "x", "999999", "9" * 30])
def test_an_odd_unit_is_no_unit(mother, registrar, wanted):
    client = Client()
    client.force_login(registrar)
    path = reverse("entrance:sheet")

    for ask in (client.get, client.post):
        assert ask(path, {"organisation": wanted}).status_code == 200

    assert not PersonalCard.objects.exists()


def test_somebody_asks_for_messages_before_class_and_their_daughter_does_for_them(mother):
    daughter = factories.person("何雅琴")
    client = client_of(daughter)
    services.allow_proxy(person=mother, agent=daughter.login, relation="child")

    client.post("/me/class-sms/", {"person": mother.pk, "wants": "1"})
    assert Person.objects.get(wants_class_sms=True) == mother
    client.post("/me/class-sms/", {"person": mother.pk, "wants": "0"})

    assert not Person.objects.filter(wants_class_sms=True).exists()
    assert actions(mother)[-2:] == ["file.changed", "file.changed"]


@pytest.mark.parametrize("person", ["", "x", "9" * 30])
def test_messages_are_wanted_for_nobody_unknown(mother, person):
    answer = client_of(mother).post("/me/class-sms/", {"person": person, "wants": "1"})

    assert answer.status_code == 404

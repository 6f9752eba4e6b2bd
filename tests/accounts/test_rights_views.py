"""The pages of consent and rights: one's own, and those of the office."""

import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts import consents, services
from accounts.models import AuditLine, Consent, Notice, Person, RightsRequest, RoleGrant, User
from accounts.rights import asking, freezing
from tests import factories

BASIC, SENSITIVE = Notice.Kind.BASIC, Notice.Kind.SENSITIVE
State = RightsRequest.State
TODAY = timezone.localdate()


@pytest.fixture
def person(db):
    return factories.person("王秀兰", phone="13700000001", id_number="370202195503081229")


@pytest.fixture
def login(person):
    return factories.login(person)


@pytest.fixture
def at_home(client, login):
    client.force_login(login)
    return client


@pytest.fixture
def registrar(person):
    staff = factories.person("周敏", organisation=person.organisation, phone="13700000009")
    services.grant_role(
        person=staff, role=RoleGrant.Role.REGISTRAR, organisation=person.organisation
    )
    return factories.login(staff)


@pytest.fixture
def office(client, registrar):
    client.force_login(registrar)
    return client


def acting_for(client, person, *, relation):
    """A client that acts for `person` as their `relation`."""
    agent = factories.login(factories.person("何雅琴", phone="13700000002"))
    services.allow_proxy(person=person, agent=agent, relation=relation)
    client.force_login(agent)
    client.post(reverse("accounts:act_for"), {"person": person.pk})
    return client


def main(response) -> str:
    return re.search(r"<main.*</main>", response.content.decode(), re.S)[0]


def saw(response) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", main(response)).split())


# The first day


@pytest.mark.parametrize("known", [True, False], ids=["are you", "a new file"])
def test_the_first_page_says_what_its_button_agrees_to(client, db, known):
    if known:
        factories.person("王秀兰", phone="13700000001")
    client.force_login(factories.login(phone="13700000001"))

    page = client.get(reverse("accounts:welcome"))

    assert "按下就是同意" in saw(page)
    assert reverse("rights:notice", args=["basic"]) in main(page)


def test_taking_ones_file_is_the_basic_consent_and_no_other(client, person):
    client.force_login(factories.login(phone="13700000001"))

    client.post(reverse("accounts:welcome"), {"person": person.pk})

    assert [consent.notice.kind for consent in Consent.objects.filter(person=person)] == [BASIC]


def test_opening_ones_file_is_the_basic_consent(client, person):
    client.force_login(factories.login(phone="13700000003"))

    client.post(
        reverse("accounts:welcome"),
        {
            "name": "李国强",
            "sex": "m",
            "year": 1950,
            "month": 1,
            "day": 2,
            "organisation": person.organisation_id,
        },
    )

    assert consents.has_consented(Person.objects.get(name="李国强"), BASIC)


# Notices


def test_a_notice_is_there_for_everybody_and_can_be_read_aloud(client, db):
    page = client.get(reverse("rights:notice", args=["sensitive"]))

    assert "身份证号、健康说明、照片" in saw(page)
    assert '<read-aloud of="notice"' in main(page)
    assert 'id="notice"' in main(page)
    assert "<button" not in main(page).partition('id="notice"')[2]


def test_a_notice_in_english_says_which_text_holds(client, db):
    client.cookies["django_language"] = "en"

    page = client.get(reverse("rights:notice", args=["basic"]), headers={"accept-language": "en"})

    assert "What we write down, and why" in saw(page)


def test_markup_in_a_notice_is_shown_as_text(client, db):
    consents.publish(kind=BASIC, text="<script>alert(1)</script>", by=None)

    page = client.get(reverse("rights:notice", args=["basic"]))

    assert "&lt;script&gt;alert(1)" in main(page)


@pytest.mark.parametrize("kind", ["other", "basic'", "0"])
def test_there_are_two_notices_and_no_more(client, db, kind):
    assert client.get(reverse("rights:notice", args=[kind])).status_code == 404


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_the_answer_to_a_notice_is_kept(at_home, person, answer):
    at_home.post(reverse("rights:agree", args=["sensitive"]), {"answer": answer})

    assert consents.has_consented(person, SENSITIVE) == (answer == "yes")


def test_a_newer_version_asks_again_calmly_on_ones_own_page(at_home, person):
    consents.give(person=person, kind=BASIC, way="online", by=None)
    assert "有新版了" not in saw(at_home.get(reverse("accounts:me")))

    consents.publish(kind=BASIC, text="新的", by=None)

    assert "《个人信息告知书》有新版了" in saw(at_home.get(reverse("accounts:me")))
    assert at_home.get("/").status_code == 200


# Taking back


def test_the_page_says_before_what_goes(at_home, person):
    for kind in Notice.Kind:
        consents.give(person=person, kind=kind, way="online", by=None)

    page = at_home.get(reverse("rights:withdrawal"))

    assert "身份证号、健康说明和照片马上删掉，找不回来" in saw(page)
    assert "不能再给您安排新的座位" in saw(page)


def test_one_press_takes_a_consent_back(at_home, person):
    consents.give(person=person, kind=SENSITIVE, way="online", by=None)

    page = at_home.post(reverse("rights:withdrawal"), {"kind": SENSITIVE}, follow=True)

    person.refresh_from_db()
    assert person.id_number == ""
    assert not consents.has_consented(person, SENSITIVE)
    assert "都删掉了" in saw(page)


def test_who_took_the_basic_consent_back_is_led_to_the_erasure(at_home, person):
    consents.give(person=person, kind=BASIC, way="online", by=None)

    page = at_home.post(reverse("rights:withdrawal"), {"kind": BASIC}, follow=True)

    assert reverse("rights:erasure") in main(page)


def test_nothing_to_take_back_is_said(at_home):
    page = at_home.get(reverse("rights:withdrawal"))

    assert "没有可以撤回的" in saw(page)
    assert "<form" not in main(page)


# Acting for somebody


@pytest.mark.parametrize("relation", ["child", "spouse"])
def test_the_closest_may_agree_and_the_page_says_for_whom(client, person, relation):
    agent = acting_for(client, person, relation=relation)

    page = agent.get(reverse("rights:notice", args=["basic"]))
    agent.post(reverse("rights:agree", args=["basic"]), {"answer": "yes"})

    assert "替王秀兰同意" in saw(page)
    consent = Consent.objects.get(person=person)
    assert (consent.way, str(consent.given_by)) == ("proxy", "何雅琴")
    assert AuditLine.objects.first().on_behalf_of == person


@pytest.mark.parametrize("relation", ["relative", "monitor", "staff"])
@pytest.mark.parametrize(
    "address",
    ["export_json", "export_excel", "erasure", "correction", "withdrawal"],
)
def test_nobody_else_may(client, person, relation, address):
    agent = acting_for(client, person, relation=relation)

    assert agent.get(reverse(f"rights:{address}")).status_code == 404
    page = agent.get(reverse("rights:home"))
    assert "这些要本人或最亲的人来办" in saw(page)
    assert reverse("rights:export_json") not in main(page)


# The copy


def test_the_excel_is_a_copy_of_ones_own_data(at_home):
    answer = at_home.get(reverse("rights:export_excel"))

    book = load_workbook(io.BytesIO(answer.content))
    values = [cell.value for row in book["我的档案"].iter_rows() for cell in row]
    assert "王秀兰" in values
    assert "370202195503081229" in values
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]


def test_the_json_is_a_copy_of_ones_own_data(at_home, person, login):
    answer = at_home.get(reverse("rights:export_json"))

    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content)["name"] == "王秀兰"
    line = AuditLine.objects.first()
    assert (line.action, line.person, line.actor) == ("file.exported", person, login)


# Asking


def test_the_page_of_erasure_says_what_goes_and_what_stays(at_home):
    text = saw(at_home.get(reverse("rights:erasure")))

    assert "找不回来" in text
    assert "认不出是您" in text


def test_an_erasure_is_asked_for_and_taken_back(at_home, person):
    at_home.post(reverse("rights:erasure"), {"words": "不上了"})
    asked = RightsRequest.objects.get()
    assert (asked.person, asked.state, asked.words) == (person, State.OPEN, "不上了")
    assert "您已经提出来了" in saw(at_home.get(reverse("rights:erasure")))

    at_home.post(reverse("rights:take_back", args=[asked.pk]))

    asked.refresh_from_db()
    assert asked.state == State.WITHDRAWN
    assert not person.erased_at


def test_asking_twice_is_one_request(at_home):
    for _time in range(2):
        at_home.post(reverse("rights:erasure"), {"words": ""})

    assert RightsRequest.objects.count() == 1


def test_a_correction_without_a_word_is_asked_for_again(at_home):
    page = at_home.post(reverse("rights:correction"), {"words": " "})

    assert page.status_code == 422
    assert "请写明哪里不对" in saw(page)


# The office


def test_the_office_finds_what_waits_and_the_longest_waiting_first(office, person, login):
    later = factories.person("李国强", organisation=person.organisation)
    for who, days in ((later, 1), (person, 2)):
        asking.ask(
            person=who,
            kind="erasure",
            way="online",
            by=login,
            now=timezone.now() - timedelta(days=days),
        )

    text = saw(office.get(reverse("requests:list")))

    assert text.index("王秀兰") < text.index("李国强")
    assert "共 2 份" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"open"}),
        ({"state": "refused"}, {"refused"}),
        ({"state": "all"}, {"open", "refused"}),
        ({"state": "all", "kind": "correction"}, {"refused"}),
        ({"state": "all", "q": "wxl"}, {"open", "refused"}),
        ({"state": "all", "q": "没有"}, set()),
        ({"state": "nonsense"}, {"open"}),
    ],
    ids=["waiting", "refused", "all", "of a kind", "by initials", "nobody", "nonsense"],
)
def test_the_list_is_filtered(office, person, login, registrar, query, found):
    asking.ask(person=person, kind="erasure", way="online", by=login)
    wrong = asking.ask(person=person, kind="correction", way="online", words="错", by=login)
    asking.decide(request=wrong, granted=False, answer="没有错", by=registrar)

    page = office.get(reverse("requests:list"), query)

    assert {one.state for one in page.context["page"]} == found


def test_the_list_costs_the_same_however_long(office, login):
    costs = []
    for number in range(4):
        asking.ask(person=factories.person(f"某{number}"), kind="erasure", way="online", by=login)
        with CaptureQueriesContext(connection) as asked:
            office.get(reverse("requests:list"))
        costs.append(len(asked))

    assert costs[1] == costs[3]


def test_the_list_goes_into_a_workbook_without_what_people_wrote(office, person, login):
    asking.ask(person=person, kind="correction", way="online", words="秘密", by=login)

    book = load_workbook(io.BytesIO(office.get(reverse("requests:excel")).content))

    values = {cell.value for row in book.active.iter_rows() for cell in row}
    assert {"王秀兰", "更正档案"} <= values
    assert "秘密" not in values


def test_an_erasure_needs_the_tick_and_then_erases(office, person, login):
    asked = asking.ask(person=person, kind="erasure", way="online", by=login)
    address = reverse("requests:decide", args=[asked.pk])

    page = office.post(address, {"decision": "grant", "answer": "办好了"})
    assert (page.status_code, Person.objects.get(pk=person.pk).erased_at) == (422, None)
    assert "办好了" in main(page)

    office.post(address, {"decision": "grant", "answer": "办好了", "sure": "on"})
    person.refresh_from_db()
    assert person.name == f"已注销{person.pk}"
    assert f"已注销{person.pk}" in saw(office.get(address))


def test_a_refusal_is_read_by_who_asked(client, office, person, login):
    asked = asking.ask(person=person, kind="correction", way="online", words="错", by=login)
    office.post(
        reverse("requests:decide", args=[asked.pk]), {"decision": "refuse", "answer": "没有写错"}
    )

    client.force_login(login)

    assert "没有写错" in saw(client.get(reverse("rights:home")))


def test_nobody_decides_about_themselves(office, registrar):
    asked = asking.ask(person=registrar.person, kind="erasure", way="online", by=registrar)

    page = office.post(
        reverse("requests:decide", args=[asked.pk]),
        {"decision": "grant", "answer": "好", "sure": "on"},
    )

    assert "要由别的工作人员来办" in saw(page)
    asked.refresh_from_db()
    assert asked.state == State.OPEN


def test_what_is_decided_is_not_decided_again(office, person, login, registrar):
    asked = asking.ask(person=person, kind="erasure", way="online", by=login)
    asking.decide(request=asked, granted=False, answer="请再想想", by=registrar)

    page = office.post(
        reverse("requests:decide", args=[asked.pk]),
        {"decision": "grant", "answer": "好", "sure": "on"},
    )

    assert page.status_code == 422
    assert not Person.objects.get(pk=person.pk).erased_at


@pytest.mark.parametrize("answer", ["give", "withdraw"])
def test_a_consent_on_paper_is_recorded_with_its_number(office, person, registrar, answer):
    if answer == "withdraw":
        consents.give(person=person, kind=SENSITIVE, way="online", by=None)

    office.post(
        reverse("requests:consent", args=[person.pk]),
        {"kind": "sensitive", "answer": answer, "paper": "同意书 031"},
    )

    assert consents.has_consented(person, SENSITIVE) == (answer == "give")
    line = AuditLine.objects.first()
    assert line.actor == registrar
    assert Consent.objects.get().way == ("paper" if answer == "give" else "online")


def test_a_paper_without_number_is_asked_for_again_and_nothing_is_lost(office, person):
    page = office.post(
        reverse("requests:consent", args=[person.pk]),
        {"kind": "basic", "answer": "give", "paper": ""},
    )

    assert page.status_code == 422
    assert "请写明签字的纸放在哪里" in saw(page)
    assert re.search(r'value="basic"[^>]*checked', main(page))
    assert not Consent.objects.exists()


@pytest.mark.parametrize("form", ["xlsx", "json"])
def test_the_office_hands_out_a_copy_for_a_paper(office, person, registrar, form):
    answer = office.post(
        reverse("requests:export", args=[person.pk]), {"export-paper": "申请 8", "form": form}
    )

    assert answer["Content-Disposition"].endswith(f".{form}")
    line = AuditLine.objects.first()
    assert (line.action, line.actor, line.details) == (
        "file.exported",
        registrar,
        {"paper": "申请 8"},
    )


def test_no_copy_without_a_paper(office, person):
    page = office.post(reverse("requests:export", args=[person.pk]), {"export-paper": ""})

    assert page.status_code == 422
    assert not AuditLine.objects.filter(action="file.exported").exists()


def test_an_erasure_on_paper_leads_to_its_decision(office, person):
    page = office.post(
        reverse("requests:ask", args=[person.pk]),
        {"request-kind": "erasure", "request-paper": "申请 9", "request-words": "搬走了"},
        follow=True,
    )

    assert "申请 9" in saw(page)
    asked = RightsRequest.objects.get()
    assert (asked.way, asked.asked_by) == ("paper", None)


# A death


def test_a_death_needs_the_tick(office, person):
    page = office.post(reverse("requests:death", args=[person.pk]), {"deceased_on": "2020-1-1"})

    assert page.status_code == 422
    assert not Person.objects.get(pk=person.pk).is_frozen


def test_a_death_closes_the_login(client, office, person, login):
    office.post(
        reverse("requests:death", args=[person.pk]), {"deceased_on": "2020-1-1", "sure": "on"}
    )

    assert Person.objects.get(pk=person.pk).is_frozen
    assert not User.objects.get(pk=login.pk).is_active
    assert "档案已经冻结" in saw(office.get(reverse("requests:person", args=[person.pk])))


def test_a_session_that_was_open_is_closed_at_once(client, at_home, person):
    assert at_home.get(reverse("rights:home")).status_code == 200

    freezing.freeze_file(person=person, deceased_on=TODAY, by=None)

    assert at_home.get(reverse("rights:home")).status_code == 302
    assert "login" in at_home.get(reverse("rights:home")).url


def test_only_the_administrator_thaws(office, client, person, registrar):
    freezing.freeze_file(person=person, deceased_on=TODAY, by=registrar)
    address = reverse("requests:thaw", args=[person.pk])
    assert office.post(address).status_code == 404

    boss = factories.person("程远", organisation=person.organisation)
    services.grant_role(person=boss, role="administrator", organisation=person.organisation)
    client.force_login(factories.login(boss))
    client.post(address)

    assert not Person.objects.get(pk=person.pk).is_frozen


# A dead relative's file


def ask(client, name="王秀兰", born_on="1955-3-8"):
    return client.post(
        reverse("rights:relatives"),
        {"name": name, "born_on": born_on, "relation": "女儿", "words": "想看看"},
        follow=True,
    )


@pytest.fixture
def daughter(client, db):
    client.force_login(factories.login(factories.person("何雅琴", phone="13700000002")))
    return client


def test_the_answer_is_the_same_whether_there_is_such_a_file(daughter, person):
    def without_times(page):
        return re.sub(r"csrfmiddlewaretoken[^>]+|withdrawal/\S+|/\d+/", "", main(page))

    known = without_times(ask(daughter))
    RightsRequest.objects.all().delete()
    unknown = without_times(ask(daughter, name="没有人"))

    assert known == unknown.replace("没有人", "王秀兰")
    assert RightsRequest.objects.get().person is None


@pytest.mark.parametrize(
    ("born_on", "deaths", "found"),
    [("1955-3-8", 0, None), ("1955-3-8", 1, "dead"), ("1955-3-9", 1, None)],
    ids=["two namesakes", "one of them died", "another birthday"],
)
def test_of_two_namesakes_the_dead_one_is_meant(daughter, person, born_on, deaths, found):
    factories.person("王秀兰")
    if deaths:
        freezing.freeze_file(person=person, deceased_on=TODAY, by=None)

    ask(daughter, born_on=born_on)

    assert RightsRequest.objects.get().person == (person if found else None)


def test_nobody_tries_out_many_names(daughter, db):
    for number in range(asking.MOST_OPEN):
        ask(daughter, name=f"某{number}")

    page = ask(daughter, name="再一个")

    assert page.status_code == 422
    assert RightsRequest.objects.count() == asking.MOST_OPEN


def granted(person, registrar, login, **facts):
    asked = asking.ask_as_relative(
        name=person.name, born_on=person.born_on, relation="女儿", words="想看", by=login
    )
    return asking.decide(request=asked, granted=True, answer="核对过了", by=registrar, **facts)


def test_a_relative_reads_and_every_look_is_a_line(daughter, person, registrar):
    freezing.freeze_file(person=person, deceased_on=TODAY, by=None)
    login = User.objects.get(person__name="何雅琴")
    right = granted(person, registrar, login)
    address = reverse("rights:relatives_file", args=[right.pk])

    page = daughter.get(address)
    daughter.get(address)

    assert "370202195503081229" in saw(page)
    assert "<form" not in main(page)
    looks = AuditLine.objects.filter(action="file.seen", person=person, actor=login)
    assert [line.details for line in looks] == [{"as": "relative"}] * 2


def test_the_reading_ends_by_itself(daughter, person, registrar):
    freezing.freeze_file(person=person, deceased_on=TODAY, by=None)
    login = User.objects.get(person__name="何雅琴")
    right = granted(person, registrar, login)
    assert right.until - timezone.now() > asking.READS_FOR - timedelta(minutes=5)

    RightsRequest.objects.filter(pk=right.pk).update(until=timezone.now())

    for name in ("relatives_file", "relatives_json", "relatives_excel"):
        assert daughter.get(reverse(f"rights:{name}", args=[right.pk])).status_code == 404
    assert "到期关上了" in saw(daughter.get(reverse("rights:relatives")))


def test_it_is_open_until_the_end_of_the_day_that_was_said(daughter, person, registrar):
    freezing.freeze_file(person=person, deceased_on=TODAY, by=None)
    login = User.objects.get(person__name="何雅琴")

    right = granted(person, registrar, login, until=TODAY + timedelta(days=3))

    last = timezone.localtime(right.until) - timedelta(seconds=1)
    assert last.date() == TODAY + timedelta(days=3)


@pytest.mark.parametrize("days", [-1, asking.READS_AT_MOST.days + 1])
def test_a_day_too_late_or_too_early_is_refused(office, person, registrar, days):
    freezing.freeze_file(person=person, deceased_on=TODAY, by=None)
    asked = asking.ask_as_relative(
        name=person.name,
        born_on=person.born_on,
        relation="女儿",
        words="想看",
        by=factories.login(),
    )

    page = office.post(
        reverse("requests:decide", args=[asked.pk]),
        {"decision": "grant", "answer": "好", "until": TODAY + timedelta(days=days)},
    )

    assert page.status_code == 422
    assert "开放到哪一天" in saw(page)


def test_nobody_reads_the_file_of_the_living(office, person):
    asked = asking.ask_as_relative(
        name=person.name,
        born_on=person.born_on,
        relation="女儿",
        words="想看",
        by=factories.login(),
    )

    page = office.post(
        reverse("requests:decide", args=[asked.pk]), {"decision": "grant", "answer": "好"}
    )

    assert page.status_code == 422
    assert "还没有登记去世" in saw(page)


def test_a_relative_without_a_file_of_their_own_may_ask_and_read(client, person, registrar):
    freezing.freeze_file(person=person, deceased_on=TODAY, by=None)
    login = factories.login(phone="13700000003")
    client.force_login(login)
    right = granted(person, registrar, login)

    assert client.get(reverse("rights:relatives_file", args=[right.pk])).status_code == 200


def test_a_relative_on_paper_reads_with_the_number_on_it(office, client, person):
    freezing.freeze_file(person=person, deceased_on=TODAY, by=None)
    page = office.post(
        reverse("requests:ask_as_relative", args=[person.pk]),
        {
            "relative-relation": "儿子",
            "relative-paper": "申请 5",
            "relative-phone": "137 0000 0004",
        },
        follow=True,
    )
    asked = RightsRequest.objects.get()
    office.post(page.request["PATH_INFO"], {"decision": "grant", "answer": "核对过了"})

    client.force_login(User.objects.get(phone="13700000004"))

    assert client.get(reverse("rights:relatives_file", args=[asked.pk])).status_code == 200


def test_the_login_of_a_paper_is_not_forgotten_before_it_was_used(person, registrar):
    freezing.freeze_file(person=person, deceased_on=TODAY, by=None)
    asking.record_relatives_paper(
        person=person, relation="儿子", paper="5", phone="13700000004", by=registrar
    )

    User.objects.filter(pk=registrar.pk).update(last_login=timezone.now())
    services.forget_unproved_logins(now=timezone.now() + timedelta(days=3))

    assert User.objects.filter(phone="13700000004").exists()

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import queries, services
from accounts.acting import proxies
from accounts.errors import FileFrozen, ProxyRefused
from accounts.models import AuditLine, InboxMessage, Person, Proxy, RoleGrant, User
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now()
NUMBER = "13900001234"
GRANT = reverse("acting:grant")


@pytest.fixture
def mother():
    """何彩兰, with a login of her own."""
    person = factories.person("何彩兰", phone="13800000009")
    factories.login(person)
    return person


@pytest.fixture
def as_mother(client, mother):
    client.force_login(mother.login)
    return client


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def grant(person, phone=NUMBER, relation="child", **facts):
    return proxies.grant(person=person, phone=phone, relation=relation, by=person.login, **facts)


def text(response):
    return response.content.decode()


# The person grants it


def test_a_number_that_nobody_has_used_yet_may_act_and_is_told_in_plain_words(mother, on_commit):
    with on_commit():
        proxy = grant(mother)

    assert (proxy.agent.phone, proxy.granted_by) == (NUMBER, mother.login)
    assert set(queries.persons_acted_for(proxy.agent)) == {mother}
    told = InboxMessage.objects.get()
    assert told.phone == NUMBER
    assert "何彩兰请您代办" in told.text
    assert AuditLine.objects.get(action="proxy.granted").person == mother


def test_granting_twice_is_harmless_and_tells_nobody_again(mother, on_commit):
    with on_commit():
        assert grant(mother) == grant(mother)

    assert InboxMessage.objects.count() == 1


def test_a_known_and_an_unknown_number_are_answered_alike(as_mother, mother):
    known = factories.person("何雅琴", phone="13900005678")
    factories.login(known)
    answers = []
    for phone in (NUMBER, known.phone):
        with CaptureQueriesContext(connection) as asked:
            response = as_mother.post(
                GRANT, {"phone": phone, "relation": "child", "sure": "yes"}, follow=True
            )
        proxy = Proxy.objects.get(revoked_at=None)
        page = text(response).replace(f"****{phone[-4:]}", "****")
        page = re.sub(rf"token\" value=\"\w+|given-{proxy.pk}\b|proxies/{proxy.pk}/", "", page)
        answers.append((page, len(asked)))
        services.revoke_proxy(proxy=proxy)

    assert answers[0] == answers[1]
    assert "何雅琴" not in answers[0][0]


def test_the_agents_name_is_shown_once_they_have_acted(as_mother, mother):
    agent = factories.login(factories.person("何雅琴", phone=NUMBER))
    grant(mother)
    assert "139****1234" in text(as_mother.get(reverse("accounts:me")))
    assert "何雅琴" not in text(as_mother.get(reverse("accounts:me")))

    proxies.begin(user=agent, person=mother)

    assert "何雅琴" in text(as_mother.get(reverse("accounts:me")))


def test_nothing_is_granted_before_it_was_said_twice_and_what_they_may_do_is_read_first(
    as_mother,
):
    page = text(as_mother.post(GRANT, {"phone": "139-0000 1234", "relation": "child"}))

    assert "139****1234" in page
    assert "替您报名" in page
    assert "不可以" in page
    assert not Proxy.objects.exists()

    as_mother.post(GRANT, {"phone": NUMBER, "relation": "child", "sure": "yes"})

    assert Proxy.objects.get().relation == "child"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"phone": "1390000", "relation": "child"}, "手机号少了 4 位"),
        ({"phone": NUMBER}, "请选一个"),
        ({"phone": NUMBER, "relation": "staff"}, "请选一个"),
        ({"phone": "13800000009", "relation": "child", "sure": "yes"}, "自己不用给自己代办"),
    ],
    ids=["short", "no relation", "staff", "oneself"],
)
def test_what_cannot_be_granted_is_said_and_nothing_is_lost(as_mother, fields, sentence):
    response = as_mother.post(GRANT, fields)

    assert response.status_code == 422
    assert sentence in text(response)
    assert fields["phone"] in text(response)
    assert not Proxy.objects.exists()


def test_a_sixth_agent_is_refused_in_words(mother):
    for number in range(services.MOST_AGENTS):
        grant(mother, phone=f"1390000000{number}")

    with pytest.raises(ProxyRefused, match="最多 5 个人"):
        grant(mother)
    grant(mother, phone="13900000000")

    services.revoke_proxy(proxy=Proxy.objects.first())
    grant(mother)


def test_granting_again_and_again_in_one_day_ends(mother):
    for number in range(proxies.MOST_A_DAY):
        services.revoke_proxy(proxy=grant(mother, phone=f"1390000001{number}", now=NOW))

    with pytest.raises(ProxyRefused, match="明天再来"):
        grant(mother, now=NOW)
    grant(mother, now=NOW + timedelta(days=1, seconds=1))


def test_an_agent_cannot_let_others_act(client, mother):
    agent = grant(mother).agent
    client.force_login(agent)
    client.post(reverse("accounts:act_for"), {"person": mother.pk})

    page = text(client.post(GRANT, {"phone": "13900009999", "relation": "child"}, follow=True))

    assert "要本人自己来定" in page
    with pytest.raises(ProxyRefused, match="本人"):
        proxies.grant(person=mother, phone="13900009999", relation="child", by=agent)
    assert Proxy.objects.count() == 1


# Staff write it down from a paper


@pytest.fixture
def registrar(mother):
    person = factories.person("周敏", organisation=mother.organisation)
    services.grant_role(
        person=person, role=RoleGrant.Role.REGISTRAR, organisation=mother.organisation
    )
    return factories.login(person)


def test_staff_record_a_paper_and_both_are_told(client, mother, registrar, on_commit):
    client.force_login(registrar)
    fields = {"phone": NUMBER, "relation": "staff", "paper": "教务处 031"}

    with on_commit():
        client.post(reverse("acting:proxies", args=[mother.pk]), fields)

    proxy = Proxy.objects.get()
    assert (proxy.way, proxy.paper, proxy.granted_by) == ("paper", "教务处 031", registrar)
    assert {sent.phone for sent in InboxMessage.objects.all()} == {NUMBER, mother.phone}
    page = text(client.get(reverse("acting:proxies", args=[mother.pk])))
    assert "教务处 031" in page
    assert "139****1234" in page


def test_without_a_paper_staff_record_nothing(client, mother, registrar):
    client.force_login(registrar)

    response = client.post(
        reverse("acting:proxies", args=[mother.pk]), {"phone": NUMBER, "relation": "child"}
    )

    assert response.status_code == 422
    assert "请写明签字的纸" in text(response)
    assert not Proxy.objects.exists()


def test_a_registrar_ends_what_somebody_granted_and_nothing_of_anybody_else(
    client, mother, registrar
):
    other = services.allow_proxy(
        person=factories.person("别人"), agent=factories.login(), relation="child"
    )
    proxy = grant(mother)
    client.force_login(registrar)

    client.post(reverse("acting:revoke_for", args=[mother.pk, proxy.pk]))
    refused = client.post(reverse("acting:revoke_for", args=[mother.pk, other.pk]))

    proxy.refresh_from_db()
    other.refresh_from_db()
    assert proxy.revoked_by == registrar
    assert refused.status_code == 404
    assert other.revoked_at is None


# Acting


def test_beginning_to_act_is_written_down(client, mother):
    agent = grant(mother).agent
    client.force_login(agent)

    client.post(reverse("accounts:act_for"), {"person": mother.pk})
    client.post(reverse("accounts:act_for"))

    line = AuditLine.objects.get(action="proxy.acted")
    assert (line.actor, line.person, line.on_behalf_of) == (agent, mother, mother)
    assert Proxy.objects.get().first_acted_at == line.at


@pytest.mark.parametrize("fate", ["frozen_at", "erased_at", "merged_into"])
def test_for_a_closed_file_nobody_acts_any_more(client, mother, fate):
    agent = grant(mother).agent
    client.force_login(agent)
    client.post(reverse("accounts:act_for"), {"person": mother.pk})

    Person.objects.filter(pk=mother.pk).update(
        **{fate: factories.person("另一份") if fate == "merged_into" else NOW}
    )

    page = text(client.get(reverse("accounts:me")))
    assert "正在为" not in page
    assert "您现在没有替别人办理" in page
    assert client.post(reverse("accounts:act_for"), {"person": mother.pk}).status_code == 404


def test_nobody_is_let_act_for_a_closed_file(mother):
    Person.objects.filter(pk=mother.pk).update(frozen_at=NOW)

    with pytest.raises(FileFrozen):
        services.allow_proxy(person=mother, agent=factories.login(), relation="child")


def test_all_that_somebody_gave_and_held_ends_at_once(mother):
    proxy = grant(mother)
    held = services.allow_proxy(
        person=factories.person("李国强"), agent=mother.login, relation="spouse"
    )
    other = services.allow_proxy(
        person=factories.person("吴德山"), agent=proxy.agent, relation="child"
    )

    assert proxies.end_all(person=mother) == 2
    assert proxies.end_all(person=mother) == 0

    assert set(Proxy.objects.filter(revoked_at=None)) == {other}
    assert held not in Proxy.objects.filter(revoked_at=None)


@pytest.mark.parametrize("count", [8, 9])
def test_a_monitor_finds_one_of_many_by_name_or_pinyin(client, count):
    monitor = factories.login(factories.person("李国强"))
    for number in range(count - 1):
        services.allow_proxy(
            person=factories.person(f"学员{number}"), agent=monitor, relation="monitor"
        )
    services.allow_proxy(person=factories.person("高振华"), agent=monitor, relation="monitor")
    client.force_login(monitor)

    whole = text(client.get(reverse("accounts:me")))
    assert ("找人" in whole) == (count > 8)
    for words in ("高振", "gaozhen", "gzh"):
        page = text(client.get(reverse("accounts:me"), {"q": words}))
        assert "替高振华办理" in page
        assert "替学员1办理" not in page


def test_a_name_that_no_charge_has_is_said_not_to_be_found(client):
    monitor = factories.login(factories.person("李国强"))
    for number in range(9):
        services.allow_proxy(
            person=factories.person(f"学员{number}"), agent=monitor, relation="monitor"
        )
    client.force_login(monitor)

    assert "没有找到这个人" in text(client.get(reverse("accounts:me"), {"q": "王"}))


# Written into everything done

# Whose rows about a person need not say which login wrote them.
NO_LOGIN = {
    "accounts.User": "the login itself",
    "accounts.Person": "merging is staff's work and stands in accounts.Merge",
    "accounts.Relative": "part of the file; every change of a file is an audit line",
    "branches.BranchMembership": "kept by the office, never by learners or their agents",
    "branches.BranchOffice": "kept by the office, never by learners or their agents",
    "courses.CalendarAddress": "made and shown to whoever acts; it opens a timetable, no more",
    "courses.ClassGroup": "its teacher is set by the office",
    "courses.ClassSession": "its substitute is set by the office",
    "courses.Letter": "written by the school",
    "courses.ReminderChoice": "a wish about messages, undone by another",
    "live.Attendance": "computed from visits, which say it",
    "live.ReplayStudy": "computed while a visit lasts, which says it",
}
# Columns that say which login did it.
SAID_BY = re.compile(r"(^|_)by$|^actor$")


def test_every_row_about_a_person_says_which_login_wrote_it():
    silent = {}
    for model in apps.get_models():
        if model._meta.app_label not in {"accounts", "branches", "cms", "courses", "live"}:
            continue
        fields = [field for field in model._meta.concrete_fields if field.is_relation]
        if not any(field.related_model is Person for field in fields):
            continue
        if not any(field.related_model is User and SAID_BY.search(field.name) for field in fields):
            silent[model._meta.label] = model

    assert set(silent) == set(NO_LOGIN)

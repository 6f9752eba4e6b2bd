from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.acting import households, proposals, proxies
from accounts.demo import households as demo_households
from accounts.demo import people
from accounts.errors import FileFrozen, HouseholdRefused
from accounts.models import (
    AuditLine,
    Household,
    HouseholdMember,
    HouseholdProposal,
    InboxMessage,
    Person,
    RoleGrant,
)
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now()
PAGE = reverse("acting:household")


@pytest.fixture
def wife():
    person = factories.person("何彩兰", phone="13800000009")
    factories.login(person)
    return person


@pytest.fixture
def husband():
    person = factories.person("吴德山", sex="m", phone="13800000008")
    factories.login(person)
    return person


def propose(proposer, other=None, **facts):
    return proposals.propose(proposer=proposer, person=other, by=proposer.login, **facts)


def agree(proposal, person, by=None, **facts):
    return proposals.agree(proposal=proposal, person=person, by=by or person.login, **facts)


def together(first, second):
    return agree(propose(first, second), second)


def companions(person):
    return list(households.companions_of(person))


def text(response):
    return response.content.decode()


# Asking and agreeing


def test_nothing_holds_before_the_other_has_agreed(wife, husband):
    proposal = propose(wife, phone=husband.phone)
    assert (companions(wife), companions(husband)) == ([], [])

    agree(proposal, husband)

    assert (companions(wife), companions(husband)) == ([husband], [wife])
    members = HouseholdMember.objects.values_list("person", "agreed_by", "way")
    assert set(members) == {
        (wife.pk, wife.login.pk, "online"),
        (husband.pk, husband.login.pk, "online"),
    }
    lines = AuditLine.objects.filter(action="household.joined")
    assert {line.person for line in lines} == {wife, husband}


def test_agreeing_twice_is_harmless(wife, husband):
    proposal = propose(wife, husband)
    assert agree(proposal, husband) == agree(proposal, husband)
    assert HouseholdMember.objects.count() == 2


def test_the_number_is_forgotten_with_the_answer(wife, husband):
    proposal = propose(wife, phone=husband.phone)

    proposals.decline(proposal=proposal, person=husband, by=husband.login)
    proposals.decline(proposal=proposal, person=husband, by=husband.login)

    proposal.refresh_from_db()
    assert (proposal.phone, proposal.person, proposal.answer) == ("", husband, "declined")
    assert not Household.objects.exists()


def test_who_is_asked_is_told_in_plain_words(wife, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        propose(wife, phone="13900001234")
        propose(wife, phone="13900001234")

    told = InboxMessage.objects.get()
    assert told.phone == "13900001234"
    assert "何彩兰想和您在同一台设备上一起上课" in told.text


def test_a_known_and_an_unknown_number_are_answered_alike(client, wife, husband):
    client.force_login(wife.login)
    pages = []
    for phone in (husband.phone, "13900001234"):
        page = text(client.post(reverse("acting:propose"), {"phone": phone}, follow=True))
        pages.append(page)
        proposals.take_back(proposal=HouseholdProposal.objects.get(answer=""), by=wife.login)

    assert all("没有答复" in page and "吴德山" not in page for page in pages)


def test_a_proposal_that_was_taken_back_or_is_old_cannot_be_agreed_to(wife, husband):
    taken, old = propose(wife, husband), propose(husband, wife, now=NOW - proposals.LASTS)
    proposals.take_back(proposal=taken, by=wife.login)

    for proposal, person in ((taken, husband), (old, wife)):
        with pytest.raises(HouseholdRefused, match="再请一次"):
            agree(proposal, person, now=NOW)
    assert not Household.objects.exists()


def test_only_those_it_is_for_may_answer(wife, husband):
    proposal = propose(wife, husband)
    stranger = factories.login(factories.person("陈志明"))

    for user in (stranger, wife.login):
        with pytest.raises(Http404):
            proposals.proposal_for(user=user, pk=proposal.pk)
    assert proposals.proposal_for(user=husband.login, pk=proposal.pk).person == husband


def test_somebody_who_may_act_for_them_agrees_and_it_is_written_down(wife):
    old_man = factories.person("高振华", sex="m")
    daughter = proxies.grant(
        person=wife, phone="13900001234", relation="child", by=wife.login
    ).agent
    services.allow_proxy(person=old_man, agent=daughter, relation="child")
    proposal = proposals.propose(proposer=wife, person=old_man, by=daughter)

    received = proposals.proposal_for(user=daughter, pk=proposal.pk)
    agree(proposal, received.person, by=daughter)

    assert received.person == old_man
    assert set(HouseholdMember.objects.values_list("way", "agreed_by")) == {("proxy", daughter.pk)}


def test_a_number_reaches_the_proxy_of_whoever_has_it_in_their_file(wife):
    old_man = factories.person("高振华", sex="m", phone="13900001234")
    daughter = factories.login()
    services.allow_proxy(person=old_man, agent=daughter, relation="child")

    proposal = propose(wife, phone=old_man.phone)

    assert [one.person for one in proposals.proposals_for(daughter)] == [old_man]
    assert proposals.proposal_for(user=daughter, pk=proposal.pk).person == old_man


@pytest.mark.parametrize("way", ["person", "phone"])
def test_nobody_studies_with_themselves(wife, way):
    other = {"other": wife} if way == "person" else {"phone": wife.phone}
    with pytest.raises(HouseholdRefused, match="自己"):
        propose(wife, **other)


def test_who_has_a_household_does_not_enter_another(wife, husband):
    together(wife, husband)
    other, neighbour = factories.person("李国强"), factories.person("周玉梅")
    for person in (other, neighbour):
        factories.login(person)
    together(other, neighbour)

    with pytest.raises(HouseholdRefused, match="先退出"):
        agree(propose(wife, other), other)


def test_a_third_joins_sees_whom_and_the_others_are_told(
    client, wife, husband, django_capture_on_commit_callbacks
):
    together(wife, husband)
    sister = factories.person("何素芬", phone="13800000007")
    client.force_login(factories.login(sister))
    proposal = propose(wife, sister)
    assert "吴德山" in text(client.get(PAGE))

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("acting:answer", args=[proposal.pk]), {"agrees": "yes"})

    assert set(companions(sister)) == {wife, husband}
    told = InboxMessage.objects.exclude(text__contains="想和您")
    assert {sent.phone for sent in told} == {wife.phone, husband.phone}


def test_a_household_has_room_for_four(wife, husband):
    together(wife, husband)
    for number in range(households.MOST_MEMBERS - 2):
        guest = factories.person(f"家人{number}")
        factories.login(guest)
        together(wife, guest)

    with pytest.raises(HouseholdRefused, match="教学点"):
        propose(wife, factories.person("又一位"))


def test_asking_without_end_is_refused_in_words(wife):
    for number in range(proposals.MOST_OPEN):
        propose(wife, phone=f"1390000000{number}", now=NOW)
    with pytest.raises(HouseholdRefused, match="等一等"):
        propose(wife, phone="13900000009", now=NOW)
    for proposal in HouseholdProposal.objects.all():
        proposals.take_back(proposal=proposal, by=wife.login)
    for number in range(proposals.MOST_A_DAY - proposals.MOST_OPEN):
        propose(wife, phone=f"1390000001{number}", now=NOW)
        proposals.take_back(proposal=HouseholdProposal.objects.get(answer=""), by=wife.login)

    with pytest.raises(HouseholdRefused, match="明天"):
        propose(wife, phone="13900000029", now=NOW)


def test_with_a_closed_file_nobody_studies(wife, husband):
    proposal = propose(wife, husband)
    Person.objects.filter(pk=husband.pk).update(frozen_at=NOW)

    with pytest.raises(FileFrozen):
        agree(proposal, husband)


def test_a_companion_whose_file_was_closed_is_one_no_more(wife, husband):
    together(wife, husband)
    Person.objects.filter(pk=husband.pk).update(frozen_at=NOW)

    assert companions(wife) == []
    assert husband.pk not in households.household_by_person([wife.pk, husband.pk])


def test_numbers_that_never_answered_are_forgotten(wife):
    propose(wife, phone="13900001234", now=NOW - proposals.LASTS)
    propose(wife, phone="13900005678", now=NOW - proposals.LASTS + timedelta(minutes=1))

    assert proposals.forget_unanswered(now=NOW) == 1
    assert proposals.forget_unanswered(now=NOW) == 0
    assert HouseholdProposal.objects.get().phone == "13900005678"


# Who may be asked by name


def test_those_who_act_for_each_other_are_offered_by_name(wife, husband):
    daughter = factories.person("何雅琴", phone="13900001234")
    login = factories.login(daughter)
    proxies.grant(person=wife, phone=login.phone, relation="child", by=wife.login)
    services.allow_proxy(person=husband, agent=wife.login, relation="spouse")

    assert proposals.candidates(user=wife.login, person=wife) == [husband]
    proxies.begin(user=login, person=wife)
    assert set(proposals.candidates(user=wife.login, person=wife)) == {husband, daughter}
    assert set(proposals.candidates(user=login, person=wife)) == {daughter}


def test_nobody_is_asked_by_a_number_of_a_file_that_one_was_not_offered(client, wife, husband):
    client.force_login(wife.login)

    client.post(reverse("acting:propose"), {"person": husband.pk})

    assert not HouseholdProposal.objects.exists()


# Leaving


def test_when_one_of_two_leaves_both_study_alone(wife, husband):
    household = together(wife, husband)

    households.leave(person=husband, by=husband.login)
    households.leave(person=husband, by=husband.login)

    household.refresh_from_db()
    assert household.ended_at is not None
    assert (companions(wife), companions(husband)) == ([], [])
    assert {line.person for line in AuditLine.objects.filter(action="household.left")} == {
        wife,
        husband,
    }
    together(wife, husband)
    assert companions(wife) == [husband]


def test_when_one_of_three_leaves_the_others_stay_together(wife, husband):
    together(wife, husband)
    sister = factories.person("何素芬")
    factories.login(sister)
    together(wife, sister)

    households.leave(person=husband, by=husband.login)

    assert (companions(wife), companions(sister), companions(husband)) == ([sister], [wife], [])


# Staff, from a paper


def test_staff_record_a_paper_that_both_have_signed(client, wife, husband):
    registrar = factories.person("周敏", organisation=wife.organisation)
    services.grant_role(
        person=registrar, role=RoleGrant.Role.REGISTRAR, organisation=wife.organisation
    )
    client.force_login(factories.login(registrar))
    page = reverse("acting:household_of", args=[wife.pk])
    assert "吴德山" in text(client.get(page, {"q": "吴德"}))

    client.post(f"{page}?q=吴德", {"person": husband.pk, "paper": "同机 008"})

    assert companions(wife) == [husband]
    assert set(HouseholdMember.objects.values_list("way", "paper", "agreed_by")) == {
        ("paper", "同机 008", registrar.login.pk)
    }
    assert "同机 008" in text(client.get(page))
    client.post(reverse("acting:leave_for", args=[wife.pk]))
    assert companions(wife) == []


def test_staff_choose_nobody_whose_file_they_do_not_lead(client, wife):
    elsewhere = factories.person("远山人", organisation=factories.organisation("远山县"))
    registrar = factories.person("周敏", organisation=wife.organisation)
    services.grant_role(
        person=registrar, role=RoleGrant.Role.REGISTRAR, organisation=wife.organisation
    )
    client.force_login(factories.login(registrar))
    page = reverse("acting:household_of", args=[wife.pk])

    assert "没有找到" in text(client.get(page, {"q": "远山人"}))
    refused = client.post(f"{page}?q=远山人", {"person": elsewhere.pk, "paper": "同机 008"})

    assert refused.status_code == 422
    assert companions(wife) == []


# The page


def test_the_page_says_with_whom_and_leads_away(client, wife, husband):
    together(wife, husband)
    client.force_login(wife.login)
    assert "吴德山" in text(client.get(PAGE))
    assert "吴德山" in text(client.get(reverse("accounts:me")))

    page = text(client.post(reverse("acting:leave"), follow=True))

    assert "已经退出同机" in page
    assert companions(wife) == []


def test_a_question_stands_on_ones_own_page_and_is_answered_there(client, wife, husband):
    proposal = propose(wife, phone=husband.phone)
    client.force_login(husband.login)
    assert "何彩兰想和您在一台设备上一起上课" in text(client.get(reverse("accounts:me")))

    page = text(
        client.post(reverse("acting:answer", args=[proposal.pk]), {"agrees": "yes"}, follow=True)
    )

    assert "两个人都算到课" in page
    assert companions(husband) == [wife]


@pytest.mark.parametrize("others", [1, 3])
def test_the_page_costs_the_same_queries_for_any_household(
    client, wife, django_assert_num_queries, others
):
    for number in range(others):
        guest = factories.person(f"家人{number}")
        factories.login(guest)
        together(wife, guest)
    client.force_login(wife.login)
    client.get(PAGE)

    with django_assert_num_queries(8):
        client.get(PAGE)


# The demo school


def test_the_couples_of_the_demo_school_are_made_once():
    people.create(now=NOW)
    for _ in range(2):
        demo_households.create(now=NOW)

    pairs = Household.objects.all()
    assert {frozenset(pair.members.values_list("person__name", flat=True)) for pair in pairs} == {
        frozenset(demo_households.BY_PROXY),
        frozenset(demo_households.ON_PAPER),
    }

"""Two files of one human being: nothing is lost, and a day long it can be taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import audit, consents, queries, services
from accounts.errors import MergeRefused
from accounts.files import merging
from accounts.files.duplicates import pairs
from accounts.models import AuditLine, Merge, Notice, Person, Relative, RoleGrant
from branches import ledger
from branches.models import Branch, BranchMembership, HoursRule, StudyEntry
from courses.models import Enrolment
from live import library
from live.models import Attendance, ReplayStudy, StudyMode, Visit
from live.services import open_room
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
MOVED = {
    "accounts.User.person",
    "accounts.Relative.person",
    "accounts.PersonalCard.person",
    "accounts.Proxy.person",
    "accounts.HouseholdMember.person",
    "accounts.HouseholdProposal.proposer",
    "accounts.HouseholdProposal.person",
    "accounts.Consent.person",
    "accounts.RightsRequest.person",
    "accounts.RoleGrant.person",
    "accounts.RosterRow.person",
    "accounts.Person.merged_into",
    "courses.Application.person",
    "courses.CalendarAddress.person",
    "courses.ClassGroup.teacher",
    "courses.ClassSession.substitute",
    "courses.Enrolment.person",
    "courses.Letter.person",
    "courses.RelativeConsent.person",
    "courses.RelativeRequest.person",
    "courses.ReminderChoice.person",
    "courses.SubstituteLink.taken_by",
    "courses.WaitingEntry.person",
    "live.HeldMessage.person",
    "live.Muting.person",
    "live.RoomEvent.person",
    "live.SentLink.person",
    "live.Visit.person",
    "live.Vote.person",
    "branches.Absence.person",
    "branches.BranchActivity.chair",
    "branches.BranchActivity.recorder",
    "branches.BranchMembership.person",
    "branches.BranchOffice.person",
    "branches.BranchRecord.chair",
    "branches.BranchRecord.recorder",
    "branches.Citation.person",
    "branches.Delivery.visitor",
    "branches.Participation.person",
    "branches.Handover.incoming",
    "branches.Handover.outgoing",
    "branches.Inspection.auditor",
    "branches.StudyOrder.person",
    "branches.TalentCard.person",
} - set(merging.STAYS)


@pytest.fixture
def kept():
    return factories.person("王秀兰", phone="13800000001")


@pytest.fixture
def dropped():
    return factories.person("王秀蓝", other_phone="0532-86660000", residence="石桥社区")


@pytest.fixture
def clerk():
    person = factories.person("周敏", born_on=date(1983, 7, 14))
    services.grant_role(
        person=person, role=RoleGrant.Role.REGISTRAR, organisation=person.organisation
    )
    return factories.login(person)


def merge(kept, dropped, **more):
    made = merging.merge(kept=kept, dropped=dropped, by=more.pop("by", None), **more)
    kept.refresh_from_db()
    dropped.refresh_from_db()
    return made


def undo(made, **more):
    merging.undo(merge=made, by=None, **more)
    made.kept.refresh_from_db()
    made.dropped.refresh_from_db()


def test_every_row_that_points_to_a_person_moves_or_says_why_it_stays():
    names = {merging.name_of(field) for field in merging.relations()}

    assert names == MOVED | set(merging.STAYS)


def test_empty_facts_are_filled_and_chosen_ones_taken(kept, dropped):
    merge(kept, dropped, taken=["name"])

    assert (kept.name, kept.pinyin_letters) == ("王秀蓝", "wangxiulan")
    assert kept.phone == "13800000001"
    assert kept.other_phone == "0532-86660000"
    assert kept.residence == "石桥社区"


def test_what_belongs_to_the_second_file_belongs_to_the_first(kept, dropped):
    group = factories.class_group()
    seat = factories.seat(group, dropped)
    Relative.objects.create(person=dropped, name="何雅琴", phone="13800000004")
    daughter = factories.login()
    services.allow_proxy(person=dropped, agent=daughter, relation="child")

    merge(kept, dropped)

    assert Enrolment.objects.get(pk=seat.pk).person == kept
    assert kept.relatives.get().name == "何雅琴"
    assert queries.person_acted_for(user=daughter, pk=kept.pk) == kept


def test_the_second_file_is_in_no_list_and_its_login_leads_to_the_first(kept, dropped, clerk):
    own, other = factories.login(kept), factories.login(dropped)

    merge(kept, dropped)

    assert dropped not in queries.files_seen_by(clerk)
    assert queries.own_file(own) == queries.own_file(other) == kept


def test_both_may_hold_the_same_id_number(kept, dropped):
    for person, number in ((kept, ""), (dropped, "370202195503080027")):
        person.id_number = number
        services.prepare_file(person)
        person.save()

    made = merge(kept, dropped)
    assert kept.id_number == "370202195503080027"

    undo(made)
    assert (made.kept.id_number, made.dropped.id_number) == ("", "370202195503080027")


def test_a_consent_that_both_gave_stays_with_each(kept, dropped):
    for person in (kept, dropped):
        consents.give(person=person, kind=Notice.Kind.BASIC, way="paper", paper="柜 3", by=None)

    merge(kept, dropped)

    assert kept.consents.count() == dropped.consents.count() == 1


# What stands against it


def test_two_seats_in_one_class_are_settled_first(kept, dropped):
    group = factories.class_group(name="行书入门")
    for person in (kept, dropped):
        factories.seat(group, person)

    with pytest.raises(MergeRefused, match=r"行书入门.*先退掉一个"):
        merge(kept, dropped)

    assert Enrolment.objects.filter(person=dropped).exists()
    assert not Merge.objects.exists()


def test_two_home_branches_are_settled_first(kept, dropped):
    for number, person in enumerate((kept, dropped)):
        branch = Branch.add_root(name=f"第{number}支部", organisation=person.organisation)
        BranchMembership.objects.create(
            branch=branch, person=person, kind="home", starts_on=date(2020, 1, 1)
        )

    with pytest.raises(MergeRefused, match="组织关系"):
        merge(kept, dropped)


def test_two_id_numbers_are_two_people(kept, dropped):
    for person, number in ((kept, "370202195503080027"), (dropped, "370202195503080043")):
        person.id_number = number
        services.prepare_file(person)
        person.save()

    with pytest.raises(MergeRefused, match="像是两个人"):
        merge(kept, dropped)


def test_a_file_is_not_merged_with_itself_nor_twice(kept, dropped):
    with pytest.raises(MergeRefused, match="同一份"):
        merge(kept, kept)
    merge(kept, dropped)
    with pytest.raises(MergeRefused, match="不用了"):
        merge(factories.person("王秀兰"), dropped)


def test_who_acts_for_the_other_is_settled_first(kept, dropped):
    services.allow_proxy(person=dropped, agent=factories.login(kept), relation="child")

    with pytest.raises(MergeRefused, match="取消代办"):
        merge(kept, dropped)


# Attendance and the ledger


@pytest.fixture
def studied(kept, dropped):
    """Both were in one class on two devices; the second file was in another one alone."""
    HoursRule.objects.create(
        organisation=kept.organisation, version="2026-1", valid_from=date(2026, 1, 1)
    )
    both, alone = [
        factories.session(factories.class_group(name=name), starts_at=NOW - timedelta(days=days))
        for name, days in (("行书入门", 3), ("太极拳", 2))
    ]

    def was_there(person, session, start, end):
        began = session.starts_at
        spans = [
            [(began + timedelta(minutes=at)).isoformat() for at in (start, end)],
        ]
        Attendance.objects.create(
            session=session,
            person=person,
            mode=StudyMode.LIVE,
            seconds=(end - start) * 60,
            session_seconds=5400,
            spans=spans,
            is_present=(end - start) >= 54,
        )

    was_there(kept, both, 0, 60)
    was_there(dropped, both, 30, 90)
    was_there(dropped, alone, 0, 90)
    for session in (both, alone):
        ledger.post_session(session=session)
    return both, alone


def ledger_of(person):
    entries = StudyEntry.objects.filter(person=person, reversed_by=None, is_reversal=False)
    return {entry.session_id: entry.minutes for entry in entries}


def test_minutes_are_united_and_the_ledger_follows_without_a_line_changed(kept, dropped, studied):
    both, alone = studied
    before = list(StudyEntry.objects.order_by("pk").values())

    merge(kept, dropped)

    assert ledger_of(kept) == {both.pk: 90, alone.pk: 90}
    assert ledger_of(dropped) == {}
    assert list(StudyEntry.objects.order_by("pk").values())[: len(before)] == before
    assert Attendance.objects.get(session=both).seconds == 5400


def test_taken_apart_everybody_has_their_own_again(kept, dropped, studied):
    both, alone = studied
    facts = list(
        Attendance.objects.order_by("person", "session").values(
            "person", "session", "seconds", "spans", "is_present"
        )
    )
    made = merge(kept, dropped)

    undo(made)

    assert ledger_of(kept) == {both.pk: 60}
    assert ledger_of(dropped) == {both.pk: 60, alone.pk: 90}
    assert (
        list(
            Attendance.objects.order_by("person", "session").values(
                "person", "session", "seconds", "spans", "is_present"
            )
        )
        == facts
    )


def test_a_repair_of_the_ledger_finds_nothing_to_do(kept, dropped, studied):
    made = merge(kept, dropped)
    assert ledger.post_missed(days=None) == 0

    undo(made)
    assert ledger.post_missed(days=None) == 0


def test_a_replay_seen_by_both_files_is_united_and_parted_again(kept, dropped, studied):
    both, alone = (open_room(session=session) for session in studied)

    def saw(person, room, start, end):
        return ReplayStudy.objects.create(
            classroom=room,
            person=person,
            spans=[[start, end]],
            seconds=end - start,
            told_seconds=end - start,
            seen_at=NOW,
            enough_at=NOW,
        )

    saw(kept, both, 0, 60)
    saw(dropped, both, 30, 90)
    saw(dropped, alone, 0, 90)
    rows = ReplayStudy.objects.order_by("pk")
    facts = list(rows.values("person", "classroom", "spans", "seconds", "told_seconds"))

    made = merge(kept, dropped)

    of_kept = {row.classroom: row for row in rows.filter(person=kept)}
    assert {room: row.spans for room, row in of_kept.items()} == {
        both: [[0, 90]],
        alone: [[0, 90]],
    }
    # Their one line of study is told anew.
    assert (of_kept[both].seconds, of_kept[both].told_seconds) == (90, 0)
    # The row that a cover still holds is told by nobody.
    assert {study.person for study in library.made_up_since()} <= {kept}

    undo(made)

    assert list(rows.values("person", "classroom", "spans", "seconds", "told_seconds")) == facts


# Taking it back


def test_undone_everything_is_where_it_was(kept, dropped):
    seat = factories.seat(factories.class_group(), dropped)
    visit_count = Visit.objects.filter(person=dropped).count()
    before = {
        person.pk: Person.objects.filter(pk=person.pk).values().get() for person in (kept, dropped)
    }

    made = merge(kept, dropped, taken=["name", "phone"])
    undo(made)

    assert {pk: Person.objects.filter(pk=pk).values().get() for pk in before} == before
    assert Enrolment.objects.get(pk=seat.pk).person == dropped
    assert Visit.objects.filter(person=dropped).count() == visit_count


def test_what_was_corrected_since_stays_corrected(kept, dropped):
    made = merge(kept, dropped, taken=["name"])
    kept.residence = "望湖社区"
    services.save_file(person=kept)

    undo(made)

    assert (made.kept.residence, made.kept.name) == ("望湖社区", "王秀兰")


def test_after_a_day_it_stays_merged(kept, dropped):
    made = merge(kept, dropped, now=NOW)

    with pytest.raises(MergeRefused, match="超过一天"):
        undo(made, now=NOW + timedelta(days=1))
    undo(made, now=NOW + timedelta(hours=23))
    undo(made, now=NOW + timedelta(days=9))  # Twice is harmless.


def test_what_moved_is_sealed_and_every_step_is_in_the_log(kept, dropped, clerk):
    made = merge(kept, dropped, by=clerk)
    undo(made)

    with connection.cursor() as cursor:
        cursor.execute("SELECT facts, journal FROM accounts_merge")
        stored = " ".join(map(str, cursor.fetchone()))
    assert "13800000001" not in stored
    assert "石桥" not in stored
    actions = AuditLine.objects.filter(action__in=["files.merged", "files.parted"])
    assert sorted(actions.values_list("action", "person_id")) == sorted(
        (action, person.pk)
        for action in ("files.merged", "files.parted")
        for person in (kept, dropped)
    )
    assert audit.verify().broken is None


# Suggestions


def suggested():
    return [(pair.one.name, pair.other.name) for pair in pairs(Person.objects.kept())]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "王秀兰"},
        {"name": "王秀蓝"},
        {"name": "汪秀兰", "born_on": date(1950, 1, 1), "phone": "13812345678"},
        {"name": "王小兰", "phone": "13812345678"},
        {"name": "王秀兰", "born_on": date(1950, 1, 1), "phone": "13900005678"},
    ],
)
def test_files_that_agree_are_suggested(other):
    factories.person("王秀兰", phone="13812345678")
    factories.person(**other)
    factories.person("旁人", born_on=date(1949, 1, 1), phone="13700000000")

    assert suggested() == [("王秀兰", other["name"])]


def test_a_couple_on_one_telephone_is_not_suggested():
    factories.person("陈志明", born_on=date(1953, 4, 9), phone="13812345678")
    factories.person("刘淑英", born_on=date(1955, 12, 25), phone="13812345678")

    assert suggested() == []


def test_two_who_were_told_apart_are_not_suggested_again(kept, dropped):
    assert suggested()
    merging.say_not_same(one=dropped, other=kept, by=None)
    merging.say_not_same(one=kept, other=dropped, by=None)

    assert suggested() == []


def test_a_merged_pair_is_not_suggested_again(kept, dropped):
    merge(kept, dropped)

    assert suggested() == []


def test_suggestions_ask_as_much_for_many_files_as_for_few(django_assert_num_queries):
    for number in range(20):
        factories.person("王秀兰", phone=f"1380000{number:04d}")

    with django_assert_num_queries(7):
        pairs(Person.objects.kept())


# Pages


def test_a_registrar_merges_on_one_page_and_takes_it_back(client, kept, dropped, clerk):
    client.force_login(clerk)
    assert "王秀蓝" in client.get(reverse("merging:duplicates")).content.decode()
    compare = reverse("merging:compare", args=[kept.pk, dropped.pk])
    page = client.get(compare).content.decode()
    assert "138****0001" in page
    assert "13800000001" not in page

    client.post(compare, {"take": ["name"]})

    dropped.refresh_from_db()
    assert dropped.merged_into == kept
    made = Merge.objects.get()
    assert (made.merged_by, made.kept.name) == (clerk, "王秀蓝")
    client.post(reverse("merging:undo", args=[made.pk]))
    dropped.refresh_from_db()
    assert dropped.merged_into is None


def test_the_page_says_what_stands_against_it_and_changes_nothing(client, kept, dropped, clerk):
    group = factories.class_group(name="行书入门")
    for person in (kept, dropped):
        factories.seat(group, person)
    client.force_login(clerk)
    compare = reverse("merging:compare", args=[kept.pk, dropped.pk])

    assert "先退掉一个" in client.get(compare).content.decode()
    refused = client.post(compare)

    assert refused.status_code == 422
    assert "先退掉一个" in refused.content.decode()
    assert not Merge.objects.exists()


def test_a_file_of_another_county_is_neither_shown_nor_merged(client, kept, clerk):
    far = factories.person("王秀兰", organisation=factories.organisation("远山县"))
    client.force_login(clerk)

    assert client.get(reverse("merging:duplicates")).context["pairs"] == []
    for one, other in ((kept, far), (far, kept)):
        assert client.post(reverse("merging:compare", args=[one.pk, other.pk])).status_code == 404
    assert not Merge.objects.exists()


def test_two_people_are_told_apart_with_one_press(client, kept, dropped, clerk):
    client.force_login(clerk)

    client.post(reverse("merging:not_same", args=[kept.pk, dropped.pk]))

    assert client.get(reverse("merging:duplicates")).context["pairs"] == []


def test_an_old_merge_offers_no_undo(client, kept, dropped, clerk):
    merge(kept, dropped, now=timezone.now() - timedelta(days=2))
    client.force_login(clerk)

    assert "撤销合并" not in client.get(reverse("merging:duplicates")).content.decode()

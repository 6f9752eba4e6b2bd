"""What people were told and agreed to."""

import json
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import audit, consents, services
from accounts.errors import ConsentRefused, FileFrozen
from accounts.files import merging
from accounts.models import AuditLine, Consent, Merge, Notice, RosterChunk, RosterImport, Way
from accounts.rights import first_notices, freezing, prose
from accounts.rights.prose import Block
from accounts.roster.entries import Entry, Verdict, pack, unpack
from accounts.roster.rows import Row, Values
from courses import queries as courses
from courses.errors import ConsentWithdrawn
from tests import factories

BASIC, SENSITIVE = Notice.Kind.BASIC, Notice.Kind.SENSITIVE
NOW = timezone.now()
ID_NUMBER = "370202195503081229"


@pytest.fixture
def person(db):
    return factories.person("王秀兰", phone="13700000001")


@pytest.fixture
def login(person):
    return factories.login(person)


def give(person, kind=BASIC, *, way=Way.ONLINE, by=None, **facts):
    return consents.give(person=person, kind=kind, way=way, by=by, **facts)


def withdraw(person, kind=BASIC, *, way=Way.ONLINE, by=None, **facts):
    return consents.withdraw(person=person, kind=kind, way=way, by=by, **facts)


# Notices


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_a_new_school_has_the_first_version_of_both_notices(db, kind):
    notice = consents.current_notice(kind)

    assert (notice.version, notice.text) == (1, first_notices.text(kind, "zh"))
    assert notice.text_en == first_notices.text(kind, "en")


def test_a_newer_version_is_added_and_the_older_stays(db):
    first = consents.current_notice(BASIC)

    second = consents.publish(kind=BASIC, text="# 新的\n", by=None)

    assert (second.version, second.text) == (2, "# 新的")
    assert consents.current_notice(BASIC) == second
    assert Notice.objects.get(pk=first.pk).text == first.text


def test_a_version_that_is_published_later_does_not_hold_yet(db):
    consents.publish(kind=BASIC, text="明天起", by=None, now=NOW + timedelta(days=1))

    assert consents.current_notice(BASIC, now=NOW).version == 1


def test_an_empty_notice_is_not_published(db):
    with pytest.raises(ConsentRefused):
        consents.publish(kind=BASIC, text=" \n", by=None)


@pytest.mark.parametrize(
    "change",
    ["UPDATE accounts_notice SET text = 'x'", "DELETE FROM accounts_notice"],
    ids=["update", "delete"],
)
def test_the_database_refuses_to_change_a_notice(db, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert Notice.objects.filter(version=1).count() == 2


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("# 标题", [Block("heading", ("标题",))]),
        ("一\n二", [Block("text", ("一 二",))]),
        ("一\n\n二", [Block("text", ("一",)), Block("text", ("二",))]),
        ("- 一\n- 二\n三", [Block("list", ("一", "二")), Block("text", ("三",))]),
        ("-5 度", [Block("text", ("-5 度",))]),
        ("<b>粗</b>", [Block("text", ("<b>粗</b>",))]),
    ],
    ids=["nothing", "heading", "one paragraph", "two", "list", "minus", "markup is text"],
)
def test_a_notice_is_read_in_blocks(text, blocks):
    assert list(prose.blocks(text)) == blocks


# Giving


def test_a_consent_says_how_by_whom_and_to_what(person, login):
    consent = give(person, by=login, now=NOW)

    assert (consent.notice, consent.way, consent.given_at, consent.given_by) == (
        consents.current_notice(BASIC),
        Way.ONLINE,
        NOW,
        login,
    )
    assert consents.has_consented(person, BASIC)
    assert not consents.has_consented(person, SENSITIVE)


def test_agreeing_twice_is_one_consent_and_one_line(person):
    first = give(person)
    lines = AuditLine.objects.count()

    assert give(person) == first
    assert AuditLine.objects.count() == lines


def test_a_paper_needs_its_number(person):
    with pytest.raises(ConsentRefused, match="签字的纸"):
        give(person, way=Way.PAPER, paper=" ")

    assert not Consent.objects.exists()


def test_a_consent_by_proxy_is_written_down_as_done_for_somebody(person, login):
    give(factories.person("何彩兰"), way=Way.PROXY, by=login)

    line = AuditLine.objects.first()
    assert (line.action, line.actor, line.on_behalf_of.name) == (
        audit.Action.CONSENT_GIVEN,
        login,
        "何彩兰",
    )
    assert line.details == {"kind": "basic", "version": 1, "way": "proxy"}


def test_nobody_agrees_for_the_dead(person):
    freezing.freeze_file(person=person, deceased_on=timezone.localdate(), by=None)

    with pytest.raises(FileFrozen):
        give(person)


def test_whoever_takes_a_file_agrees_to_the_basic_notice(person):
    login = factories.login(phone=person.phone)

    consents.take_own_file(user=login, person=person, now=NOW)

    consent = Consent.objects.get()
    assert (consent.person, consent.notice.kind, consent.given_by) == (person, BASIC, login)


def test_whoever_opens_a_file_agrees_to_the_basic_notice(db):
    opened = consents.open_own_file(
        user=factories.login(),
        name="李国强",
        sex="m",
        born_on=date(1950, 1, 1),
        organisation=factories.organisation(),
    )

    assert consents.has_consented(opened, BASIC)


# A newer version


def test_who_agreed_to_an_older_version_is_asked_again_and_stays_agreed(person):
    give(person)
    newer = consents.publish(kind=BASIC, text="新的", by=None)

    assert consents.asked_again(person) == [newer]
    assert consents.has_consented(person, BASIC)

    give(person)
    assert consents.asked_again(person) == []


def test_who_was_never_asked_is_not_asked_again(person):
    consents.publish(kind=BASIC, text="新的", by=None)

    assert consents.asked_again(person) == []


# Taking back


def test_taking_back_ends_every_version(person, login):
    give(person)
    consents.publish(kind=BASIC, text="新的", by=None)
    give(person)

    assert withdraw(person, by=login)

    assert not consents.has_consented(person, BASIC)
    assert consents.has_withdrawn(person, BASIC)
    ends = Consent.objects.values_list("withdrawn_by", flat=True)
    assert list(ends) == [login.pk, login.pk]


def test_taking_back_twice_is_harmless(person):
    give(person)
    withdraw(person)
    lines = AuditLine.objects.count()

    assert not withdraw(person)
    assert AuditLine.objects.count() == lines


def test_who_agrees_again_has_not_withdrawn(person):
    give(person)
    withdraw(person)

    give(person)

    assert not consents.has_withdrawn(person, BASIC)
    basic = consents.standing(person)[0]
    assert (basic.is_current, basic.withdrawn_at) == (True, None)


def test_taking_back_the_basic_consent_ends_messages_before_class(person):
    person.wants_class_sms = True
    services.save_file(person=person)
    give(person)

    withdraw(person)

    person.refresh_from_db()
    assert not person.wants_class_sms


def test_who_took_the_basic_consent_back_gets_no_new_seat_and_keeps_the_old(person):
    held, wanted = factories.class_group(), factories.class_group()
    factories.seat(held, person)
    give(person)
    withdraw(person)

    with pytest.raises(ConsentWithdrawn, match="撤回了"):
        factories.seat(wanted, person)

    assert courses.seat_of(person=person, class_group=held)
    give(person)
    assert factories.seat(wanted, person)


def test_taking_back_the_sensitive_consent_deletes_the_three_items(
    person, django_capture_on_commit_callbacks
):
    services.check_not_frozen(person)
    person.id_number, person.health_note = ID_NUMBER, "腿脚不便"
    person.photo.save("face.jpg", ContentFile(b"a face"), save=False)
    services.save_file(person=person)
    storage, name = person.photo.storage, person.photo.name
    give(person, SENSITIVE)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw(person, SENSITIVE)

    person.refresh_from_db()
    assert (person.id_number, person.id_index, person.health_note, person.photo.name) == (
        "",
        "",
        "",
        "",
    )
    assert not storage.exists(name)
    assert person.phone == "13700000001"


def test_it_deletes_them_in_merged_files_and_in_what_would_part_them(person):
    cover = factories.person("王秀兰", id_number=ID_NUMBER, health_note="腿脚不便")
    merging.merge(kept=person, dropped=cover, by=None)
    give(person, SENSITIVE)

    withdraw(person, SENSITIVE)

    cover.refresh_from_db()
    assert (cover.id_number, cover.id_index, cover.health_note) == ("", "", "")
    merge = Merge.objects.get()
    assert ID_NUMBER not in merge.facts
    merging.undo(merge=merge, by=None)
    cover.refresh_from_db()
    assert (cover.id_number, cover.merged_into) == ("", None)


def test_it_deletes_them_in_the_rows_of_rosters(person):
    values = Values(
        name="王秀兰", born_on=person.born_on, id_number=ID_NUMBER, health_note="病", phone="1"
    )
    entry = Entry(row=Row(3, values), cells=["王秀兰", ID_NUMBER], verdict=Verdict.SAME.value)
    roster = RosterImport.objects.create(organisation=person.organisation, file_name="名册")
    RosterChunk.objects.create(roster=roster, number=0, marks="s", content=pack([entry]))
    give(person, SENSITIVE)

    withdraw(person, SENSITIVE)

    [kept] = unpack(RosterChunk.objects.get().content)
    assert (kept.row.values.id_number, kept.row.values.health_note, kept.cells) == ("", "", [])
    assert (kept.row.values.name, kept.row.values.phone) == ("王秀兰", "1")


def test_the_log_says_which_items_went_and_not_what_they_said(person):
    person.id_number = ID_NUMBER
    services.save_file(person=person)
    give(person, SENSITIVE)

    withdraw(person, SENSITIVE)

    said = list(AuditLine.objects.values_list("action", "details")[:2])
    assert said[0] == (
        audit.Action.CONSENT_WITHDRAWN,
        {"kind": "sensitive", "version": 1, "way": "online"},
    )
    assert "id_number" in said[1][1]["fields"]
    assert ID_NUMBER not in json.dumps(said)

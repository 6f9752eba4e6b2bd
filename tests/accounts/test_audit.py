"""The audit log: its chain, what guards it, and who reads it."""

import io
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts import audit, services
from accounts.models import AuditLine, AuditTail, Person, RoleGrant
from tests import factories

pytestmark = pytest.mark.django_db

NINE = datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture
def lines():
    """Five lines about five files."""
    people = [
        factories.person(name) for name in ("王秀兰", "李国强", "张桂芳", "何彩兰", "孙慧珍")
    ]
    return [audit.record(audit.Action.FILE_SEEN, by=None, person=person) for person in people]


def unguarded(statement, *values):
    """What somebody with the database's password could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DROP TRIGGER audit_line_is_not_changed ON accounts_auditline")
            cursor.execute(statement, values)
        else:
            cursor.execute("DROP TRIGGER audit_line_is_not_updated")
            cursor.execute("DROP TRIGGER audit_line_is_not_deleted")
            cursor.execute(statement, values)


# The chain


def test_an_untouched_log_is_whole(lines):
    assert audit.verify() == audit.Verdict(AuditLine.objects.count())


def test_an_empty_log_is_whole():
    assert audit.verify() == audit.Verdict(0)


def test_every_line_follows_the_one_before_it(lines):
    found = list(AuditLine.objects.order_by("number"))

    assert [line.number for line in found] == list(range(1, len(found) + 1))
    assert found[0].previous_hash == audit.NOTHING
    for before, line in pairwise(found):
        assert line.previous_hash == before.hash


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts_auditline SET details = '{\"fields\": []}' WHERE number = %s",
        "UPDATE accounts_auditline SET person_id = NULL WHERE number = %s",
        "UPDATE accounts_auditline SET action = 'file.opened' WHERE number = %s",
        "UPDATE accounts_auditline SET at = '2020-01-01 00:00:00+00:00' WHERE number = %s",
        "DELETE FROM accounts_auditline WHERE number = %s",
    ],
)
def test_a_line_changed_behind_the_application_is_named(lines, change):
    number = lines[2].number

    unguarded(change, number)

    assert audit.verify().broken == number
    assert audit.verify().checked == number - 1


def test_a_line_changed_together_with_its_own_hash_breaks_the_next_one(lines):
    forged = AuditLine.objects.get(pk=lines[2].pk)
    forged.person = None
    unguarded(
        "UPDATE accounts_auditline SET person_id = NULL, hash = %s WHERE number = %s",
        audit.hash_of(forged),
        forged.number,
    )

    assert audit.verify().broken == forged.number + 1


def test_lines_cut_off_from_the_end_are_missed(lines):
    unguarded("DELETE FROM accounts_auditline WHERE number >= %s", lines[3].number)

    assert audit.verify().broken == lines[3].number


def test_a_log_without_its_tail_is_not_whole(lines):
    AuditTail.objects.all().delete()

    assert audit.verify().broken == lines[-1].number + 1


@pytest.mark.parametrize(
    "change", ["UPDATE accounts_auditline SET action = 'x'", "DELETE FROM accounts_auditline"]
)
def test_the_database_refuses_to_change_a_line(lines, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(change)


def test_what_is_undone_is_not_written_down():
    person = factories.person()
    count = AuditLine.objects.count()

    with transaction.atomic():
        audit.record(audit.Action.FILE_SEEN, by=None, person=person)
        transaction.set_rollback(True)

    assert AuditLine.objects.count() == count
    assert audit.verify().broken is None


def test_many_lines_are_written_in_four_statements(django_assert_num_queries):
    people = [factories.person() for _ in range(20)]

    with django_assert_num_queries(5):  # SAVEPOINT, tail, lines, tail, RELEASE
        audit.record_many([audit.Line(audit.Action.FILE_SEEN, None, each) for each in people])

    assert audit.verify().broken is None


def test_the_command_says_how_many_lines_and_which_is_broken(lines, capsys):
    call_command("verify_audit")
    assert f"lines checked: {AuditLine.objects.count()}" in capsys.readouterr().out

    unguarded("DELETE FROM accounts_auditline WHERE number = %s", lines[1].number)

    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")
    assert ended.value.code == 1
    assert f"first broken line: {lines[1].number} " in capsys.readouterr().out


# What is written


def test_a_changed_file_says_which_fields_and_not_what_they_held():
    person = factories.person(phone="13812345678")
    clerk = factories.login(factories.person("周敏"))
    person.phone, person.residence = "13987654321", "石桥社区 5 号"

    services.save_file(person=person, by=clerk)

    line = AuditLine.objects.first()
    assert (line.action, line.actor, line.person) == ("file.changed", clerk, person)
    assert line.details == {"fields": ["phone", "residence"]}


def test_a_file_saved_without_a_change_writes_nothing():
    person = factories.person()
    count = AuditLine.objects.count()

    services.save_file(person=Person.objects.get(pk=person.pk))

    assert AuditLine.objects.count() == count


# Who reads


@pytest.fixture
def county():
    return factories.organisation("望湖区")


@pytest.fixture
def auditor(county):
    person = factories.person("陆青", organisation=county)
    services.grant_role(person=person, role=RoleGrant.Role.AUDITOR, organisation=county)
    return factories.login(person)


def read(client, **choice):
    return [
        line.person.name
        for line in client.get(reverse("audit:list"), choice).context["lines"]
        if line.person
    ]


def test_an_auditor_reads_of_their_own_county_and_beneath(client, county, auditor):
    street = factories.organisation("文昌街道", parent=county)
    factories.person("本区人", organisation=street)
    factories.person("外区人", organisation=factories.organisation("东溪区"))
    client.force_login(auditor)

    names = read(client)

    assert "本区人" in names
    assert "外区人" not in names
    assert "外区人" not in read(client, q="外区人")


def test_lines_of_no_organisation_are_read_at_the_root_alone(client, county, auditor):
    street = factories.organisation("文昌街道", parent=county)
    below = factories.person("街道审计", organisation=street)
    services.grant_role(person=below, role=RoleGrant.Role.AUDITOR, organisation=street)
    audit.record(audit.Action.LOG_EXPORTED, by=auditor, count=1)

    client.force_login(auditor)
    assert client.get(reverse("audit:list"), {"action": "audit.exported"}).context["lines"]
    client.force_login(factories.login(below))
    assert not client.get(reverse("audit:list"), {"action": "audit.exported"}).context["lines"]


@pytest.mark.parametrize("words", ["何彩兰", "何彩", "hecai", "he cai", "hcl", "陆青"])
def test_lines_are_found_by_whom_they_are_about_and_who_did_it(client, county, auditor, words):
    person = factories.person("何彩兰", organisation=county)
    audit.record(audit.Action.FILE_SEEN, by=auditor, person=person)
    factories.person("别的人", organisation=county)
    client.force_login(auditor)

    assert "何彩兰" in read(client, q=words)
    assert "别的人" not in read(client, q=words)


def test_lines_are_chosen_by_day_and_a_wrong_day_is_said(client, county, auditor):
    person = factories.person("何彩兰", organisation=county)
    old = audit.record(audit.Action.FILE_SEEN, by=None, person=person, now=NINE)
    client.force_login(auditor)

    def numbers(**choice):
        return [each.number for each in client.get(reverse("audit:list"), choice).context["lines"]]

    assert numbers(since="2026-11-20", until="2026.11.20") == [old.number]
    assert old.number not in numbers(until="2026-11-19")
    assert old.number not in numbers(since="2026年11月21日")
    assert "请写成" in client.get(reverse("audit:list"), {"since": "昨天"}).content.decode()


def test_an_agent_is_named_and_not_numbered(client, county, auditor):
    person = factories.person("何彩兰", organisation=county)
    daughter = factories.login(factories.person("何雅琴", organisation=county))
    services.allow_proxy(person=person, agent=daughter, relation="child")
    client.force_login(auditor)

    page = client.get(reverse("audit:list"), {"action": "proxy.granted"}).content.decode()

    assert "代办人：何雅琴" in page
    assert "关系：子女" in page


def test_the_page_asks_as_much_for_fifty_lines_as_for_five(client, county, auditor):
    client.force_login(auditor)

    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("audit:list"))
        return len(found)

    factories.person(organisation=county)
    before = queries()
    for _ in range(60):
        factories.person(organisation=county)

    assert queries() == before


def test_the_file_holds_the_chosen_lines_as_text_and_says_who_took_it(client, county, auditor):
    factories.person("=1+1", organisation=county)
    client.force_login(auditor)

    answer = client.get(reverse("audit:excel"), {"action": "file.opened"})

    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]
    taken = AuditLine.objects.first()
    assert (taken.action, taken.actor) == ("audit.exported", auditor)
    assert taken.details == {
        "count": AuditLine.objects.filter(action="file.opened", organisation=county).count()
    }

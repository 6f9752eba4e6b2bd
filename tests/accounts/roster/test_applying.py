import contextlib
import threading
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from accounts import audit, services
from accounts.errors import RosterRefused
from accounts.models import (
    AuditLine,
    Consent,
    Person,
    Relative,
    RosterChunk,
    RosterImport,
    RosterRow,
)
from accounts.roster import applying
from accounts.roster.entries import unpack
from tests.accounts.roster import school
from tests.accounts.roster.school import ID, kept, row

pytestmark = pytest.mark.django_db

Action = audit.Action


@pytest.fixture(autouse=True)
def county():
    return school.county()


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr("accounts.roster.previewing.ROWS_A_CHUNK", 2)


def marks(roster) -> str:
    return "".join(applying.marks_of(roster))


def names() -> list[str]:
    found = Person.objects.exclude(kind="staff").order_by("pk")
    return list(found.values_list("name", flat=True))


def lines(*actions: str) -> list[tuple]:
    found = AuditLine.objects.filter(action__in=actions).order_by("number")
    return [(line.action, line.person and line.person.name, line.details) for line in found]


# Written


def test_a_new_file_has_all_that_the_row_says_and_the_keys_it_is_found_by():
    headings = [
        *school.HEADINGS,
        "人员类别",
        "住址",
        "行动不便",
        "家属姓名",
        "与本人关系",
        "家属电话",
    ]
    typed = [
        *row(phone="13800000001", id_number=ID("19500308", "022")),
        *["离休", "槐树路1号", "是", "何雅琴", "女儿", "13800000004"],
    ]
    applying.apply_all(roster=kept(typed, headings=headings))

    person = Person.objects.get(name="王秀兰")
    assert (person.sex, person.born_on, person.phone) == ("f", date(1950, 3, 8), "13800000001")
    assert (person.kind, person.residence, person.moves_badly) == ("lixiu", "槐树路1号", True)
    assert (person.organisation, person.id_number) == (school.unit(), "")
    assert (person.pinyin, person.phone_tail) == ("wang xiu lan", "0001")
    relative = person.relatives.get()
    assert (relative.name, relative.relation, relative.phone) == ("何雅琴", "女儿", "13800000004")


def test_with_consent_the_id_number_is_kept_and_the_consent_written_down():
    number = ID("19500308", "022")
    roster = kept(row(id_number=number), with_consent=True)
    applying.apply_all(roster=roster)

    person = Person.objects.get(name="王秀兰")
    assert person.id_number == number
    consent = Consent.objects.get(person=person)
    assert (consent.notice.kind, consent.way) == ("sensitive", "paper")
    assert consent.paper == f"名册 {roster.pk}"


def test_a_doubtful_id_number_is_never_kept():
    bad = ID("19500308", "022")[:-1] + "0"
    roster = kept(row(id_number=bad), with_consent=True)
    applying.apply_all(roster=roster)
    assert marks(roster) == "r"
    assert names() == []


def test_changes_are_written_as_they_were_shown_and_leave_the_rest():
    person = school.file(phone="13800000001", residence="槐树路1号", health_note="听力不好")
    Relative.objects.create(person=person, name="何雅琴", phone="13900000009")
    headings = [*school.HEADINGS, "住址", "家属姓名", "家属电话"]
    typed = [*row(phone="13900000002", unit="机械厂"), "", "何雅琴", "13800000004"]

    applying.apply_all(roster=kept(typed, headings=headings))

    person.refresh_from_db()
    assert (person.phone, person.phone_tail) == ("13900000002", "0002")
    assert (person.residence, person.health_note) == ("槐树路1号", "听力不好")
    assert person.organisation == school.unit("机械厂")
    assert person.relatives.get().phone == "13800000004"


def test_the_same_roster_again_changes_nothing():
    typed = [row(phone="13800000001"), row("李国强", "1950.03"), row("张桂芳")]
    applying.apply_all(roster=kept(*typed))
    before = list(Person.objects.order_by("pk").values())

    again = kept(*typed)
    applying.apply_all(roster=again)

    assert marks(again) == "sss"
    assert list(Person.objects.order_by("pk").values()) == before


def test_what_is_not_clean_is_not_written():
    roster = kept(row(), row("李国强", unit="纺织厂"), row("", "1950-01-01"))
    assert applying.apply_all(roster=roster) == 1
    assert (marks(roster), names()) == ("Nrx", ["王秀兰"])
    roster.refresh_from_db()
    assert (roster.state, roster.counts) == (
        "applied",
        {"new": 1, "same": 0, "changed": 0, "review": 1, "refused": 1},
    )


def test_every_file_written_has_its_line_in_the_audit_log():
    school.file()
    by = school.registrar()
    roster = kept(row(phone="13800000001"), row("李国强"), by=by)
    applying.apply_all(roster=roster, by=by)

    found = lines(Action.FILE_OPENED, Action.FILE_CHANGED, Action.ROSTER_APPLIED)[-3:]
    assert found == [
        ("file.opened", "李国强", {"roster": roster.pk}),
        ("file.changed", "王秀兰", {"roster": roster.pk, "fields": ["phone"]}),
        ("roster.applied", None, {"roster": roster.pk, "new": 1, "changed": 1}),
    ]
    assert AuditLine.objects.order_by("-number").first().actor == by
    assert audit.verify().broken is None


def test_no_personal_data_stands_in_the_audit_log():
    number = ID("19500308", "022")
    roster = kept(row(id_number=number, phone="13800000001"), with_consent=True)
    applying.apply_all(roster=roster)
    said = str(list(AuditLine.objects.values_list("details", flat=True)))
    assert not [secret for secret in (number, "13800000001", "王秀兰") if secret in said]


def test_only_the_chosen_rows_are_written_and_the_rest_can_follow():
    school.file()
    by = school.registrar()
    roster = kept(row(phone="13800000001"), row("李国强"))
    for choice, found, state in (("new", "cN", "previewed"), ("changed", "CN", "applied")):
        applying.begin(roster=roster, choice=choice, by=by)
        applying.apply(pk=roster.pk)
        roster.refresh_from_db()
        assert (marks(roster), roster.state) == (found, state)


def test_there_must_be_something_to_write():
    school.file()
    roster = kept(row())
    with pytest.raises(RosterRefused, match="没有要写入的行"):
        applying.begin(roster=roster, choice="clean", by=school.registrar())


# What has changed since the preview


def test_a_file_that_changed_meanwhile_goes_back_to_a_person():
    person = school.file(phone="13800000001")
    roster = kept(row(phone="13900000002"), row("李国强"))
    person.phone = "13800000007"
    services.save_file(person=person)

    applying.apply_all(roster=roster)

    person.refresh_from_db()
    assert (person.phone, marks(roster)) == ("13800000007", "rN")
    waiting = RosterRow.objects.get()
    assert (waiting.number, waiting.person, waiting.decision) == (2, person, "")
    [entry, _other] = unpack(roster.chunks.get().content)
    assert [problem.code for problem in entry.problems] == ["stale"]
    assert entry.changes[0].old == "138****0007"


def test_a_file_that_was_opened_meanwhile_is_not_opened_again():
    roster = kept(row(), row("李国强", phone="13800000001"))
    school.file()
    school.file("李国强")
    applying.apply_all(roster=roster)
    assert (marks(roster), sorted(names())) == ("sr", ["李国强", "王秀兰"])


def test_a_file_that_was_frozen_meanwhile_is_not_written():
    person = school.file()
    roster = kept(row(phone="13800000001"))
    Person.objects.filter(pk=person.pk).update(frozen_at=timezone.now())
    applying.apply_all(roster=roster)
    person.refresh_from_db()
    assert (person.phone, marks(roster)) == ("", "x")


def test_a_unit_that_ended_meanwhile_takes_nobody_in():
    roster = kept(row())
    ended = school.unit()
    ended.ended_on = date(2026, 1, 1)
    ended.save()
    applying.apply_all(roster=roster)
    assert (marks(roster), names()) == ("r", [])


def test_two_people_of_one_name_and_birth_stay_two(small_chunks):
    numbers = [ID("19500308", "022"), ID("19500308", "044")]
    typed = [row(id_number=numbers[0]), row("甲某"), row(id_number=numbers[1])]
    roster = kept(*typed)
    applying.apply_all(roster=roster)
    assert (marks(roster), names()) == ("NNN", ["王秀兰", "甲某", "王秀兰"])


def test_a_couple_may_share_their_telephone_across_chunks(small_chunks):
    phone = "13800000001"
    roster = kept(row(phone=phone), row("甲某"), row("李国强", "1949-01-01", phone=phone))
    applying.apply_all(roster=roster)
    assert marks(roster) == "NNN"


# Killed, and two at once


class Killed(BaseException):
    """What no code of ours catches."""


def test_a_killed_job_goes_on_where_it_was(small_chunks, monkeypatch):
    roster = kept(*[row(f"王秀{sign}") for sign in "兰英芳珍芬"])
    record_many = audit.record_many
    told = []

    def killed_in_the_second_chunk(written, **options):
        told.append(len(written))
        if len(told) == 2:
            raise Killed
        return record_many(written, **options)

    monkeypatch.setattr(audit, "record_many", killed_in_the_second_chunk)
    with pytest.raises(Killed):
        applying.apply_all(roster=roster)
    monkeypatch.setattr(audit, "record_many", record_many)
    roster.refresh_from_db()
    assert (marks(roster), roster.state, len(names())) == ("NNnnn", "applying", 2)

    applying.apply(pk=roster.pk)

    roster.refresh_from_db()
    assert (marks(roster), roster.state, len(names())) == ("NNNNN", "applied", 5)
    assert [details for _, name, details in lines(Action.FILE_OPENED) if name in names()] == (
        [{"roster": roster.pk}] * 5
    )
    assert lines(Action.ROSTER_APPLIED) == [
        ("roster.applied", None, {"roster": roster.pk, "new": 5, "changed": 0})
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "locked", [True, False], ids=["with the lock", "without it, to prove the test"]
)
def test_two_jobs_at_once_write_every_row_once(monkeypatch, locked):
    if not locked:
        if connection.vendor == "sqlite":
            pytest.skip("SQLite runs writers one after another whatever the code does.")
        monkeypatch.setattr(applying, "_lock", lambda pk: RosterChunk.objects.get(pk=pk))
    roster = kept(row("王秀兰"), row("王秀英"))
    RosterImport.objects.filter(pk=roster.pk).update(state="applying", total=2)
    barrier, errors = threading.Barrier(2), []
    judge_again = applying._judge_again

    def slowly_judge_again(*arguments):
        sure = judge_again(*arguments)
        # Both look before either writes, if nothing stops them.
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=0.5)
        return sure

    monkeypatch.setattr(applying, "_judge_again", slowly_judge_again)

    def job():
        try:
            applying.apply(pk=roster.pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    jobs = [threading.Thread(target=job) for _ in range(2)]
    for one in jobs:
        one.start()
    for one in jobs:
        one.join()

    assert errors == []
    assert len(names()) == (2 if locked else 4)
    assert len(lines(Action.ROSTER_APPLIED)) == 1


def test_beginning_twice_is_harmless():
    roster, by = kept(row()), school.registrar()
    applying.begin(roster=roster, choice="clean", by=by)
    applying.begin(roster=roster, choice="clean", by=by)
    applying.apply(pk=roster.pk)
    applying.apply(pk=roster.pk)
    assert names() == ["王秀兰"]
    assert len(lines(Action.ROSTER_APPLIED)) == 1


@pytest.mark.parametrize("rows", [4, 40])
def test_writing_a_chunk_costs_no_query_for_each_row(rows, django_assert_max_num_queries):
    people = [f"何{chr(ord('一') + number)}" for number in range(rows)]
    for name in people[::2]:
        school.file(name)
    typed = [row(name, phone=f"138{number:08d}") for number, name in enumerate(people)]
    roster = kept(*typed)
    # SQLite takes some thirty files a statement.
    with django_assert_max_num_queries(45):
        applying.apply_all(roster=roster)

"""An erased file: nothing tells who it was, and every total is as before."""

import json
import re
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import audit, queries
from accounts.errors import ErasureRefused, FileFrozen
from accounts.files import merging
from accounts.models import (
    AuditLine,
    Consent,
    InboxMessage,
    Merge,
    Person,
    Proxy,
    RightsRequest,
    RoleGrant,
    RosterChunk,
    RosterImport,
    RosterRow,
    User,
)
from accounts.rights import asking, erasing, exporting, freezing
from accounts.roster.entries import Entry, Verdict, from_json, pack, to_json, unpack
from accounts.roster.rows import Cleaned, Note, Row, Values
from branches import queries as branches
from branches.models import StudyEntry
from branches.quarters import Quarter
from common.sealed import SealedTextField
from courses import queries as courses
from courses.models import Enrolment
from live.models import Attendance
from tests import factories
from tests.accounts import life

TEXT = (models.CharField, models.TextField, models.JSONField)
# The database refuses to change a line that was written.
APPEND_ONLY = {
    "branches.Citation",
    "branches.ReturnSlip",
    "courses.FeeLine",
    "accounts.AuditLine",
    "branches.StudyEntry",
}
# Four letters that stand nowhere else: also the tail of a telephone number holds them.
MARK = re.compile(r"~\d{3}")


class Marks:
    """Puts a mark into every text that belongs to a person, and remembers which is where."""

    def __init__(self, her):
        # A line of fees takes no mark later: its reason is one from the beginning.
        self.numbers, self.where = count(100), {life.WAIVED_BECAUSE[-4:]: "courses.FeeLine.reason"}
        self.files = queries.files_of(her.person)
        for table in exporting.tables():
            if table.label not in APPEND_ONLY:
                self._mark_rows(table)

    def new(self, where: str) -> str:
        mark = f"~{next(self.numbers)}"
        self.where[mark] = where
        return mark

    def _mark_rows(self, table):
        model = exporting.model_of(table)
        texts = [
            field
            for field in model._meta.local_fields
            if isinstance(field, TEXT) and not field.choices and not field.primary_key
        ]
        rows = list(exporting.rows_of(table, self.files))
        assert rows, f"nobody has a row in {table.label}"
        for row in rows:
            for field in texts:
                self._mark(table, model, row, field)
            for field in model._meta.local_fields:
                if isinstance(field, models.FileField) and getattr(row, field.name):
                    self._mark_file(table, row, field)

    def _mark(self, table, model, row, field):
        where = f"{table.label}.{field.name}"
        if where == "accounts.RosterRow.values":
            value = to_json(self.entry(where, from_json(row.values)))
        elif where == "accounts.Merge.facts":
            said = {"name": self.new(where), "photo": ""}
            value = json.dumps({"before": said, "after": said})
        elif isinstance(field, models.JSONField):
            value = {"text": self.new(where)}
        else:
            value = self.new(where)
        model._base_manager.filter(pk=row.pk).update(**{field.name: value})

    def _mark_file(self, table, row, field):
        file = getattr(row, field.name)
        Path(file.path).write_text(self.new(f"{table.label}.{field.name}"))

    def entry(self, where: str, entry: Entry) -> Entry:
        """The same row of a roster with every text in it marked."""
        known = _plain(entry.row.values)
        said = {
            name: self.new(f"{where}.{name}")
            for name, value in known.items()
            if isinstance(value, str) and name not in ("name", "id_number")
        }
        return Entry(
            row=Row(
                entry.row.number,
                Values(**(known | said)),
                cleaned=[Cleaned("name", Note(self.new(where)))],
            ),
            cells=[self.new(where)],
            verdict=entry.verdict,
            person=entry.person,
        )


def _plain(values: Values) -> dict:
    return {name: getattr(values, name) for name in values.__struct_fields__}


def left_in_database() -> set[str]:
    """The marks anywhere in the database: every table as it lies, and what is sealed opened."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            said += [str(row) for row in cursor.fetchall()]
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, SealedTextField):
                said += model._base_manager.values_list(field.name, flat=True)
    said += [to_json(entry) for c in RosterChunk.objects.all() for entry in unpack(c.content)]
    said += [json.dumps(Session(session_data=s.session_data).get_decoded()) for s in _sessions()]
    return set(MARK.findall("\n".join(said)))


def _sessions():
    return Session.objects.all()


def stored_files() -> dict[Path, bytes]:
    folders = [settings.MEDIA_ROOT, settings.PRIVATE_ROOT]
    files = [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in files}


def left_in_files(strange: dict[Path, bytes]) -> set[str]:
    """The marks in stored files; what the tests before left behind (`strange`) may look like one
    by chance."""
    ours = stored_files().items() - strange.items()
    return {mark for _path, text in ours for mark in MARK.findall(text.decode(errors="ignore"))}


def test_no_word_that_belonged_to_a_person_is_left(her, django_capture_on_commit_callbacks):
    strange = stored_files()
    marks = Marks(her)
    name = Person.objects.get(pk=her.person.pk).name
    InboxMessage.objects.create(
        phone="13700000002", text=f"您替{name}报了名", sent_at=timezone.now()
    )
    mark = marks.new("accounts.RosterChunk.content")
    chunk = RosterChunk.objects.get()
    hers, others = unpack(chunk.content)
    hers = marks.entry("accounts.RosterChunk.content", hers)
    hers.row.values.name = name
    chunk.content = pack([hers, others])
    chunk.save()
    RosterImport.objects.update(samples=f"{name} {mark}")
    LogEntry.objects.create(
        user=her.registrar,
        content_type=ContentType.objects.get_for_model(Person),
        object_id=str(her.person.pk),
        object_repr=name,
        action_flag=2,
        change_message=marks.new("admin.LogEntry.change_message"),
    )
    DBTaskResult.objects.create(
        args_kwargs={"args": [[1], [name]], "kwargs": {}},
        task_path="accounts.acting.households.tell_members",
        backend_name="default",
        status="SUCCESSFUL",
        run_after=timezone.now(),
        finished_at=timezone.now(),
    )
    session = SessionStore()
    session["_auth_user_id"] = str(her.login.pk)
    session["phone"] = marks.new("sessions.Session")
    session.create()
    before = left_in_database() | left_in_files(strange)
    her.person.refresh_from_db()

    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(person=her.person, by=her.registrar)

    assert before == marks.where.keys()
    kept = {f"{table.label}.{column}" for table in exporting.tables() for column in table.kept}
    assert {marks.where[mark] for mark in left_in_database() | left_in_files(strange)} == {
        where for where in marks.where.values() if where in kept
    }


def test_what_stays_is_declared_and_nobody_can_change_it(db):
    """The exceptions of the test above, one by one."""
    kept = {f"{table.label}.{column}" for table in exporting.tables() for column in table.kept}

    assert kept == {
        "accounts.AuditLine.details",
        "branches.BranchActivity.cancel_reason",
        "branches.BranchActivity.guests",
        "branches.BranchActivity.lecturer",
        "branches.BranchActivity.notes",
        "branches.BranchActivity.place",
        "branches.BranchActivity.topic",
        "branches.BranchRecord.decided",
        "branches.BranchRecord.guests",
        "branches.BranchRecord.said",
        "branches.Citation.reason",
        "branches.Citation.words",
        "branches.Delivery.code",
        "branches.Delivery.content",
        "branches.Delivery.title",
        "branches.Handover.content",
        "branches.Handover.note",
        "branches.Inspection.purpose",
        "branches.Inspection.seed",
        "branches.OrderedReading.title",
        "branches.ReturnSlip.reason",
        "branches.StudyEntry.reason",
        "branches.StudyEntry.title",
        "courses.ClassGroup.cancelled_because",
        "courses.ClassGroup.code",
        "courses.ClassGroup.name",
        "courses.ClassGroup.pinyin",
        "courses.ClassGroup.pinyin_initials",
        "courses.ClassGroup.room",
        "courses.ClassSession.title",
        "courses.FeeLine.receipt_number",
        "live.Attendance.spans",
        "live.ReplayStudy.spans",
    }


def figures(her) -> dict:
    """What the school reports about the time before now."""
    day = timezone.localdate(her.session.starts_at)
    lines = StudyEntry.objects.all()
    return {
        "ledger": branches.figures(
            branches.ledger(her.branch, quarter=Quarter.of(day), person=None, mode="")
        ),
        "lines": list(lines.order_by("pk").values_list("pk", "minutes", "credit_hours")),
        "attendances": Attendance.objects.filter(is_present=True).count(),
        "seconds": sum(Attendance.objects.values_list("seconds", flat=True)),
        "due": courses.due_at(her.session).count(),
        "seats given": Enrolment.objects.filter(class_group=her.group).count(),
        "members": branches.members_on(her.branch, day).count(),
        "people": Person.objects.count(),
    }


def test_every_total_is_as_before(her):
    before = figures(her)

    erasing.erase(person=her.person, by=her.registrar)

    assert figures(her) == before
    assert before["due"] == before["attendances"] == before["members"] == 2


def test_the_file_becomes_a_number(her):
    erasing.erase(person=her.person, by=her.registrar)

    her.person.refresh_from_db()
    assert her.person.name == f"已注销{her.person.pk}"
    assert (her.person.born_on.year, her.person.born_on.month, her.person.born_on.day) == (
        1954,
        1,
        1,
    )
    assert her.person not in Person.objects.kept()
    lines = StudyEntry.objects.filter(person=her.person)
    assert {str(line.person) for line in lines} == {her.person.name}


def test_the_login_is_closed_and_its_number_free(her):
    epoch = her.login.session_epoch

    erasing.erase(person=her.person, by=her.registrar)

    her.login.refresh_from_db()
    assert (her.login.phone, her.login.is_active) == (None, False)
    assert her.login.session_epoch > epoch
    assert str(her.login) == f"已注销{her.person.pk}"
    assert factories.login(phone="13700000001").pk


def test_everything_held_or_granted_ends(her):
    erasing.erase(person=her.person, by=her.registrar)

    assert not Proxy.objects.filter(person=her.person).exists()
    assert not Proxy.objects.filter(agent=her.login).exists()
    assert not RoleGrant.objects.filter(person=her.person, ended_at=None).exists()
    assert not her.person.cards.exists()
    assert not her.person.households.exists()
    assert not her.person.enrolments.filter(withdrawn_at=None).exists()
    assert not her.person.waiting.filter(left_at=None).exists()
    today = timezone.localdate()
    assert her.person not in branches.members_on(her.branch, today)
    assert branches.secretary_on(her.branch, today) is None


def test_consents_keep_only_their_dates(her):
    given = set(Consent.objects.filter(person=her.person).values_list("pk", "given_at"))

    erasing.erase(person=her.person, by=her.registrar)

    consents = Consent.objects.filter(person=her.person)
    assert set(consents.values_list("pk", "given_at")) == given
    assert not consents.filter(withdrawn_at=None).exists()
    assert set(consents.values_list("paper", "given_by", "withdrawn_by")) == {("", None, None)}


def test_the_row_of_another_person_in_the_same_roster_stays(her):
    erasing.erase(person=her.person, by=her.registrar)

    chunk = RosterChunk.objects.get()
    mine, others = unpack(chunk.content)
    assert (mine.row.values, mine.cells) == (Values(), [])
    assert others.row.values.name == "赵建国"
    assert chunk.marks == "Nn"


def test_a_row_that_waits_to_be_written_is_written_no_more(her):
    RosterChunk.objects.update(marks="nn")

    erasing.erase(person=her.person, by=her.registrar)

    chunk = RosterChunk.objects.get()
    assert chunk.marks == "xn"
    assert unpack(chunk.content)[0].verdict == Verdict.REFUSED


def test_a_row_of_a_namesake_stays(her):
    entry = Entry(row=Row(8, Values(name="何彩兰")), verdict=Verdict.REVIEW.value)
    row = RosterRow.objects.create(
        roster=RosterImport.objects.get(),
        number=8,
        organisation=her.unit,
        name="何彩兰",
        values=to_json(entry),
        person=her.person,
    )

    erasing.erase(person=her.person, by=her.registrar)

    row.refresh_from_db()
    assert from_json(row.values).row.values.name == "何彩兰"


def test_a_merge_can_be_undone_no_more(her):
    erasing.erase(person=her.person, by=her.registrar)

    with pytest.raises(FileFrozen):
        merging.undo(merge=Merge.objects.get(), by=her.registrar)


def test_erasing_twice_is_harmless(her):
    erasing.erase(person=her.person, by=her.registrar)
    lines = AuditLine.objects.count()

    erasing.erase(person=her.person, by=her.registrar)

    assert AuditLine.objects.count() == lines


def test_an_erasure_is_a_line_and_the_chain_holds(her):
    erasing.erase(person=her.person, by=her.registrar)

    line = AuditLine.objects.first()
    assert (line.action, line.actor) == (audit.Action.FILE_ERASED, her.registrar)
    assert audit.verify().broken is None


def test_a_teacher_of_a_running_class_is_not_erased(her):
    teacher = her.group.teacher

    with pytest.raises(ErasureRefused, match="还在教“行书入门”"):
        erasing.erase(person=teacher, by=her.registrar)

    teacher.refresh_from_db()
    assert (teacher.name, teacher.erased_at) == ("沈文清", None)


def test_who_runs_the_server_is_not_erased(her):
    User.objects.filter(pk=her.login.pk).update(is_superuser=True)

    with pytest.raises(ErasureRefused, match="管着服务器"):
        erasing.erase(person=her.person, by=her.registrar)


def test_the_file_of_somebody_who_died_is_not_erased(her):
    freezing.freeze_file(person=her.person, deceased_on=timezone.localdate(), by=her.registrar)

    with pytest.raises(FileFrozen):
        erasing.erase(person=her.person, by=her.registrar)


def test_a_relatives_reading_ends_when_the_relative_is_erased(her):
    dead = factories.person("何老太", organisation=her.unit)
    asked = RightsRequest.objects.get(kind="relatives")
    RightsRequest.objects.filter(pk=asked.pk).update(person=dead)
    freezing.freeze_file(person=dead, deceased_on=timezone.localdate(), by=None)
    asking.decide(request=asked, granted=True, answer="好", by=her.registrar)

    erasing.erase(person=her.person, by=her.registrar)

    asked.refresh_from_db()
    assert asked.until <= timezone.now() + timedelta(seconds=1)
    assert (asked.words, asked.relation, asked.about_name) == ("", "", "")

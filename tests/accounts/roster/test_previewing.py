import io
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.errors import RosterRefused
from accounts.models import AuditLine, Person, RosterImport, RosterRow
from accounts.roster import applying, keeping, previewing, showing
from accounts.roster.entries import counted, unpack, waiting
from accounts.roster.refusals import LARGEST_FILE
from tests.accounts.roster import school, workbooks
from tests.accounts.roster.school import kept, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county():
    return school.county()


@pytest.fixture(autouse=True)
def folder():
    """Where uploaded files lie: none there yet."""
    path = Path(RosterImport._meta.get_field("file").storage.path("rosters"))
    shutil.rmtree(path, ignore_errors=True)
    return path


@pytest.fixture
def receive(django_capture_on_commit_callbacks):
    """Bring a file, as the upload page does; its first job runs at once."""

    def bring(source, *, name="名册.xlsx", **options):
        with django_capture_on_commit_callbacks(execute=True):
            roster = previewing.receive(
                file=io.BytesIO(source),
                file_name=name,
                organisation=school.unit("银杏区"),
                by=school.registrar(),
                **options,
            )
        roster.refresh_from_db()
        return roster

    return bring


@pytest.fixture
def do(django_capture_on_commit_callbacks):
    """Call a service and what it starts."""

    def call(service, *, roster, **options):
        with django_capture_on_commit_callbacks(execute=True):
            service(roster=roster, **options)
        roster.refresh_from_db()
        return roster

    return call


def files(folder):
    return list(folder.glob("*")) if folder.exists() else []


# Received


def test_a_file_is_read_and_its_columns_guessed(receive, folder):
    roster = receive(school.book(row(phone="13800000001")))

    assert (roster.state, roster.sheet, roster.sheets) == ("mapping", "名册", ["名册"])
    assert roster.mapping["headings"] == school.HEADINGS
    assert list(roster.mapping["fields"].values()) == [
        "name",
        "sex",
        "born_on",
        "id_number",
        "phone",
        "unit",
    ]
    assert previewing.samples(roster) == [
        ["王秀兰", "女", "1950-03-08", "", "13800000001", "档案局"]
    ]
    assert len(files(folder)) == 1
    assert AuditLine.objects.filter(action="roster.read").count() == 1


def test_what_a_file_says_lies_sealed_in_the_database(receive):
    roster = receive(school.book(row(phone="13800000001")))
    [stored] = RosterImport.objects.extra(select={"raw": "samples"}).values_list("raw", flat=True)
    assert "13800000001" not in stored
    assert "13800000001" in str(previewing.samples(roster))


def test_a_file_that_cannot_be_read_says_why(receive):
    roster = receive(b"<html><body>")
    assert roster.state == "failed"
    assert roster.problem.endswith("。")


def test_a_job_that_cannot_go_on_says_so(receive, do, folder):
    roster = receive(school.book(row()))
    shutil.rmtree(folder)
    do(
        previewing.confirm_columns,
        roster=roster,
        fields=roster.mapping["fields"],
        with_consent=False,
    )
    assert roster.state == "failed"
    assert "请再试一次" in roster.problem


@pytest.mark.parametrize(
    ("source", "said"),
    [(b"", "空的"), (b"x" * (LARGEST_FILE + 1), "太大")],
    ids=["empty", "too large"],
)
def test_a_file_that_nobody_could_read_is_not_kept(receive, folder, source, said):
    with pytest.raises(RosterRefused, match=said):
        receive(source)
    assert (RosterImport.objects.count(), files(folder)) == (0, [])


def test_a_list_without_headings_waits_for_somebody_to_tell_its_columns(receive, do):
    roster = receive(workbooks.xlsx([["王秀兰", "1950-03-08"], ["李国强", "1949-01-01"]]))
    assert (roster.state, roster.mapping["fields"]) == ("mapping", {})
    do(
        previewing.confirm_columns,
        roster=roster,
        fields={"0": "name", "1": "born_on"},
        with_consent=False,
    )
    assert (roster.state, roster.counts["new"]) == ("previewed", 2)


# Judged


def confirm(do, roster, fields=None, with_consent=False):
    fields = fields or roster.mapping["fields"]
    return do(previewing.confirm_columns, roster=roster, fields=fields, with_consent=with_consent)


def test_confirmed_columns_give_every_row_its_verdict_and_write_nothing(receive, do):
    source = school.book(row(), row("李国强", unit="纺织厂"), row("", "1950-01-01"))
    roster = receive(source)
    people = Person.objects.count()

    confirm(do, roster)

    assert (roster.state, roster.done, roster.total) == ("previewed", 3, 3)
    assert roster.counts == {"new": 1, "same": 0, "changed": 0, "review": 1, "refused": 1}
    waiting_row = RosterRow.objects.get()
    assert (waiting_row.number, waiting_row.name) == (3, "李国强")
    assert waiting_row.organisation == school.unit("银杏区")
    assert Person.objects.count() == people


def test_a_column_can_be_corrected_until_a_row_is_written(receive, do):
    roster = receive(
        workbooks.xlsx([["姓名", "生日", "电话"], ["王秀兰", "1950-03-08", "85871234"]])
    )
    confirm(do, roster)
    [entry] = unpack(roster.chunks.get().content)
    assert entry.row.values.other_phone == "85871234"

    confirm(do, roster, {"0": "name", "1": "born_on"})

    [entry] = unpack(roster.chunks.get().content)
    assert entry.row.values.other_phone == ""
    applying.apply_all(roster=roster)
    with pytest.raises(RosterRefused):
        confirm(do, roster)


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"0": "", "1": "born_on"}, "姓名"), ({"0": "name", "1": "name"}, "两列")],
    ids=["no name", "twice"],
)
def test_columns_that_make_no_sense_are_refused(receive, do, fields, said):
    roster = receive(school.book(row()))
    with pytest.raises(RosterRefused, match=said):
        confirm(do, roster, fields)


def test_another_sheet_can_be_chosen(receive, do):
    def second(book, sheet):
        other = book.create_sheet("离休")
        for cells in (school.HEADINGS, row("李国强")):
            other.append(cells)

    roster = receive(workbooks.xlsx([school.HEADINGS, row()], change=second))
    assert (roster.sheet, roster.sheets) == ("名册", ["名册", "离休"])
    do(previewing.choose_sheet, roster=roster, sheet="离休")
    assert (roster.state, previewing.samples(roster)[0][0]) == ("mapping", "李国强")
    with pytest.raises(RosterRefused):
        previewing.choose_sheet(roster=roster, sheet="没有")


def test_a_preview_that_was_killed_is_made_again_in_its_place(receive, do, monkeypatch):
    roster = receive(school.book(row(), row("李国强", unit="纺织厂")))
    confirm(do, roster)
    RosterImport.objects.filter(pk=roster.pk).update(state="checking")

    previewing.check(pk=roster.pk)
    previewing.check(pk=roster.pk)

    roster.refresh_from_db()
    assert (roster.state, roster.chunks.count(), roster.rows.count()) == ("previewed", 1, 1)


# Shown


def test_rows_are_shown_by_verdict_and_by_name(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("accounts.roster.previewing.ROWS_A_CHUNK", 2)
    roster = kept(*[row(f"王秀{sign}") for sign in "兰英芳"], row("李国强", unit="纺织厂"))

    def shown(**options):
        return [one.entry.row.values.name for one in showing.Rows(roster, **options)]

    assert shown() == ["王秀兰", "王秀英", "王秀芳", "李国强"]
    assert shown(verdict="review") == ["李国强"]
    assert shown(name="英") == ["王秀英"]
    with django_assert_num_queries(3):
        rows = showing.Rows(roster)
        assert [one.outcome for one in rows[2:4]] == ["新增，还没有写入", "需要审核"]


def test_the_marks_say_what_waits():
    assert counted(["nNs", "crRx"]) == {
        "new": 2,
        "same": 1,
        "changed": 1,
        "review": 2,
        "refused": 1,
    }
    assert [waiting(["nNs", "cCrx"], choice) for choice in ("clean", "new", "changed")] == [
        2,
        1,
        1,
    ]


# Kept


def test_the_file_goes_when_everything_is_written(receive, do, folder):
    roster = receive(school.book(row()))
    confirm(do, roster)
    by = roster.uploaded_by
    do(applying.begin, roster=roster, choice="clean", by=by)
    assert (roster.state, bool(roster.file), files(folder)) == ("applied", False, [])
    assert Person.objects.filter(name="王秀兰").exists()


def test_a_dropped_roster_leaves_nothing_behind(receive, do, folder):
    roster = receive(school.book(row(), row("李国强", unit="纺织厂")))
    confirm(do, roster)
    do(keeping.drop, roster=roster)
    do(keeping.drop, roster=roster)
    assert (roster.state, roster.chunks.count(), roster.rows.count(), files(folder)) == (
        "dropped",
        0,
        0,
        [],
    )


def test_what_was_written_stays_when_the_rest_is_dropped(receive, do, folder):
    school.file()
    roster = receive(school.book(row(phone="13800000001"), row("李国强")))
    confirm(do, roster)
    do(applying.begin, roster=roster, choice="new", by=roster.uploaded_by)
    assert (roster.state, len(files(folder))) == ("previewed", 1)
    do(keeping.drop, roster=roster)
    assert (roster.state, roster.chunks.count(), files(folder)) == ("applied", 1, [])


def test_a_roster_that_is_being_written_is_not_dropped():
    roster = kept(row())
    RosterImport.objects.filter(pk=roster.pk).update(state="applying")
    with pytest.raises(RosterRefused):
        keeping.drop(roster=roster)


def test_after_a_month_file_and_rows_are_forgotten(
    receive, folder, django_capture_on_commit_callbacks
):
    old = receive(school.book(row()))
    done = kept(row("李国强"))
    applying.apply_all(roster=done)
    new = kept(row())
    month_ago = timezone.now() - timedelta(days=31)
    RosterImport.objects.filter(pk__in=[old.pk, done.pk]).update(uploaded_at=month_ago)

    with django_capture_on_commit_callbacks(execute=True):
        assert keeping.forget_old() == 2
    assert keeping.forget_old() == 0

    states = dict(RosterImport.objects.values_list("pk", "state"))
    assert states == {old.pk: "dropped", done.pk: "applied", new.pk: "previewed"}
    done.refresh_from_db()
    assert (done.chunks.count(), done.counts["new"], files(folder)) == (0, 1, [])
    assert new.chunks.count() == 1


@pytest.mark.parametrize(
    ("state", "then"), [("reading", "mapping"), ("checking", "previewed"), ("applying", "applied")]
)
def test_a_silent_job_is_started_again(
    receive, do, state, then, django_capture_on_commit_callbacks
):
    roster = receive(school.book(row()))
    confirm(do, roster)
    long_ago = timezone.now() - timedelta(minutes=5)
    RosterImport.objects.filter(pk=roster.pk).update(state=state, worked_at=long_ago, total=1)

    with django_capture_on_commit_callbacks(execute=True):
        assert keeping.wake() == 1

    roster.refresh_from_db()
    assert roster.state == then
    assert keeping.wake() == 0


def test_a_job_that_gives_signs_of_life_is_left_alone():
    roster = kept(row())
    RosterImport.objects.filter(pk=roster.pk).update(state="applying")
    assert keeping.wake() == 0

"""Signed records: locked, versioned, never changed, and compared with what is known now."""

import io
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image

from branches import ledger, papers, records, scans, signing, snapshots
from branches.errors import CannotMakeUp, CannotSign, NotAScan, RecordChanged, RecordSigned
from branches.models import BranchRecord, RecordScan, RecordVersion
from branches.queries import with_everything
from branches.sheets import sheet_of
from live.models import Attendance
from tests.branches import school
from tests.branches.school import LATER, THAT_DAY
from tests.branches.test_printing import text_of
from tests.branches.test_views import said

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def li(city, branch, session):
    """A member who had a seat and did not come."""
    li = school.person("李国强", at=city)
    school.member(li, branch)
    school.seat(li, session)
    return li


@pytest.fixture
def record(wang, li, session, secretary):
    """A completed record."""
    school.seat(wang, session)
    school.studied(wang, session)
    return records.complete(record=BranchRecord.objects.get(), **words(wang, secretary))


def words(wang, secretary, **changes):
    return {
        "said": "讲了横画。",
        "decided": "",
        "chair": secretary.person,
        "recorder": wang,
        "by": secretary,
        "seen_at": None,
        "now": LATER,
    } | changes


def sign(record, secretary, **changes):
    facts = {"signed_on": THAT_DAY, "by": secretary, "seen_at": LATER, "now": LATER} | changes
    return signing.sign(record=record, **facts)


def again(record):
    return with_everything(BranchRecord.objects.filter(pk=record.pk)).get()


def test_signing_keeps_the_sheet_whole(record, secretary):
    version = sign(record, secretary)

    assert version.snapshot == {
        "branch": "第三党支部",
        "kind": "课堂学习",
        "topic": "行书入门 第 1 讲 横画",
        "starts_at": "2026-09-17T09:00:00+08:00",
        "ends_at": "2026-09-17T10:30:00+08:00",
        "place": "二楼书画室，网上同步",
        "lecturer": "沈文清",
        "chair": "赵建国",
        "recorder": "王秀兰",
        "due": 2,
        "present": [["live", ["王秀兰"]]],
        "absent": [{"name": "李国强", "reason": "", "made_up": ""}],
        "guests": "",
        "said": "讲了横画。",
        "decided": "",
    }
    assert version.hash == snapshots.digest(version.snapshot, before="")
    assert again(record).signed_on == THAT_DAY


def test_signing_twice_leaves_one_version(record, secretary):
    assert sign(record, secretary) == sign(record, secretary)
    assert RecordVersion.objects.count() == 1


def test_a_record_with_gaps_is_not_signed(record, wang, secretary):
    records.complete(record=record, **words(wang, secretary, said=" ", seen_at=LATER))

    with pytest.raises(CannotSign, match="学习内容和发言"):
        sign(record, secretary)


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_of_signing_is_between_the_meeting_and_today(record, secretary, days):
    with pytest.raises(CannotSign):
        sign(record, secretary, signed_on=THAT_DAY + timedelta(days=days))


def test_a_page_that_was_overtaken_does_not_sign(record, secretary):
    with pytest.raises(RecordChanged):
        sign(record, secretary, seen_at=None)


def test_a_signed_record_is_not_completed_any_more(record, wang, secretary):
    sign(record, secretary)

    with pytest.raises(RecordSigned):
        records.complete(record=record, **words(wang, secretary, said="改", seen_at=LATER))
    assert again(record).said == "讲了横画。"


def test_a_correction_is_a_new_version_with_its_reason(record, wang, secretary):
    first = sign(record, secretary)

    second = signing.correct(
        record=record,
        reason=" 写错了 ",
        guests="",
        reasons={},
        **words(wang, secretary, said="讲了竖画。", seen_at=LATER),
    )

    assert (second.number, second.reason) == (2, "写错了")
    assert second.hash == snapshots.digest(second.snapshot, before=first.hash)
    assert snapshots.changes(first.snapshot, second.snapshot) == [
        snapshots.Change("内容", "讲了横画。", "讲了竖画。")
    ]


@pytest.mark.parametrize(("reason", "said"), [(" ", "新的"), ("有原因", "讲了横画。")])
def test_a_correction_needs_a_reason_and_a_difference(record, wang, secretary, reason, said):
    sign(record, secretary)

    with pytest.raises(CannotSign):
        signing.correct(
            record=record,
            reason=reason,
            guests="",
            reasons={},
            **words(wang, secretary, said=said, seen_at=LATER),
        )
    assert RecordVersion.objects.count() == 1
    assert again(record).said == "讲了横画。"


def test_a_session_corrected_after_signing_marks_the_record_and_leaves_what_was_signed(
    record, wang, session, secretary
):
    signed = sign(record, secretary)
    school.correct(Attendance.objects.get(person=wang), minutes=10)

    ledger.post_session(session=session, now=LATER)

    assert again(record).facts_changed_at == LATER
    assert RecordVersion.objects.get() == signed
    anew = signing.follow_facts(record=again(record), by=secretary, now=LATER)
    assert [change.name for change in snapshots.changes(signed.snapshot, anew.snapshot)] == [
        "到会",
        "未到",
    ]
    assert again(record).facts_changed_at is None
    assert signing.follow_facts(record=again(record), by=secretary, now=LATER) == anew


@pytest.mark.parametrize("how", ["update", "delete"])
def test_the_database_keeps_what_was_signed(record, secretary, how):
    sign(record, secretary, scan=PDF)

    for model in (RecordScan, RecordVersion):
        rows = model.objects.all()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(id=99) if how == "update" else rows._raw_delete(rows.db)


def picture(kind):
    made = io.BytesIO()
    Image.new("RGB", (80, 80), "white").save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "application/pdf"),
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
    ],
    ids=["pdf", "jpg", "png"],
)
def test_a_scan_is_told_by_what_it_is(data, kind):
    assert scans.type_of(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>%PDF-1.4",
        b"%PDF-1.4 cut off",
        PDF.replace(b"<<>>endobj", b"<</JavaScript 1>>endobj"),
        picture("GIF"),
        picture("PNG")[:60],
        PDF + b" " * scans.LARGEST_FILE,
    ],
    ids=["empty", "html", "cut", "script", "gif", "half", "large"],
)
def test_what_is_no_scan_is_refused_and_nothing_is_signed(record, secretary, data):
    with pytest.raises(NotAScan):
        scans.type_of(data)
    if data:
        with pytest.raises(NotAScan):
            sign(record, secretary, scan=data)
        assert not RecordVersion.objects.exists()


def test_make_up_is_said_on_the_sheet_and_after_signing_marks_it(record, li, secretary):
    sign(record, secretary)

    records.make_up(
        record=record,
        person=li,
        how="booklet",
        material="读本第 3 册",
        made_up_on=THAT_DAY,
        minutes=45,
        by=secretary,
        now=LATER,
    )

    anew = signing.follow_facts(record=again(record), by=secretary, now=LATER)
    assert anew.snapshot["absent"] == [
        {"name": "李国强", "reason": "", "made_up": "9月17日看读本补学 45 分钟"}
    ]


@pytest.mark.parametrize(
    ("who", "changes"),
    [
        ("wang", {}),
        ("li", {"minutes": None}),
        ("li", {"made_up_on": date(2026, 9, 16)}),
        ("li", {"made_up_on": date(2026, 9, 18)}),
    ],
)
def test_make_up_that_makes_no_sense_is_refused(request, record, secretary, who, changes):
    facts = {"how": "replay", "material": "", "made_up_on": THAT_DAY, "minutes": 45} | changes

    with pytest.raises(CannotMakeUp):
        records.make_up(
            record=record,
            person=request.getfixturevalue(who),
            by=secretary,
            now=LATER,
            **facts,
        )
    assert not again(record).absences.exists()


def test_the_record_shows_what_happened_otherwise_than_was_signed(
    client, record, branch, wang, session, secretary
):
    sign(record, secretary)
    school.correct(Attendance.objects.get(person=wang), minutes=10)
    ledger.post_session(session=session, now=LATER)
    client.force_login(secretary)

    page = said(client.get(reverse("branches:record", args=[branch.pk, record.pk])))

    assert "哪一项 原来 现在 到会 直播：王秀兰 没有 未到 李国强 李国强、王秀兰" in page


def test_a_scan_that_is_none_is_refused_beside_its_field(client, record, branch, secretary):
    version = sign(record, secretary)
    client.force_login(secretary)
    url = reverse("branches:add_scan", args=[branch.pk, record.pk, version.number])

    refused = client.post(url, {"scan": io.BytesIO(b"<html>")})

    assert refused.status_code == 422
    assert '<p class="field__error" id="scan_1_scan_error">' in refused.content.decode()
    assert "这个文件打不开" in said(refused)
    assert client.post(url, {"scan": io.BytesIO(PDF)}).status_code == 302


def test_nobody_signs_a_page_that_says_nothing_else(record, wang, secretary):
    """Of whatever length the text is, what was decided stands above the signatures."""
    for lines in range(14, 24):
        record.said, record.decided = "\n".join(["讲了横画。"] * lines), "下周再练"
        pages = text_of(papers.records_pdf([(sheet_of(record), "编号", "")]))
        assert "下周再练" in pages[-1]
        assert "签字日期" in pages[-1]
    assert len(pages) == 2


def test_the_scan_is_served_through_its_door_alone(client, record, branch, secretary):
    scan = sign(record, secretary, scan=PDF).scans.get()
    url = reverse("branches:scan", args=[branch.pk, record.pk, scan.pk])

    client.force_login(secretary)
    response = client.get(url)

    assert (response.content, response["Content-Type"]) == (PDF, "application/pdf")
    client.force_login(school.login(school.person("马文远")))
    assert client.get(url).status_code == 404

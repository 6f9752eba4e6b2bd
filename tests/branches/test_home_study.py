"""From an order card to a line of the ledger: ordered, packed, brought, its slip posted."""

import zipfile
from datetime import date, timedelta
from uuid import uuid4

import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from wagtail.documents import get_document_model

from accounts.files import merging
from accounts.models import Person
from accounts.rights.freezing import freeze_file
from branches import queries
from branches.errors import OrderRefused, SlipRefused
from branches.home_study import booklets, codes, delivering, orders, packing, reading, slips
from branches.home_study import sounds as sounds_of
from branches.models import HoursRule, ReturnSlip, StudyEntry, StudyOrder
from branches.verification import verify
from common import paper
from common.readings import Kind, parts_of_html
from courses.models import LessonFile
from tests.branches import home, school
from tests.branches.school import NINE, THAT_DAY
from tests.media import clip

pytestmark = pytest.mark.django_db

NEXT_WEEK = NINE + timedelta(days=7)
READ_ON = THAT_DAY + timedelta(days=5)


def standing():
    lines = StudyEntry.objects.filter(queries.STANDS)
    return set(lines.values_list("person__name", "minutes", "mode", "studied_on"))


def record(delivery, secretary, *, minutes=90, on=READ_ON, **facts):
    facts = {"now": NEXT_WEEK} | facts
    return slips.record(delivery=delivery, studied_on=on, minutes=minutes, by=secretary, **facts)


@pytest.fixture
def lesson(city):
    return home.lesson(at=city)


# Ordering and packing


def test_an_order_goes_to_the_home_branch_of_that_day_and_is_made_once(
    wang, branch, lesson, secretary
):
    key = uuid4()
    first = home.order(wang, lesson, by=secretary, key=key)
    again = home.order(wang, lesson, by=secretary, key=key)

    assert again == first
    assert StudyOrder.objects.count() == 1
    assert (first.branch, first.street_pinyin) == (branch, "wen hua lu")
    assert [one.title for one in first.readings.all()] == ["行书入门 第一讲 横画"]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"pages": []}, "请选想读的"),
        ({"pages": [987654]}, "没有编号是 987654"),
        ({"pages": range(1, 20)}, "最多选 12 篇"),
    ],
    ids=["nothing", "no such number", "too many"],
)
def test_an_order_that_cannot_be_filled_says_why(wang, secretary, facts, says):
    with pytest.raises(OrderRefused, match=says):
        home.order(wang, by=secretary, **facts)


def test_a_wish_alone_is_an_order_but_nothing_to_pack(wang, secretary, lesson):
    wish = home.order(wang, by=secretary, wants="想听京剧")
    with pytest.raises(OrderRefused, match="还没有选读物"):
        packing.pack(order=wish, by=secretary)

    facts = {"letters": "largest", "with_sound": False, "street": "文化路", "address": ""}
    orders.change(order=wish, pages=[lesson.pk], **facts)
    assert packing.pack(order=wish, by=secretary).title == "行书入门 第一讲 横画"


def test_a_pack_keeps_its_texts_when_the_page_changes_or_goes(wang, secretary, lesson):
    delivery = home.pack(wang, lesson, by=secretary)
    lesson.delete()
    delivery.refresh_from_db()

    assert [part["text"] for part in delivery.content[0]["parts"]] == [
        "起笔",
        "先按后提，不要急。",
        "坐正",
        "提肘",
    ]
    with pytest.raises(OrderRefused, match="没有编号"):
        home.order(wang, lesson, by=secretary, pages=[delivery.pk + 10_000])


def test_packing_twice_gives_one_pack(wang, secretary, lesson):
    order = home.order(wang, lesson, by=secretary)
    assert packing.pack(order=order, by=secretary) == packing.pack(order=order, by=secretary)


def test_an_order_is_cancelled_until_it_was_brought(wang, secretary, lesson):
    delivery = home.pack(wang, lesson, by=secretary)
    orders.cancel(order=delivery.order, by=secretary, reason="住院了")
    with pytest.raises(SlipRefused, match="取消"):
        record(delivery, secretary)

    brought = home.pack(wang, lesson, by=secretary)
    delivering.hand(delivery=brought, by=secretary, handed_on=THAT_DAY, now=NEXT_WEEK)
    with pytest.raises(OrderRefused, match="已经送到"):
        orders.cancel(order=brought.order, by=secretary, reason="不要了")


def test_nothing_is_brought_to_somebody_who_has_died(wang, secretary, lesson, city):
    delivery = home.pack(wang, lesson, by=secretary)
    freeze_file(person=wang, by=secretary, deceased_on=THAT_DAY, now=NEXT_WEEK)
    order = StudyOrder.objects.get(pk=delivery.order_id)
    assert reading.state_of(order) == reading.CANCELLED


def test_a_rich_text_becomes_its_paragraphs():
    found = parts_of_html(
        "<h2>一</h2>前言<p>甲<br/>乙 <a href='/x'>链接</a></p><ol><li>丙</li></ol>"
    )
    assert [(part.kind, part.text) for part in found] == [
        (Kind.HEADING, "一"),
        (Kind.TEXT, "前言"),
        (Kind.TEXT, "甲\n乙 链接"),
        (Kind.ITEM, "丙"),
    ]


# The paper


def test_the_booklet_holds_every_text_and_a_slip_with_its_number(wang, secretary, lesson, city):
    second = home.lesson("第二讲", at=city, text="<p>=1+1 #import 是文字</p>", course="国画")
    delivery = home.pack(wang, lesson, second, by=secretary)
    pdf = pypdfium2.PdfDocument(booklets.booklet(delivery))
    text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    text = "".join(text.split())

    assert len(pdf) == 4
    for words in ("王秀兰", "不要急", "=1+1#import是文字", "送学回执"):
        assert words in text
    assert delivery.code in text


def test_the_sounds_of_a_pack_are_numbered_and_a_film_gives_its_sound(wang, secretary, lesson):
    film = get_document_model().objects.create(
        title="示范", file=ContentFile(clip().read_bytes(), name="film.mp4")
    )
    song = get_document_model().objects.create(
        title="朗读", file=ContentFile(b"ID3 sound", name="read.mp3")
    )
    LessonFile.objects.create(lesson=lesson, document=song)
    lesson.clip = film
    lesson.save()
    delivery = home.pack(wang, lesson, by=secretary)

    with sounds_of.archive(delivery) as box, zipfile.ZipFile(box) as opened:
        assert opened.namelist() == ["01 朗读.mp3", "02 示范.m4a"]
        assert opened.read("02 示范.m4a")[4:8] == b"ftyp"


def test_a_pack_without_sounds_has_no_archive(wang, secretary, lesson):
    assert sounds_of.archive(home.pack(wang, lesson, by=secretary)) is None


def test_every_wrong_digit_of_a_code_is_noticed():
    code = codes.with_proof("4821903")
    assert codes.read(f" {code[:4]}-{code[4:]} ") == code
    for place in range(8):
        for digit in "0123456789":
            changed = code[:place] + digit + code[place + 1 :]
            assert (codes.read(changed) == code) == (changed == code)
            assert changed == code or codes.read(changed) is None


def test_paper_takes_whatever_somebody_is_called(tmp_path):
    template = tmp_path / "one.typ"
    template.write_text('#let facts = json("facts.json")\n#facts.name')
    pdf = pypdfium2.PdfDocument(paper.compiled(template, {"name": '"#panic(1)'}))
    assert '"#panic(1)' in pdf[0].get_textpage().get_text_bounded()


# Slips and the ledger


def test_a_slip_becomes_one_line_however_often_it_is_recorded(wang, branch, lesson, secretary):
    delivery = home.pack(wang, lesson, by=secretary)
    assert record(delivery, secretary).is_posted
    record(delivery, secretary)

    (line,) = StudyEntry.objects.all()
    assert (line.mode, line.minutes, line.credit_hours) == ("delivered", 90, 2)
    assert (line.branch, line.source_key, line.is_branch_study) == (branch, delivery.pk, True)
    assert line.posted_by == secretary
    delivery.refresh_from_db()
    assert delivery.handed_on == READ_ON
    assert verify().is_well


def test_a_slip_corrected_reverses_its_line_and_says_why(wang, lesson, secretary):
    delivery = home.pack(wang, lesson, by=secretary)
    record(delivery, secretary)
    with pytest.raises(SlipRefused, match="为什么"):
        record(delivery, secretary, minutes=45)
    record(delivery, secretary, minutes=45, reason="看错了一行")

    assert standing() == {("王秀兰", 45, "delivered", READ_ON)}
    reversal = StudyEntry.objects.get(is_reversal=True)
    assert reversal.reason == "送学更正：90 分钟改为 45 分钟（看错了一行）"
    assert verify().is_well


def test_a_slip_taken_back_may_be_recorded_anew(wang, lesson, secretary):
    delivery = home.pack(wang, lesson, by=secretary)
    record(delivery, secretary)
    slips.take_back(delivery=delivery, reason="记错了人", by=secretary, now=NEXT_WEEK)
    assert slips.take_back(delivery=delivery, reason="记错了人", by=secretary) is None
    assert standing() == set()
    assert verify().is_well

    record(delivery, secretary, reason="没有记错")
    assert standing() == {("王秀兰", 90, "delivered", READ_ON)}
    assert [slip.minutes for slip in delivery.slips.all()] == [90, 0, 90]
    assert verify().is_well


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": THAT_DAY - timedelta(days=1)}, "studied_on"),
        ({"on": THAT_DAY + timedelta(days=8)}, "studied_on"),
        ({"minutes": 601}, "minutes"),
    ],
    ids=["before it was packed", "still to come", "too long"],
)
def test_a_slip_that_makes_no_sense_is_refused_at_its_field(wang, lesson, secretary, facts, field):
    delivery = home.pack(wang, lesson, by=secretary)
    with pytest.raises(SlipRefused) as refused:
        record(delivery, secretary, **facts)
    assert refused.value.field == field
    assert not ReturnSlip.objects.exists()


def test_a_slip_without_a_rule_waits_and_is_posted_by_the_school(lesson):
    far = school.organisation("远山县")
    li, clerk = school.person("李国强", at=far), school.login()
    delivery = home.pack(li, lesson, by=clerk)
    assert not record(delivery, clerk).is_posted
    assert slips.post_missed(now=NEXT_WEEK) == 0

    HoursRule.objects.create(organisation=far, version="1", valid_from=date(2026, 1, 1))
    assert slips.post_missed(now=NEXT_WEEK) == 1
    assert slips.post_missed(now=NEXT_WEEK) == 0
    (line,) = StudyEntry.objects.all()
    assert (line.branch, line.is_branch_study) == (None, False)


def test_a_slip_is_never_changed_or_removed(wang, lesson, secretary):
    slip = record(home.pack(wang, lesson, by=secretary), secretary).slip
    for statement in (
        "UPDATE branches_returnslip SET minutes = 1",
        "DELETE FROM branches_returnslip",
    ):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    slip.refresh_from_db()
    assert slip.minutes == 90


def test_files_made_one_take_their_packs_and_lines_along(wang, lesson, secretary, city, branch):
    second = school.person("王秀兰", at=city)
    record(home.pack(second, lesson, by=secretary), secretary)
    merging.merge(kept=wang, dropped=second, by=secretary, now=NEXT_WEEK)

    assert set(StudyEntry.objects.filter(queries.STANDS).values_list("person", flat=True)) == {
        wang.pk
    }
    assert verify().is_well
    assert Person.objects.get(pk=wang.pk).study_orders.count() == 1

from collections import Counter
from datetime import date

import pytest
from django.utils import timezone

from accounts.models import Consent, Notice, Organisation, Person, Relative
from accounts.roster import places, previewing
from tests import factories
from tests.accounts.roster import golden, school
from tests.accounts.roster.school import ID, codes, judged, row, verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county():
    return school.county()


# The golden table


def golden_files():
    for facts in golden.KNOWN:
        facts = dict(facts)
        deceased_on = facts.pop("deceased_on", None)
        facts["organisation"] = Organisation.objects.get(code=facts["organisation"])
        person = factories.person(facts.pop("name"), **facts)
        if deceased_on:
            Person.objects.filter(pk=person.pk).update(
                deceased_on=deceased_on, frozen_at=timezone.now()
            )


def test_every_row_of_the_golden_table_gets_its_verdict(county):
    golden_files()

    found = previewing.preview(
        golden.workbook(), organisation=county, with_consent=True, today=golden.TODAY
    )

    expected = {golden.number_of(dirty.about): dirty.verdict for dirty in golden.ROWS}
    assert {entry.row.number: entry.verdict for entry in found.entries} == expected


# Whose file it is


def test_somebody_unknown_is_new():
    [entry] = judged(row())
    assert (entry.verdict, entry.person, entry.organisation) == ("new", None, school.unit().pk)


@pytest.mark.parametrize(
    ("known", "typed", "verdict", "why"),
    [
        ({}, row(), "same", []),
        ({"sex": ""}, row(), "changed", []),
        ({"sex": "m"}, row(), "review", ["other_sex"]),
        ({"born_on": date(1950, 3, 9)}, row(), "new", []),
        ({"id_number": ID("19500308", "022")}, row(), "same", []),
        ({}, row(id_number=ID("19500308", "022")), "same", []),
        (
            {"id_number": ID("19500308", "044")},
            row(id_number=ID("19500308", "022")),
            "review",
            ["other_id"],
        ),
        (
            {"name": "王秀芝", "id_number": ID("19500308", "022")},
            row(id_number=ID("19500308", "022")),
            "review",
            ["id_other_name"],
        ),
        (
            {"id_number": ID("19500308", "022"), "born_on": date(1950, 8, 3)},
            row(id_number=ID("19500308", "022")),
            "changed",
            [],
        ),
        ({"born_day_known": False, "born_on": date(1950, 3, 1)}, row(), "changed", []),
        ({}, row(born="1950.03"), "same", []),
        ({"at": "机械厂"}, row(born="1950.03"), "review", ["month_only"]),
        (
            {"at": "机械厂", "phone": "13800000001"},
            row(born="1950.03", phone="13800000001"),
            "changed",
            [],
        ),
        (
            {"born_on": date(1951, 3, 8), "phone": "13800000001"},
            row(phone="13800000001"),
            "review",
            ["same_phone"],
        ),
        (
            {"name": "李国强", "born_on": date(1948, 1, 1), "phone": "13800000001"},
            row(phone="13800000001"),
            "review",
            ["phone_taken"],
        ),
    ],
    ids=[
        "name and birth",
        "sex unknown before",
        "other sex",
        "another day",
        "known with an ID number, the row without",
        "the row with an ID number, the file without",
        "another ID number",
        "the ID number under another name",
        "found by ID number, birth corrected",
        "the day was unknown",
        "month only, same unit",
        "month only, other unit",
        "month only, other unit, same phone",
        "same name and phone, other birth",
        "the phone of somebody else",
    ],
)
def test_a_row_finds_its_file(known, typed, verdict, why):
    school.file(**known)
    [entry] = judged(typed)
    assert (entry.verdict, codes(entry)) == (verdict, why)


def test_the_phone_of_a_relative_whom_the_row_names_is_no_doubt():
    school.file("李国强", born_on=date(1975, 1, 1), phone="13800000001")
    headings = [*school.HEADINGS, "家属姓名"]
    assert verdicts(judged([*row(phone="13800000001"), "李国强"], headings=headings)) == ["new"]


def test_two_files_that_fit_are_left_to_a_person_unless_phone_or_unit_tell():
    one = school.file(phone="13800000001")
    other = school.file(at="机械厂", phone="13800000002")

    assert judged(row(phone="13800000002", unit="机械厂"))[0].person == other.pk
    assert judged(row(unit="机械厂"))[0].person == other.pk
    [entry] = judged(row(unit="第一中学"))
    assert (entry.verdict, codes(entry)) == ("review", ["several"])
    assert set(entry.candidates) == {one.pk, other.pk}


def test_two_rows_about_one_file_are_not_both_written():
    school.file(id_number=ID("19500308", "022"))
    entries = judged(row(phone="13800000001", id_number=ID("19500308", "022")), row("王秀兰"))
    assert verdicts(entries) == ["changed", "review"]
    assert "twice" in codes(entries[1])


def test_the_file_of_somebody_deceased_is_not_written_and_nobody_is_opened_again():
    person = school.file()
    Person.objects.filter(pk=person.pk).update(frozen_at=timezone.now())
    [entry] = judged(row(phone="13800000001"))
    assert (entry.verdict, [problem.message for problem in entry.problems]) == (
        "refused",
        ["档案已冻结，不再写入。"],
    )


def test_files_that_were_merged_away_or_erased_are_not_found():
    kept = school.file(at="机械厂")
    merged, erased = school.file(), school.file()
    Person.objects.filter(pk=merged.pk).update(merged_into=kept)
    Person.objects.filter(pk=erased.pk).update(erased_at=timezone.now())
    assert judged(row())[0].person == kept.pk


# Other counties


@pytest.mark.parametrize(
    ("known", "typed", "verdict"),
    [
        (
            {"id_number": ID("19500308", "022"), "name": "王秀"},
            row(id_number=ID("19500308", "022")),
            "review",
        ),
        ({}, row(), "review"),
        (
            {"phone": "13800000001", "born_on": date(1951, 1, 1)},
            row(phone="13800000001"),
            "review",
        ),
        ({"name": "王芳", "phone": "13800000001"}, row(phone="13800000001"), "new"),
        ({"born_day_known": False, "born_on": date(1950, 3, 1)}, row(), "new"),
        (
            {"id_number": ID("19500308", "044")},
            row(id_number=ID("19500308", "022")),
            "new",
        ),
    ],
    ids=[
        "ID number",
        "name and birth",
        "name and phone",
        "phone alone",
        "name and month",
        "two ID numbers",
    ],
)
def test_of_another_county_a_row_tells_nothing_but_that_somebody_must_look(known, typed, verdict):
    school.file(at="远山中学", **known)
    [entry] = judged(typed)
    assert entry.verdict == verdict
    assert [problem.message for problem in entry.problems] == (
        ["别的机构可能已有这个人的档案，请上级教务核对。"] if verdict == "review" else []
    )
    assert entry.person is None
    assert entry.changes == []


# What would change


def changes(entry):
    return {change.field: (change.old, change.new) for change in entry.changes}


def test_empty_fields_are_filled_facts_corrected_and_nothing_is_emptied():
    school.file(phone="13800000001", residence="槐树路1号", other_phone="85871234", kind="public")
    headings = [*school.HEADINGS, "常住地", "其他电话", "人员类别", "常居外地"]
    [entry] = judged(
        [*row(phone="13900000002", unit="机械厂"), "梧桐街3号", "", "退休", "是"],
        headings=headings,
    )
    assert (entry.verdict, changes(entry)) == (
        "changed",
        {
            "phone": ("138****0001", "139****0002"),
            "residence": ("槐树路1号", "梧桐街3号"),
            "kind": ("public", "retired"),
            "lives_away": ("false", "true"),
            "organisation": ("档案局", "机械厂"),
        },
    )


def test_the_number_that_somebody_logs_in_by_is_not_changed():
    person = school.file(phone="13800000001")
    login = factories.login(person)
    login.phone_proved_at = timezone.now()
    login.save()
    assert verdicts(judged(row(phone="13900000002"))) == ["same"]


def test_a_roster_of_the_county_moves_nobody_up_to_it():
    school.file()
    assert verdicts(judged(row(unit="银杏区"))) == ["same"]


def test_a_roster_without_units_moves_nobody():
    school.file(at="机械厂")
    assert verdicts(judged(row(unit=""))) == ["same"]


def test_id_numbers_and_health_are_kept_only_with_consent():
    school.file()
    headings = [*school.HEADINGS, "健康状况"]
    typed = [*row(id_number=ID("19500308", "022")), "高血压"]

    assert verdicts(judged(typed, headings=headings)) == ["same"]
    [entry] = judged(typed, headings=headings, with_consent=True)
    assert changes(entry) == {
        "id_number": ("", "370299**********29"),
        "health_note": ("", ""),
    }


def test_who_took_back_the_consent_keeps_no_id_number():
    person = school.file()
    notice = Notice.objects.filter(kind=Notice.Kind.SENSITIVE).first()
    Consent.objects.create(
        person=person,
        notice=notice,
        way="paper",
        given_at=timezone.now(),
        withdrawn_at=timezone.now(),
    )
    typed = row(id_number=ID("19500308", "022"))
    assert verdicts(judged(typed, with_consent=True)) == ["same"]


@pytest.mark.parametrize(
    ("known", "change"),
    [
        ([], {"relative": ("", "何雅琴 138****0004")}),
        ([("何雅琴", "13800000004")], {}),
        ([("何雅琴", "13900000009")], {"relative_phone": ("139****0009", "138****0004")}),
        ([("王小明", "13900000009")], {"relative": ("", "何雅琴 138****0004")}),
    ],
    ids=["nobody yet", "known", "another number", "somebody else"],
)
def test_relatives_are_added_and_their_numbers_corrected(known, change):
    person = school.file()
    for name, phone in known:
        Relative.objects.create(person=person, name=name, phone=phone)
    headings = [*school.HEADINGS, "家属姓名", "家属电话"]
    [entry] = judged([*row(), "何雅琴", "13800000004"], headings=headings)
    assert changes(entry) == change


@pytest.mark.parametrize(
    ("known", "typed", "verdict"),
    [
        ({"born_on": date(1990, 3, 8)}, row(born="1990-03-08"), "same"),
        ({"born_on": date(1950, 3, 8)}, row(id_number="11010519491231002"), "review"),
    ],
    ids=["an age somebody has looked at", "half an ID number"],
)
def test_what_stands_in_the_file_is_not_doubted_again(known, typed, verdict):
    school.file(**known)
    assert verdicts(judged(typed)) == [verdict]


# Units


@pytest.mark.parametrize(
    ("unit", "found"),
    [
        ("机械厂", "机械厂"),
        (" 机 械 厂 ", "机械厂"),
        ("银杏区机械厂", "机械厂"),
        ("青岚市银杏区机械厂", "机械厂"),
        ("", "银杏区"),
        ("银杏区", "银杏区"),
    ],
)
def test_a_unit_is_found_however_it_is_called(unit, found):
    [entry] = judged(row(unit=unit))
    assert (entry.verdict, entry.organisation) == ("new", school.unit(found).pk)


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("第一中", "没有找到“第一中”这个单位，名字接近的有：第一中学。"),
        ("纺织厂", "没有找到“纺织厂”这个单位。"),
        ("远山中学", "没有找到“远山中学”这个单位。"),
    ],
    ids=["nearly", "not at all", "of another county"],
)
def test_an_unknown_unit_is_for_review_with_those_that_are_near(unit, said):
    [entry] = judged(row(unit=unit))
    assert (entry.verdict, [problem.message for problem in entry.problems]) == ("review", [said])


def test_a_column_full_of_unknown_units_is_not_looked_for_for_ever(monkeypatch):
    monkeypatch.setattr(places, "LOOKED_FOR", 1)
    first, second = judged(row(unit="第一中"), row("李国强", unit="第一中学校"))
    assert "名字接近的有" in first.problems[0].message
    assert second.problems[0].message == "没有找到“第一中学校”这个单位。"


def test_two_units_of_one_name_are_told_apart_by_what_stands_above():
    for street in ("文昌街道", "春晖街道"):
        above = school.unit("银杏区").add_child(name=street, code=street, kind="township")
        above.add_child(name="石桥社区", code=f"{street}1", kind="community")

    first, second = judged(row(unit="石桥社区"), row("李国强", unit="春晖街道石桥社区"))

    assert first.problems[0].message == (
        "有几个单位都叫“石桥社区”：文昌街道石桥社区、春晖街道石桥社区。请写全，或加上单位代码。"
    )
    assert second.organisation == Organisation.objects.get(code="春晖街道1").pk


@pytest.mark.parametrize(
    ("unit", "code", "verdict", "why"),
    [
        ("", "37029903", "new", []),
        ("机械厂", "37029903", "new", []),
        ("档案局", "37029903", "review", ["unit_not_of_code"]),
        ("机械厂", "99", "review", ["unit_code_unknown"]),
        ("", "YS1", "review", ["unit_code_unknown"]),
    ],
    ids=["code alone", "both", "they differ", "unknown code", "another county's"],
)
def test_a_code_names_the_unit(unit, code, verdict, why):
    headings = [*school.HEADINGS, "单位代码"]
    [entry] = judged([*row(unit=unit), code], headings=headings)
    assert (entry.verdict, codes(entry)) == (verdict, why)
    if verdict == "new":
        assert entry.organisation == school.unit("机械厂").pk


def test_the_people_of_a_merged_unit_go_where_it_went():
    kept, gone = school.unit("机械厂"), school.unit("第一中学")
    Organisation.objects.filter(pk=gone.pk).update(ended_on=date(2026, 1, 1), merged_into=kept)
    [entry] = judged(row(unit="第一中学"))
    assert (entry.verdict, entry.organisation) == ("new", kept.pk)
    assert [str(one.note) for one in entry.row.cleaned] == [
        "“第一中学”已并入“机械厂”，记到“机械厂”"
    ]


def test_a_unit_that_ended_is_for_review():
    Organisation.objects.filter(name="第一中学").update(ended_on=date(2026, 1, 1))
    [entry] = judged(row(unit="第一中学"))
    assert (entry.verdict, codes(entry)) == ("review", ["unit_ended"])


# Many


@pytest.mark.parametrize("rows", [1, 300])
def test_as_many_queries_however_many_rows(rows, django_assert_num_queries):
    names = [f"何{chr(ord('一') + number)}" for number in range(rows)]
    for number, name in enumerate(names[:3]):
        school.file(name, phone=f"138{number:08d}")
    typed = [row(name, phone=f"138{number:08d}") for number, name in enumerate(names)]
    # The county, what is above and beneath it, three ways to find files, three more facts.
    with django_assert_num_queries(9):
        found = judged(*typed)
    assert Counter(verdicts(found))["new"] == max(rows - 3, 0)

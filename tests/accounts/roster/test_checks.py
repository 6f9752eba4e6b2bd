from datetime import date

import pytest

from accounts.roster import checks
from accounts.roster.rows import Field, Sheet, Table
from tests.accounts.roster.golden import an_id, wrong

TODAY = date(2026, 9, 1)
WANG_ID = an_id("19500308", "102")


def checked(*people, today=TODAY):
    """The rows, numbered from 2, that these people (dictionaries by field) make."""
    fields = list(Field)
    table = Table(
        sheet=Sheet("", [], []),
        headings=[field.label for field in fields],
        fields=dict(enumerate(fields)),
        unknown=[],
        rows=[
            (number, [person.get(field.value, "") for field in fields])
            for number, person in enumerate(people, start=2)
        ],
        skipped=[],
    )
    return checks.checked(table, today=today)


def wang(**more):
    return {"name": "王秀兰", "born_on": "1950-03-08", "sex": "女"} | more


def told(row):
    """The problems of a row: column, code and weight."""
    return [(problem.column, problem.code, str(problem.weight)) for problem in row.problems]


# One row


def test_a_row_without_anything_against_it_has_no_weight():
    (row,) = checked(wang(id_number=WANG_ID, phone="13812345678"))

    assert row.weight == ""
    assert row.cleaned == []


def test_a_row_without_a_name_is_refused_whatever_else_it_says():
    (row,) = checked(wang(name="", id_number=WANG_ID))

    assert told(row) == [("name", "name_missing", "refused")]
    assert row.weight == "refused"


def test_a_row_with_neither_birth_nor_id_number_is_for_review():
    (row,) = checked(wang(born_on=""))

    assert told(row) == [("born_on", "born_missing", "review")]
    assert row.weight == "review"


def test_a_birth_date_that_nobody_could_read_is_told_once():
    (row,) = checked(wang(born_on="春天"))

    assert told(row) == [("born_on", "born_unreadable", "review")]


def test_the_heaviest_problem_is_the_weight_of_the_row():
    (row,) = checked(wang(born_on="2020-01-01", sex="中"))

    assert told(row) == [("sex", "sex_unknown", "review"), ("born_on", "age", "refused")]
    assert row.weight == "refused"


@pytest.mark.parametrize(
    ("born_on", "problems"),
    [
        pytest.param("1905-09-02", [("born_on", "age_unusual", "review")], id="120 today"),
        pytest.param("1905-09-01", [("born_on", "age", "refused")], id="121 today"),
        pytest.param("1915-09-02", [], id="110 today"),
        pytest.param("1915-09-01", [("born_on", "age_unusual", "review")], id="111 today"),
        pytest.param("1976-09-01", [], id="50 today"),
        pytest.param("1976-09-02", [("born_on", "age_unusual", "review")], id="50 tomorrow"),
        pytest.param("2010-09-01", [("born_on", "age_unusual", "review")], id="16 today"),
        pytest.param("2010-09-02", [("born_on", "age", "refused")], id="16 tomorrow"),
        pytest.param("2027-01-01", [("born_on", "age", "refused")], id="not yet born"),
    ],
)
def test_an_age_that_is_odd_is_told(born_on, problems):
    (row,) = checked(wang(born_on=born_on))

    assert told(row) == problems


def test_those_who_work_may_be_young():
    (row,) = checked(wang(born_on="1996-03-08", kind="工作人员"))

    assert told(row) == []


# An ID number against the rest of its row


def test_an_id_number_fills_what_is_empty_and_says_so():
    (row,) = checked({"name": "王秀兰", "id_number": WANG_ID})

    assert (row.values.born_on, row.values.sex) == (date(1950, 3, 8), "f")
    assert [(one.column, one.message) for one in row.cleaned] == [
        ("born_on", "按身份证号填上"),
        ("sex", "按身份证号填上"),
    ]


@pytest.mark.parametrize("born_on", ["1950", "1950-02-30", "农历1950年", "####"])
def test_an_id_number_answers_for_a_date_that_nobody_could_read(born_on):
    (row,) = checked(wang(born_on=born_on, id_number=WANG_ID))

    assert row.values.born_on == date(1950, 3, 8)
    assert told(row) == []


def test_an_id_number_knows_the_day_of_a_month():
    (row,) = checked(wang(born_on="1950.03", id_number=WANG_ID))

    assert (row.values.born_on, row.values.born_day_known) == (date(1950, 3, 8), True)
    assert told(row) == []


@pytest.mark.parametrize("born_on", ["1950-03-09", "1950.04", "1951-03-08", "51.3.8"])
def test_an_id_number_with_another_birth_date_is_for_review(born_on):
    (row,) = checked(wang(born_on=born_on, id_number=WANG_ID))

    assert told(row)[-1] == ("born_on", "id_born_differs", "review")
    assert row.values.born_on != date(1950, 3, 8)


@pytest.mark.parametrize(
    ("written", "in_the_number"),
    [
        pytest.param("50.3.8", "19500308", id="a year of two digits"),
        pytest.param("1950.1", "19500117", id="January"),
        pytest.param("1950.1", "19501017", id="October, its zero lost"),
        pytest.param("3/8/1950", "19500308", id="month first"),
        pytest.param("3/8/1950", "19500803", id="day first"),
    ],
)
def test_an_id_number_settles_a_date_that_could_be_two(written, in_the_number):
    (row,) = checked(wang(born_on=written, id_number=an_id(in_the_number, "102")))

    assert f"{row.values.born_on:%Y%m%d}" == in_the_number
    assert told(row) == []
    assert row.cleaned[-1].message == "和身份证号一致，以身份证号为准"


def test_a_wrong_id_number_fills_nothing():
    (row,) = checked({"name": "王秀兰", "id_number": wrong(WANG_ID)})

    assert (row.values.born_on, row.values.sex) == (None, "")
    assert told(row) == [("id_number", "id_checksum", "review")]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (wrong(WANG_ID), "id_checksum"),
        (an_id("19500308", "102", region="000000"), "id_region"),
        (an_id("19500230", "102"), "id_day"),
        (an_id("19500308", "101"), "id_sex_differs"),
    ],
)
def test_an_id_number_that_cannot_be_right_is_for_review(number, code):
    (row,) = checked(wang(id_number=number))

    assert [(problem.code, str(problem.weight)) for problem in row.problems] == [(code, "review")]


# Rows among each other


def test_one_id_number_under_two_names_puts_both_in_doubt():
    rows = checked(wang(id_number=WANG_ID), wang(name="李建国", id_number=WANG_ID))

    assert [told(row) for row in rows] == [[("id_number", "id_twice", "review")]] * 2
    assert [row.problems[0].message for row in rows] == [
        "和第 3 行是同一个身份证号，请核对。",
        "和第 2 行是同一个身份证号，请核对。",
    ]


def test_a_person_written_twice_is_doubted_the_second_time():
    rows = checked(wang(id_number=WANG_ID), wang(id_number=WANG_ID), wang(id_number=WANG_ID))

    assert [told(row) for row in rows] == [
        [],
        [("id_number", "id_twice", "review")],
        [("id_number", "id_twice", "review")],
    ]


def test_the_same_name_and_birth_is_doubted_the_second_time():
    rows = checked(wang(), wang())

    assert [told(row) for row in rows] == [[], [("name", "twice_in_file", "review")]]


def test_namesakes_of_one_day_with_an_id_number_each_are_two_people():
    rows = checked(wang(id_number=WANG_ID), wang(id_number=an_id("19500308", "222")))

    assert [told(row) for row in rows] == [[], []]


def test_a_couple_with_one_telephone_is_only_noted():
    rows = checked(
        wang(phone="13812345678"), wang(name="李建国", born_on="1948-11-20", phone="138 1234 5678")
    )

    assert [told(row) for row in rows] == [[], []]
    assert rows[1].cleaned[-1].message == "第 2 行也是这个手机号，可能是一家人"


def test_a_telephone_filled_down_over_many_rows_is_for_review():
    rows = checked(
        *(
            wang(name=name, phone="13812345678")
            for name in ("王甲一", "王乙一", "王丙一", "王丁一")
        )
    )

    assert [told(row) for row in rows] == [[("phone", "phone_crowded", "review")]] * 4
    assert "4 行" in rows[0].problems[0].message

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import id_numbers
from accounts.roster import births, cleaning, names, signs, telephones, words
from accounts.roster.rows import Field, Sheet, Table

# What a Chinese keyboard, Excel and a PDF put into cells.
ANYTHING = st.text(
    alphabet="王秀兰䶮𠮷·• \u3000\u200b\ufeff０１2345678xXｘ+-()（）/、.，年月日E'=女是否无",
    max_size=30,
)


def said(answer):
    return [str(note) for note in answer.notes]


def codes(answer):
    return [problem.code for problem in answer.problems]


def name(text):
    return names.clean(text, column="name")


def phone(text):
    return telephones.clean(text, column="phone")


# Names


@pytest.mark.parametrize(
    ("typed", "cleaned", "notes"),
    [
        ("王秀兰", "王秀兰", []),
        ("王  秀 兰", "王秀兰", ["去掉姓名中间的空格"]),
        ("王 兰", "王兰", ["去掉姓名中间的空格"]),
        ("王\u3000兰", "王兰", ["去掉姓名中间的空格"]),
        (" 王秀兰 ", "王秀兰", ["去掉多余的空格"]),
        ("欧阳 娜娜", "欧阳娜娜", ["去掉姓名中间的空格"]),
        ("\ufeff王秀\u200b兰", "王秀兰", ["去掉看不见的字符"]),
        ("阿依古丽•买买提", "阿依古丽·买买提", ["姓名中间的点改成“·”"]),
        ("阿依古丽‧买买提", "阿依古丽·买买提", ["姓名中间的点改成“·”"]),
        ("阿依古丽.买买提", "阿依古丽·买买提", ["姓名中间的点改成“·”"]),
        ("阿依古丽 · 买买提", "阿依古丽·买买提", ["去掉姓名中间的空格"]),
        ("阿依古丽·买买提", "阿依古丽·买买提", []),
        ("⻢秀兰", "马秀兰", ["改用通行的字"]),
        ("张䶮", "张䶮", []),
        ("李𠮷", "李𠮷", []),
        ("〇一", "〇一", []),
        ("王秀兰（女）", "王秀兰", ["括号里的字移到备注"]),
        ("王兰同志", "王兰", ["去掉姓名后面的称呼"]),
        ("老师", "老师", []),
        ("Ｊohn Smith", "John Smith", ["全角字符改成半角"]),
    ],
)
def test_a_name_is_cleaned_and_what_was_done_is_said(typed, cleaned, notes):
    answer = name(typed)

    assert answer.value == cleaned
    assert said(answer) == notes
    assert codes(answer) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("王", "name_short"),
        ("王?兰", "name_sign_lost"),
        ("王\ufffd兰", "name_sign_lost"),
        ("王\ue863", "name_sign_lost"),
        ("王秀兰 李建国", "name_parts"),
        ("王秀兰/李建国", "name_several"),
        ("王秀兰1", "name_strange"),
        ("13812345678", "name_strange"),
        ("王秀兰（病逝）", "died"),
        ("=1+1", "name_formula"),
        ("＝cmd", "name_formula"),
        ("长" * 41, "name_long"),
    ],
)
def test_a_name_that_may_be_none_is_doubted(typed, code):
    assert codes(name(typed)) == [code]


# Birth dates


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1950-03-08", date(1950, 3, 8)),
        ("1950-3-8", date(1950, 3, 8)),
        ("1950/03/08", date(1950, 3, 8)),
        ("1950.3.8", date(1950, 3, 8)),
        ("1950。3。8", date(1950, 3, 8)),
        ("1950，03，08", date(1950, 3, 8)),
        ("１９５０．３．８", date(1950, 3, 8)),
        ("1950年3月8日", date(1950, 3, 8)),
        ("1950 年 3 月 8 日", date(1950, 3, 8)),
        ("1950年3月8日生", date(1950, 3, 8)),
        ("19500308", date(1950, 3, 8)),
        ("1950-03-08 00:00:00", date(1950, 3, 8)),
        ("1950-03-08T00:00:00", date(1950, 3, 8)),
        ("二〇〇〇年一月二日", date(2000, 1, 2)),
        ("一九五零年十二月三十一日", date(1950, 12, 31)),
        ("18330", date(1950, 3, 8)),
        ("18330.0", date(1950, 3, 8)),
        ("25/3/1950", date(1950, 3, 25)),
        ("3/25/1950", date(1950, 3, 25)),
        ("'1950-03-08", date(1950, 3, 8)),
    ],
)
def test_a_date_is_understood_however_it_was_written(typed, day):
    answer = births.clean(typed)

    assert answer.value == (day, True)
    assert codes(answer) == []
    assert bool(said(answer)) is (typed != "1950-03-08")


@pytest.mark.parametrize(
    "typed",
    [
        "1950-03",
        "1950.03",
        "1950.3",
        "1950年3月",
        "1950/3",
        "195003",
        "19500300",
        "1950年03月00日",
    ],
)
def test_a_month_without_a_day_says_that_the_day_is_unknown(typed):
    answer = births.clean(typed)

    assert answer.value == (date(1950, 3, 1), False)
    assert said(answer) == ["只写了年月，日子记作不知道"]
    assert codes(answer) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("50.3.8", "born_short_year"),
        ("50年3月8日", "born_short_year"),
        ("500308", "born_short_year"),
        ("50年3月", "born_short_year"),
        ("1950.1", "born_one_or_ten"),
        ("1950", "born_year_only"),
        ("1950年", "born_year_only"),
        ("3/8/1950", "born_day_or_month"),
        ("1950-02-30", "born_no_such_day"),
        ("1950-13-01", "born_no_such_day"),
        ("19501308", "born_no_such_day"),
        ("农历1950年三月初八", "born_lunar"),
        ("1950年腊月", "born_lunar"),
        ("#######", "born_hidden"),
        ("76岁", "born_unreadable"),
        ("76", "born_unreadable"),
        ("春天", "born_unreadable"),
        ("99999", "born_unreadable"),
        ("1950-03-08-09", "born_unreadable"),
    ],
)
def test_a_doubtful_date_is_told(typed, code):
    assert codes(births.clean(typed)) == [code]


@pytest.mark.parametrize(
    ("days", "from_1900", "from_1904"),
    [
        ("18330", date(1950, 3, 8), date(1954, 3, 9)),
        ("9999", date(1927, 5, 17), date(1931, 5, 18)),
    ],
)
def test_days_are_counted_from_the_day_of_the_file(days, from_1900, from_1904):
    assert births.clean(days).value[0] == from_1900
    assert births.clean(days, counts_from_1904=True).value[0] == from_1904


# ID numbers


@pytest.mark.parametrize(
    ("typed", "number", "notes"),
    [
        ("11010519491231002X", "11010519491231002X", []),
        ("11010519491231002x", "11010519491231002X", ["身份证号末位的 x 改成大写 X"]),
        (
            "11010519491231002ｘ",
            "11010519491231002X",
            ["全角字符改成半角", "身份证号末位的 x 改成大写 X"],
        ),
        ("110105 19491231 002X", "11010519491231002X", ["去掉身份证号里的空格和符号"]),
        ("'11010519491231002X", "11010519491231002X", ["去掉身份证号里的空格和符号"]),
        ("‘11010519491231002X", "11010519491231002X", ["去掉身份证号里的空格和符号"]),
        ("110105-19491231-002X", "11010519491231002X", ["去掉身份证号里的空格和符号"]),
        ("110105491231002", "11010519491231002X", ["15 位身份证号升为 18 位"]),
        (
            "１１０１０５４９１２３１００２",
            "11010519491231002X",
            ["全角字符改成半角", "15 位身份证号升为 18 位"],
        ),
    ],
)
def test_an_id_number_is_cleaned_and_what_was_done_is_said(typed, number, notes):
    answer = cleaning.id_number(typed)

    assert answer.value == number
    assert said(answer) == notes
    assert codes(answer) == []


def test_an_id_number_that_ends_in_zeros_and_is_right_was_not_cut():
    number = next(
        text
        for text in (
            f"370202195003{day}{order}000" for day in range(10, 29) for order in range(10)
        )
        if id_numbers.is_checked(text)
    )

    answer = cleaning.id_number(number)

    assert (answer.value, codes(answer)) == (number, [])


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("3.70202E+17", "id_cut"),
        ("3.70202195003081E+17", "id_cut"),
        ("370202195003081000", "id_cut"),
        ("37020219500308123", "id_length"),
        ("3702021950030812345", "id_length"),
        ("E12345678", "id_other"),
        ("G1234567", "id_other"),
        ("身份证在家", "id_strange"),
        ("123", "id_strange"),
        ("37020219500308123Y", "id_strange"),
    ],
)
def test_an_id_number_that_is_none_is_not_kept(typed, code):
    answer = cleaning.id_number(typed)

    assert answer.value == ""
    assert codes(answer) == [code]


# Telephones


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("13812345678", ("13812345678", "", "")),
        ("138 1234 5678", ("13812345678", "", "")),
        ("138-1234-5678", ("13812345678", "", "")),
        ("+86 13812345678", ("13812345678", "", "")),
        ("8613812345678", ("13812345678", "", "")),
        ("１３８１２３４５６７８", ("13812345678", "", "")),
        ("13812345678.0", ("13812345678", "", "")),
        ("1.3812345678E+10", ("13812345678", "", "")),
        ("13812345678/13912345678", ("13812345678", "13912345678", "")),
        ("13812345678 13912345678", ("13812345678", "13912345678", "")),
        ("13812345678、0532-85871234", ("13812345678", "0532-85871234", "")),
        ("0532-85871234，13812345678", ("13812345678", "0532-85871234", "")),
        ("053285871234", ("", "0532-85871234", "")),
        ("（0532）85871234", ("", "0532-85871234", "")),
        ("010-88886666转801", ("", "010-88886666-801", "")),
        ("85871234", ("", "85871234", "")),
        ("13812345678（儿子）", ("13812345678", "", "儿子")),
        ("女儿：13812345678", ("13812345678", "", "女儿")),
        (
            "儿子13812345678 女儿13912345678",
            ("13812345678", "13912345678", "儿子13812345678 女儿13912345678"),
        ),
    ],
)
def test_a_telephone_cell_is_taken_apart(typed, value):
    answer = phone(typed)

    assert answer.value == value
    assert codes(answer) == []
    assert bool(said(answer)) is (typed != "13812345678")


@pytest.mark.parametrize(
    ("typed", "code", "told"),
    [
        ("1.38E+10", "phone_cut", "末尾数字丢了"),
        ("1.38123E+10", "phone_cut", "末尾数字丢了"),
        ("1381234567", "phone_wrong", "少了 1 位"),
        ("138123456789", "phone_wrong", "多了 1 位"),
        ("12812345678", "phone_wrong", "不像电话号码"),
        ("没有电话", "phone_wrong", "不像电话号码"),
    ],
)
def test_a_number_that_is_none_is_told_and_kept_as_a_note(typed, code, told):
    answer = phone(typed)

    assert answer.value[0] == ""
    assert codes(answer) == [code]
    assert told in answer.problems[0].message
    if code == "phone_wrong":
        assert answer.value[2] == typed


def test_a_wrong_number_beside_a_right_one_is_told():
    answer = phone("1381234567/13912345678")

    assert answer.value[0] == "13912345678"
    assert codes(answer) == ["phone_wrong"]


# Words


@pytest.mark.parametrize(
    ("typed", "sex"),
    [
        ("男", "m"),
        ("女", "f"),
        (" 女 ", "f"),
        ("M", "m"),
        ("f", "f"),
        ("Ｆ", "f"),
        ("1", "m"),
        ("2", "f"),
        ("男性", "m"),
    ],
)
def test_a_sex_is_understood(typed, sex):
    assert words.sex(typed).value == sex


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("离休", "lixiu"),
        ("离休干部", "lixiu"),
        ("退休", "retired"),
        ("已退休", "retired"),
        ("退 休", "retired"),
        ("退休工作人员", "retired"),
        ("群众", "public"),
        ("居民", "public"),
        ("工作人员", "staff"),
        ("在职", "staff"),
    ],
)
def test_a_kind_is_understood(typed, kind):
    answer = words.kind(typed)

    assert answer.value == kind
    assert bool(said(answer)) is (typed not in ("离休", "退休", "群众", "工作人员"))


@pytest.mark.parametrize(
    ("typed", "away", "residence"),
    [
        ("是", True, None),
        ("√", True, None),
        ("1", True, None),
        ("否", False, None),
        ("无", False, None),
        ("0", False, None),
        ("常住本地", False, None),
        ("长期居住外地", True, None),
        ("北京市海淀区", True, "北京市海淀区"),
    ],
)
def test_yes_no_and_a_place_are_understood(typed, away, residence):
    answer = words.lives_away(typed)

    assert answer.value is away
    assert answer.others.get("residence") == residence


@pytest.mark.parametrize(
    ("typed", "badly", "health"),
    [
        ("是", True, None),
        ("行动不便", True, None),
        ("正常", False, None),
        ("生活自理", False, None),
        ("不能自理", True, "不能自理"),
        ("半自理", True, "半自理"),
        ("坐轮椅", True, "坐轮椅"),
    ],
)
def test_how_somebody_moves_is_understood(typed, badly, health):
    answer = words.moves_badly(typed)

    assert answer.value is badly
    assert answer.others.get("health_note") == health


@pytest.mark.parametrize(
    ("clean", "typed", "code"),
    [
        (words.sex, "中", "sex_unknown"),
        (words.sex, "男女", "sex_unknown"),
        (words.kind, "离退休", "kind_unknown"),
        (words.kind, "党员", "kind_unknown"),
        (words.lives_away, "2026年3月起", "lives_away_unknown"),
        (words.moves_badly, "看情况", "moves_badly_unknown"),
    ],
)
def test_a_word_that_nobody_understands_is_told(clean, typed, code):
    answer = clean(typed)

    assert not answer.value
    assert codes(answer) == [code]


@pytest.mark.parametrize(
    ("typed", "value", "others"),
    [
        ("王小明", "王小明", {}),
        ("儿子王小明", "王小明", {"relative_relation": "儿子"}),
        ("王小明（长子）", "王小明", {"relative_relation": "长子"}),
        ("王小明13812345678", "王小明", {"relative_phone": "13812345678"}),
        (
            "女儿：王小红 139-1234-5678",
            "王小红",
            {"relative_relation": "女儿", "relative_phone": "13912345678"},
        ),
        ("王小明（" + "长" * 21 + "）", "王小明", {"relative_note": "长" * 21}),
        ("孙桂兰", "孙桂兰", {}),
        ("女儿", "女儿", {}),
    ],
)
def test_a_relative_in_one_cell_is_taken_apart(typed, value, others):
    answer = cleaning.relative_name(typed)

    assert answer.value == value
    assert answer.others == others


def test_a_text_keeps_its_sentences_and_loses_its_odd_spaces():
    assert cleaning.line("住 在 槐树路１２号（东），近 LG 大厦", field=Field.RESIDENCE).value == (
        "住在槐树路12号（东），近LG大厦"
    )


def test_a_text_too_long_for_a_file_is_cut_and_told():
    answer = cleaning.line("长" * 101, field=Field.RESIDENCE)

    assert answer.value == "长" * 100
    assert codes(answer) == ["too_long"]


# Whole rows


def cleaned(*cells, fields):
    """The row that these cells make, the columns being `fields`."""
    table = Table(
        sheet=Sheet("", [], []),
        headings=list(fields),
        fields={at: Field(field) for at, field in enumerate(fields)},
        unknown=[],
        rows=[(2, list(cells))],
        skipped=[],
    )
    (row,) = cleaning.rows(table)
    return row


def test_every_change_says_the_column_and_what_stood_there():
    row = cleaned("王 兰", "13812345678", fields=["name", "phone"])

    assert [(one.column, one.message, one.before) for one in row.cleaned] == [
        ("name", "去掉姓名中间的空格", "王 兰")
    ]


def test_a_cell_of_words_for_nothing_is_empty_and_says_so():
    row = cleaned("王秀兰", "无", "／", "不详", fields=["name", "phone", "residence", "born_on"])

    assert (row.values.phone, row.values.residence, row.values.born_on) == ("", "", None)
    assert [one.column for one in row.cleaned] == ["phone", "residence", "born_on"]
    assert row.problems == []


def test_an_empty_cell_says_nothing():
    row = cleaned("王秀兰", "", " ", fields=["name", "lives_away", "remarks"])

    assert row.values.lives_away is None
    assert row.cleaned == []


@pytest.mark.parametrize("order", [["lives_away", "residence"], ["residence", "lives_away"]])
def test_a_place_of_its_own_comes_before_one_said_elsewhere(order):
    cells = {"lives_away": "北京", "residence": "槐树路12号"}

    values = cleaned(*(cells[field] for field in order), fields=order).values

    assert (values.residence, values.remarks) == ("槐树路12号", "北京")


def test_numbers_beside_the_first_find_their_places():
    row = cleaned(
        "13812345678/13912345678", "0532-85871234", "13712345678（单位）",
        fields=["phone", "other_phone", "relative_phone"],
    )  # fmt: skip

    values = row.values
    assert (values.phone, values.other_phone) == ("13812345678", "0532-85871234")
    assert values.phone_note == "13912345678"
    assert (values.relative_phone, values.relative_note) == ("13712345678", "单位")


@given(ANYTHING)
def test_whatever_stands_in_a_cell_cleaning_it_twice_is_cleaning_it_once(text):
    for clean in (signs.line, signs.number, signs.without_spaces):
        assert clean(clean(text)) == clean(text)
    again = name(name(text).value) if name(text).value else None
    if again and not name(text).problems:
        assert again.value == name(text).value
        assert again.notes == ()


@given(st.lists(ANYTHING, min_size=len(Field), max_size=len(Field)))
def test_no_row_is_too_odd_to_be_cleaned(cells):
    row = cleaned(*cells, fields=list(Field.values))

    for problem in row.problems:
        assert problem.column in Field.values
        assert problem.code
        assert problem.message
    for one in row.cleaned:
        assert one.message


@given(ANYTHING)
def test_a_telephone_is_eleven_digits_or_none(text):
    mobile, other, _ = phone(text).value

    assert mobile == "" or (len(mobile) == 11 and mobile.isascii() and mobile.isdigit())
    assert len(other) <= 20

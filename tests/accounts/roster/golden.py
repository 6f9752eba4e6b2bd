"""Sixty-odd rows as offices type them, and what must become of each.

The whole list is one workbook (`workbook()`) with a title, a merged heading and notes below
the people, as it would come from an office. `KNOWN` are the files that stand in the database
before, `ORGANISATIONS` the units; with them every row ends in its `verdict`.
"""

import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import openpyxl

from accounts import id_numbers

# The day on which the list is read; ages are counted to it.
TODAY = date(2026, 9, 1)

COUNTY = ("银杏区", "370299")
# Name and code of the units beneath the county.
ORGANISATIONS = [("档案局", "37029901"), ("第一中学", "37029902"), ("机械厂", "37029903")]

HEADINGS = [
    "序号",
    "姓  名",
    "性别",
    "出生年月",
    "公民身份号码",
    "联系电话",
    "原单位",
    "人员类别",
    "家庭住址",
    "是否常居外地",
    "是否行动不便",
    "备注",
    "家属姓名",
    "家属电话",
]
# What a row says where it is about something else; each has a birth date of its own.
USUAL = {
    "sex": "女",
    "unit": "档案局",
    "kind": "退休",
    "residence": "银杏区槐树路12号",
    "lives_away": "否",
    "moves_badly": "否",
}
SURNAMES = "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
CELLS = [
    "name",
    "sex",
    "born_on",
    "id_number",
    "phone",
    "unit",
    "kind",
    "residence",
    "lives_away",
    "moves_badly",
    "remarks",
    "relative_name",
    "relative_phone",
]
# The title, who sent it, the heading.
FIRST_ROW = 4


def an_id(born: str, order: str, region: str = "370299") -> str:
    """An ID number with the right check sign; an odd `order` is a man's."""
    seventeen = region + born + order
    return seventeen + id_numbers.check_sign(seventeen)


# Digits as a Chinese keyboard types them.
WIDE = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789X"}


def wrong(number: str) -> str:
    """The number with one digit of its order mistyped."""
    return number[:15] + str((int(number[15]) + 1) % 10) + number[16:]


class Dirty(NamedTuple):
    """A row as it was typed, and what must come of it."""

    about: str
    cells: list[Any]
    # "new", "same", "changed", "review" or "refused", with KNOWN in the database.
    verdict: str
    # The cleaned values that this row is about (names of accounts.roster.rows.Values).
    values: Mapping[str, Any]
    # The columns in which cleaning did or noted something, no others.
    cleaned: frozenset[str]
    # The codes of its problems that the file alone shows, no others.
    codes: frozenset[str]


ROWS: list[Dirty] = []


def row(about, verdict, cells=None, *, values=None, cleaned="", codes=""):
    """One row with `cells` typed as given (by field) and the rest as usual."""
    at = len(ROWS)
    usual = USUAL | {
        "name": f"{SURNAMES[at % len(SURNAMES)]}淑珍",
        "born_on": (date(1950, 1, 1) + timedelta(days=at)).isoformat(),
    }
    typed = usual | (cells or {})
    ROWS.append(
        Dirty(
            about,
            [at + 1, *(typed.get(field, "") for field in CELLS)],
            verdict,
            values or {},
            frozenset(cleaned.split()),
            frozenset(codes.split()),
        )
    )


def number_of(about: str) -> int:
    """The number in the workbook of the row that is about `about`."""
    return FIRST_ROW + next(at for at, dirty in enumerate(ROWS) if dirty.about == about)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "退休人员"
    sheet.append(["银杏区退休人员花名册"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(HEADINGS))
    sheet.append(["填报单位：银杏区老干部局", *[""] * 8, "填报日期：2026年9月1日"])
    sheet.append(HEADINGS)
    for dirty in ROWS:
        sheet.append([None if cell == "" else cell for cell in dirty.cells])
        for cell in sheet[sheet.max_row]:
            # openpyxl takes "=…" for a formula; here somebody typed it as text.
            if isinstance(cell.value, str):
                cell.data_type = "s"
    sheet.append(["合  计", f"{len(ROWS)}人"])
    sheet.append(["单位负责人：", "", "", "填表人：", "", "", "2026年9月1日"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# What stands in the database before: fields of accounts.models.Person, the unit by its code.
KNOWN = [
    {
        "name": "何彩兰",
        "sex": "f",
        "born_on": date(1948, 5, 6),
        "id_number": an_id("19480506", "022"),
        "phone": "13800000101",
        "organisation": "37029901",
        "kind": "retired",
        "residence": "银杏区槐树路12号",
    },
    {
        "name": "宋玉珍",
        "sex": "f",
        "born_on": date(1951, 7, 9),
        "id_number": an_id("19510709", "044"),
        "phone": "13800000102",
        "organisation": "37029901",
        "kind": "retired",
        "residence": "银杏区槐树路12号",
    },
    {
        # No ID number yet: known by name, birth and telephone.
        "name": "石桂英",
        "sex": "f",
        "born_on": date(1949, 1, 2),
        "id_number": "",
        "phone": "13800000103",
        "organisation": "37029902",
        "kind": "retired",
        "residence": "银杏区槐树路12号",
    },
    {
        "name": "方志强",
        "sex": "m",
        "born_on": date(1946, 10, 10),
        "id_number": an_id("19461010", "011"),
        "phone": "13800000104",
        "organisation": "37029903",
        "kind": "retired",
        "residence": "银杏区槐树路12号",
    },
    {
        "name": "郭大海",
        "sex": "m",
        "born_on": date(1947, 4, 5),
        "id_number": an_id("19470405", "055"),
        "phone": "13800000106",
        "organisation": "37029901",
        "kind": "retired",
        "residence": "银杏区槐树路12号",
    },
    {
        "name": "钱福生",
        "sex": "m",
        "born_on": date(1938, 2, 3),
        "id_number": an_id("19380203", "033"),
        "phone": "13800000105",
        "organisation": "37029901",
        "kind": "lixiu",
        "residence": "银杏区槐树路12号",
        "deceased_on": date(2025, 12, 1),
    },
]


# People whom the database knows, and what only it knows

row(
    "a clean row of somebody new",
    "new",
    {"born_on": "1950-01-01", "id_number": an_id("19500101", "102"), "phone": "13800000001"},
    values={
        "name": "赵淑珍",
        "sex": "f",
        "born_on": date(1950, 1, 1),
        "born_day_known": True,
        "id_number": an_id("19500101", "102"),
        "phone": "13800000001",
        "unit": "档案局",
        "kind": "retired",
        "residence": "银杏区槐树路12号",
        "lives_away": False,
        "moves_badly": False,
    },
)
row(
    "somebody known, nothing new",
    "same",
    {
        "name": "何彩兰",
        "born_on": "1948-05-06",
        "id_number": an_id("19480506", "022"),
        "phone": "13800000101",
    },
)
row(
    "somebody known, with another telephone",
    "changed",
    {
        "name": "宋玉珍",
        "born_on": "1951-07-09",
        "id_number": an_id("19510709", "044"),
        "phone": "13800000199",
    },
    values={"phone": "13800000199"},
)
row(
    "somebody known by name, birth and telephone, now with an ID number",
    "changed",
    {
        "name": "石桂英",
        "born_on": "1949-01-02",
        "id_number": an_id("19490102", "066"),
        "phone": "13800000103",
        "unit": "第一中学",
    },
    values={"id_number": an_id("19490102", "066")},
)
row(
    "somebody known, who lives elsewhere now",
    "changed",
    {
        "name": "方志强",
        "sex": "男",
        "born_on": "1946-10-10",
        "id_number": an_id("19461010", "011"),
        "phone": "13800000104",
        "unit": "机械厂",
        "residence": "银杏区梧桐街3号",
    },
)
row(
    "somebody whose file is frozen",
    "refused",
    {
        "name": "钱福生",
        "sex": "男",
        "born_on": "1938-02-03",
        "id_number": an_id("19380203", "033"),
        "phone": "13800000105",
        "kind": "离休",
    },
    values={"kind": "lixiu"},
)
row(
    "the ID number of somebody known, under another name",
    "review",
    {
        "name": "郭小河",
        "sex": "男",
        "born_on": "1947-04-05",
        "id_number": an_id("19470405", "055"),
    },
)
row("a unit that is not there", "review", {"unit": "纺织厂"}, values={"unit": "纺织厂"})

# Names

row("a space in a name", "new", {"name": "王 兰"}, values={"name": "王兰"}, cleaned="name")
row(
    "wide spaces in a name",
    "new",
    {"name": "王\u3000秀\u3000英"},
    values={"name": "王秀英"},
    cleaned="name",
)
row(
    "unseen signs in a name",
    "new",
    {"name": "\ufeff李\u200b玉梅"},
    values={"name": "李玉梅"},
    cleaned="name",
)
row(
    "a radical instead of a character",
    "new",
    {"name": "⻢秀兰"},
    values={"name": "马秀兰"},
    cleaned="name",
)
row("a rare character", "new", {"name": "张䶮"}, values={"name": "张䶮"})
row("a character beyond the basic plane", "new", {"name": "李𠮷"}, values={"name": "李𠮷"})
row(
    "a wrong dot in a name",
    "new",
    {"name": "古丽•买买提"},
    values={"name": "古丽·买买提"},
    cleaned="name",
)
row(
    "a full stop for a dot",
    "new",
    {"name": "阿依古丽．艾力"},
    values={"name": "阿依古丽·艾力"},
    cleaned="name",
)
row(
    "two names or a dot too few",
    "review",
    {"name": "买买提 艾力汗"},
    codes="name_parts",
    cleaned="name",
)
row("two people in one cell", "review", {"name": "王秀芬、李建军"}, codes="name_several")
row(
    "something in brackets behind a name",
    "new",
    {"name": "刘桂兰（党员）"},
    values={"name": "刘桂兰", "remarks": "党员"},
    cleaned="name",
)
row(
    "somebody who died, says the list",
    "review",
    {"name": "陈德福（已故）", "sex": "男"},
    values={"name": "陈德福"},
    cleaned="name",
    codes="died",
)
row("a box for a rare character", "review", {"name": "张□芳"}, codes="name_sign_lost")
row("a name of one character", "review", {"name": "王"}, codes="name_short")
row("no name", "refused", {"name": "", "phone": "13800000011"}, codes="name_missing")
row("a formula for a name", "refused", {"name": "=1+1"}, codes="name_formula")
row("a script for a name", "review", {"name": "<script>alert(1)</script>"}, codes="name_strange")

# Birth dates

row(
    "a date of Excel's", "new", {"born_on": date(1950, 4, 1)}, values={"born_on": date(1950, 4, 1)}
)
row(
    "a date as a number of days",
    "new",
    {"born_on": 18330},
    values={"born_on": date(1950, 3, 8)},
    cleaned="born_on",
)
row(
    "a date with points",
    "new",
    {"born_on": "1950.4.3"},
    values={"born_on": date(1950, 4, 3)},
    cleaned="born_on",
)
row(
    "a date in Chinese",
    "new",
    {"born_on": "1950年4月4日"},
    values={"born_on": date(1950, 4, 4)},
    cleaned="born_on",
)
row(
    "a date of eight digits",
    "new",
    {"born_on": 19500405},
    values={"born_on": date(1950, 4, 5)},
    cleaned="born_on",
)
row(
    "a month without its day",
    "new",
    {"born_on": "1950.05"},
    values={"born_on": date(1950, 5, 1), "born_day_known": False},
    cleaned="born_on",
)
row(
    "a month of six digits, and the day in the ID number",
    "new",
    {"born_on": "195006", "id_number": an_id("19500609", "202")},
    values={"born_on": date(1950, 6, 9), "born_day_known": True},
    cleaned="born_on",
)
row(
    "a month that lost its zero",
    "review",
    {"born_on": 1950.1},
    cleaned="born_on",
    codes="born_one_or_ten",
)
row(
    "a year of two digits",
    "review",
    {"born_on": "50.3.8"},
    values={"born_on": date(1950, 3, 8)},
    cleaned="born_on",
    codes="born_short_year",
)
row("a day that never was", "review", {"born_on": "1950-02-30"}, codes="born_no_such_day")
row("a date too wide for its column", "review", {"born_on": "########"}, codes="born_hidden")
row("neither birth date nor ID number", "review", {"born_on": ""}, codes="born_missing")
row(
    "a child",
    "refused",
    {"born_on": "2015-03-08"},
    values={"born_on": date(2015, 3, 8)},
    codes="age",
)
row("somebody of a hundred and thirty", "refused", {"born_on": "1896-01-01"}, codes="age")
row("a date to come", "refused", {"born_on": "2050-03-08"}, codes="age")
row("a retiree of thirty", "review", {"born_on": "1996-03-08"}, codes="age_unusual")
row(
    "somebody of thirty on the staff",
    "new",
    {"born_on": "1996-03-09", "kind": "工作人员"},
    values={"kind": "staff"},
)

# ID numbers

row(
    "a small x",
    "new",
    {"born_on": "1949-12-31", "id_number": "11010519491231002x"},
    values={"id_number": "11010519491231002X"},
    cleaned="id_number",
)
row(
    "fifteen digits",
    "new",
    {"born_on": "1949-12-30", "id_number": "370299491230022"},
    values={"id_number": an_id("19491230", "022")},
    cleaned="id_number",
)
row(
    "spaces and an apostrophe in an ID number",
    "new",
    {
        "born_on": "1950-07-01",
        "id_number": f"'{an_id('19500701', '222')[:6]} {an_id('19500701', '222')[6:]}",
    },
    values={"id_number": an_id("19500701", "222")},
    cleaned="id_number",
)
row(
    "wide digits in an ID number",
    "new",
    {"born_on": "1950-07-02", "id_number": an_id("19500702", "242").translate(WIDE)},
    values={"id_number": an_id("19500702", "242")},
    cleaned="id_number",
)
row(
    "an ID number as a number",
    "review",
    {"born_on": "1950-07-03", "id_number": 370299195007032440},
    values={"id_number": ""},
    codes="id_cut",
)
row(
    "an ID number with a wrong digit",
    "review",
    {"born_on": "1950-07-04", "id_number": wrong(an_id("19500704", "262"))},
    codes="id_checksum",
)
row(
    "an ID number of seventeen digits",
    "review",
    {"born_on": "1950-07-05", "id_number": an_id("19500705", "282")[:17]},
    codes="id_length",
)
row(
    "a passport",
    "review",
    {"born_on": "1950-07-06", "id_number": "E12345678"},
    codes="id_other",
)
row(
    "an ID number from nowhere",
    "review",
    {"born_on": "1950-07-07", "id_number": an_id("19500707", "302", region="990101")},
    codes="id_region",
)
row(
    "another birth date than in the ID number",
    "review",
    {"born_on": "1950-07-18", "id_number": an_id("19500708", "322")},
    codes="id_born_differs",
)
row(
    "another sex than in the ID number",
    "review",
    {"born_on": "1950-07-09", "sex": "男", "id_number": an_id("19500709", "342")},
    codes="id_sex_differs",
)
row(
    "birth date and sex only in the ID number",
    "new",
    {"born_on": "", "sex": "", "id_number": an_id("19500710", "371")},
    values={"born_on": date(1950, 7, 10), "sex": "m"},
    cleaned="born_on sex",
)
row(
    "the first row with an ID number",
    "new",
    {"name": "孙秀云", "born_on": "1950-07-11", "id_number": an_id("19500711", "382")},
)
row(
    "the same person again",
    "review",
    {"name": "孙秀云", "born_on": "1950-07-11", "id_number": an_id("19500711", "382")},
    codes="id_twice",
)
row("the first row of a name and a birth date", "new", {"name": "周玉兰", "born_on": "1950-07-12"})
row(
    "the same name and birth date again",
    "review",
    {"name": "周玉兰", "born_on": "1950-07-12"},
    codes="twice_in_file",
)

# Telephones

row(
    "spaces in a telephone number",
    "new",
    {"phone": " 138 0000 0021"},
    values={"phone": "13800000021"},
    cleaned="phone",
)
row(
    "wide digits in a telephone number",
    "new",
    {"phone": "１３８００００００２２"},
    values={"phone": "13800000022"},
    cleaned="phone",
)
row(
    "a telephone number as a number",
    "new",
    {"phone": 13800000023},
    values={"phone": "13800000023"},
)
row(
    "a telephone number cut by Excel",
    "review",
    {"phone": "1.38E+10"},
    values={"phone": ""},
    codes="phone_cut",
)
row(
    "a telephone number in scientific notation, whole",
    "new",
    {"phone": "1.3800000024E+10"},
    values={"phone": "13800000024"},
    cleaned="phone",
)
row(
    "two numbers and whose they are",
    "new",
    {"phone": "13800000025（本人）/13800000026（女儿）"},
    values={
        "phone": "13800000025",
        "other_phone": "13800000026",
        "phone_note": "13800000025(本人)/13800000026(女儿)",
    },
    cleaned="phone",
)
row(
    "a landline",
    "new",
    {"phone": "0532-85871234"},
    values={"phone": "", "other_phone": "0532-85871234"},
    cleaned="phone",
)
row("a telephone number too short", "review", {"phone": "1380000002"}, codes="phone_wrong")
row("a couple's telephone, first row", "new", {"phone": "13800000031"})
row("a couple's telephone, second row", "new", {"phone": "13800000031"}, cleaned="phone")

# The rest

row(
    "words for sex, kind, yes and no",
    "new",
    {"sex": "F", "kind": "离休干部", "lives_away": "√", "moves_badly": "无"},
    values={"sex": "f", "kind": "lixiu", "lives_away": True, "moves_badly": False},
    cleaned="sex kind lives_away moves_badly",
)
row("a sex that is none", "review", {"sex": "中"}, codes="sex_unknown")
row("离休 or 退休", "review", {"kind": "离退休"}, codes="kind_unknown")
row(
    "a place for yes, and how one walks",
    "new",
    {"residence": "", "lives_away": "北京", "moves_badly": "坐轮椅"},
    values={
        "lives_away": True,
        "residence": "北京",
        "moves_badly": True,
        "health_note": "坐轮椅",
    },
    cleaned="lives_away moves_badly",
)
row(
    "a relative with everything in one cell",
    "new",
    {"relative_name": "儿子王小明", "relative_phone": "138-0000-0041"},
    values={
        "relative_name": "王小明",
        "relative_relation": "儿子",
        "relative_phone": "13800000041",
    },
    cleaned="relative_name relative_phone",
)
row(
    "a remark that looks like a formula",
    "new",
    {"remarks": '=HYPERLINK("http://203.0.113.7","点这里")'},
    values={"remarks": '=HYPERLINK("http://203.0.113.7","点这里")'},
)
row(
    "the unit as above",
    "new",
    {"unit": "同上"},
    values={"unit": "档案局"},
    cleaned="unit",
)
row(
    "wide digits and spaces in an address",
    "new",
    {"residence": "银杏区 槐树路１２号"},
    values={"residence": "银杏区槐树路12号"},
    cleaned="residence",
)
row(
    "nothing, in words",
    "new",
    {"id_number": "无", "phone": "/", "remarks": "无"},
    values={"id_number": "", "phone": "", "remarks": ""},
    cleaned="id_number phone remarks",
)
row(
    "a title behind a name",
    "new",
    {"name": "吴玉芬同志"},
    values={"name": "吴玉芬"},
    cleaned="name",
)
row(
    "a country code",
    "new",
    {"phone": "+86 138-0000-0051"},
    values={"phone": "13800000051"},
    cleaned="phone",
)
row(
    "a relative's number without its last digit",
    "review",
    {"relative_name": "王小红", "relative_phone": "1380000004"},
    values={"relative_name": "王小红"},
    codes="phone_wrong",
)
row("a kind that is none", "review", {"kind": "其它"}, codes="kind_unknown")

import pytest

from accounts.roster import columns, headings
from accounts.roster.errors import FileRefused, HeadingsMissing
from accounts.roster.rows import Field, Sheet


def sheet(*rows, merged=()):
    """A sheet of these rows, numbered from 1; empty rows are left out, as reading does."""
    numbered = [(at, list(cells)) for at, cells in enumerate(rows, start=1)]
    kept = [(at, cells) for at, cells in numbered if any(cells)]
    return Sheet(name="名册", names=["名册"], rows=kept, merged=list(merged))


def understood(*rows, merged=(), **more):
    return columns.understand(sheet(*rows, merged=merged), **more)


HEADING = ["序号", "姓名", "性别", "出生日期", "手机号"]
WANG = ["1", "王秀兰", "女", "1950-03-08", "13812345678"]
LI = ["2", "李建国", "男", "1948-11-20", "13912345678"]


# What a heading means


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓名", "name"),
        ("姓  名", "name"),
        ("姓\n名", "name"),
        ("*姓名（必填）", "name"),
        ("名字", "name"),
        ("学员姓名", "name"),
        ("性别", "sex"),
        ("出生日期", "born_on"),
        ("出生年月", "born_on"),
        ("出生年月\n（如 1950.03）", "born_on"),
        ("生日", "born_on"),
        ("身份证号", "id_number"),
        ("公民身份号码", "id_number"),
        ("身份证号码（18位）", "id_number"),
        ("手机", "phone"),
        ("联系电话", "phone"),
        ("电话", "phone"),
        ("本人联系方式", "phone"),
        ("联系电话1", "phone"),
        ("联系电话2", "other_phone"),
        ("固定电话", "other_phone"),
        ("家庭电话", "other_phone"),
        ("单位", "unit"),
        ("原单位", "unit"),
        ("所属单位", "unit"),
        ("组织机构", "unit"),
        ("社区", "unit"),
        ("离退休前工作单位", "unit"),
        ("单位代码", "unit_code"),
        ("组织机构代码", "unit_code"),
        ("人员类别", "kind"),
        ("离退休", "kind"),
        ("离/退休", "kind"),
        ("身份", "kind"),
        ("居住地址", "residence"),
        ("常住地", "residence"),
        ("家庭住址", "residence"),
        ("常居外地", "lives_away"),
        ("异地", "lives_away"),
        ("是否异地居住（是/否）", "lives_away"),
        ("行动不便", "moves_badly"),
        ("自理能力", "moves_badly"),
        ("健康状况", "health_note"),
        ("备注", "remarks"),
        ("备    注", "remarks"),
        ("家属姓名", "relative_name"),
        ("联系人", "relative_name"),
        ("家属电话", "relative_phone"),
        ("紧急联系电话", "relative_phone"),
        ("子女联系方式", "relative_phone"),
        ("与本人关系", "relative_relation"),
        ("关系", "relative_relation"),
        ("Name", "name"),
    ],
)
def test_a_heading_is_understood(heading, field):
    assert headings.meaning(heading)[0] == field


@pytest.mark.parametrize(
    "heading",
    [
        "政治面貌",
        "退休时间",
        "职务",
        "户籍地址",
        "身份证地址",
        "出生地",
        "单位电话",
        "单位负责人姓名",
        "曾用名",
        "银行账号",
        "王秀兰",
        "",
        "为做好本市离退休干部姓名和手机号码的登记工作，请各单位认真填写",
    ],
)
def test_what_is_no_field_of_ours_is_not_guessed(heading):
    assert headings.meaning(heading) is None


@pytest.mark.parametrize("heading", ["序号", "编号", "年龄", "No."])
def test_a_column_that_nobody_needs_is_known_and_ignored(heading):
    assert headings.meaning(heading)[0] == headings.IGNORED


def test_a_second_column_for_the_same_field_is_listed_and_not_guessed():
    table = understood(["姓名", "出生年月", "出生日期", "姓名", "党费"], ["王秀兰"])

    # The surer heading wins, whichever comes first.
    assert table.fields == {0: Field.NAME, 2: Field.BORN}
    assert table.unknown == [1, 3, 4]


def test_a_second_telephone_is_the_other_telephone():
    table = understood(["姓名", "手机号码", "联系电话"], ["王秀兰"])

    assert table.fields == {0: Field.NAME, 1: Field.PHONE, 2: Field.OTHER_PHONE}


def test_a_table_says_which_fields_it_has():
    table = understood(HEADING, WANG)

    assert [field for field in Field if table.has(field)] == [
        Field.NAME,
        Field.SEX,
        Field.BORN,
        Field.PHONE,
    ]


# Where the heading is


def test_titles_and_notes_above_the_heading_are_skipped_and_told():
    table = understood(
        ["银杏区离退休干部姓名册"],
        [],
        ["填报单位：", "", "联系人：", "王某", "电话：12345"],
        HEADING,
        WANG,
    )

    assert table.headings == HEADING
    assert table.rows == [(5, WANG)]
    assert [row.number for row in table.skipped] == [1, 3]


def test_a_heading_in_two_rows_is_read_as_one():
    table = understood(
        ["序号", "姓名", "联系方式", "", "家属", "", "备注"],
        ["", "", "手机", "座机", "姓名", "电话", ""],
        ["1", "王秀兰", "13812345678", "", "王小明", "13912345678", ""],
    )

    assert table.fields == {
        1: Field.NAME,
        2: Field.PHONE,
        3: Field.OTHER_PHONE,
        4: Field.RELATIVE_NAME,
        5: Field.RELATIVE_PHONE,
        6: Field.REMARKS,
    }
    assert [number for number, _ in table.rows] == [3]


def test_groups_over_the_heading_are_read_with_it():
    table = understood(
        ["基本情况", "", "", "紧急联系人", ""],
        ["姓名", "性别", "出生日期", "姓名", "电话"],
        ["王秀兰", "女", "1950-03-08", "王小明", "13912345678"],
    )

    assert list(table.fields.values()) == [
        Field.NAME,
        Field.SEX,
        Field.BORN,
        Field.RELATIVE_NAME,
        Field.RELATIVE_PHONE,
    ]
    assert len(table.rows) == 1


def test_the_first_person_is_never_part_of_the_heading():
    table = understood(["姓名", "手机号", "备注"], ["王秀兰", "13812345678", "联系人"])

    assert len(table.rows) == 1


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([WANG, LI], id="no heading at all"),
        pytest.param([["性别", "手机号"], ["女", "13812345678"]], id="no names"),
        pytest.param([["名册"]], id="a title only"),
        pytest.param([], id="nothing"),
    ],
)
def test_a_table_in_which_nobody_finds_the_names_is_refused(rows):
    with pytest.raises(HeadingsMissing, match="姓名"):
        understood(*rows)


# What a person corrects


def test_a_mapping_replaces_the_guess():
    table = understood(HEADING, WANG, mapping={"1": "name", "4": "other_phone", "3": ""})

    assert table.fields == {1: Field.NAME, 4: Field.OTHER_PHONE}
    assert table.unknown == [2, 3]


def test_a_mapping_does_without_a_heading():
    table = understood(WANG, LI, mapping={1: "name", 4: "phone"})

    assert table.rows == [(1, WANG), (2, LI)]


def test_a_person_can_say_which_row_is_the_heading():
    table = understood(
        HEADING,
        WANG,
        ["号", "谁", "男女", "何日生", "打给"],
        LI,
        heading_row=3,
        mapping={1: "name"},
    )

    assert table.headings == ["号", "谁", "男女", "何日生", "打给"]
    assert table.rows == [(4, LI)]


def test_two_columns_cannot_be_the_same_field():
    with pytest.raises(FileRefused, match="两列都选了“手机号”"):
        understood(HEADING, WANG, mapping={1: "name", 3: "phone", 4: "phone"})


# Whose rows there are


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(["合计", "2人", "", "", ""], id="a total"),
        pytest.param(["合  计：", "", "", "", ""], id="a total with spaces"),
        pytest.param(["", "小计", "", "", ""], id="a total in the names"),
        pytest.param(["制表人：张三", "", "", "填表日期", ""], id="who made it"),
        pytest.param(["单位负责人：", "张三", "", "", ""], id="who answers for it"),
        pytest.param(["", "填表日期：2026年9月1日", "", "", ""], id="a date"),
        pytest.param(["注：1.请按身份证填写", "", "", "", ""], id="a note"),
        pytest.param(["一、离休干部（58人）", "", "", "", ""], id="a section"),
        pytest.param(["", "（二）退休干部", "", "", ""], id="a section in the names"),
        pytest.param(HEADING, id="the heading on the next page"),
        pytest.param(["例", "张三", "男", "1950-01-01", "13800000000"], id="an example"),
        pytest.param(["", "张三（示例）", "男", "", ""], id="an example by its name"),
        pytest.param(["", "", "第一支部", "", ""], id="one word"),
    ],
)
def test_a_row_that_is_nobody_is_skipped_and_told(row):
    table = understood(HEADING, WANG, row, LI)

    assert table.rows == [(2, WANG), (4, LI)]
    assert [skipped.number for skipped in table.skipped] == [3]


def test_prepared_rows_with_nothing_but_a_number_are_skipped_without_a_word():
    table = understood(HEADING, WANG, ["2", "", "", "", ""], ["3", "", "", "", ""])

    assert table.rows == [(2, WANG)]
    assert table.skipped == []


def test_a_person_without_a_name_stays():
    nameless = ["2", "", "男", "1948-11-20", ""]

    assert understood(HEADING, nameless).rows == [(2, nameless)]


@pytest.mark.parametrize("name", ["合德胜", "注福", "第五玉", "主父英"])
def test_a_person_whose_name_begins_like_a_note_stays(name):
    row = ["", name, "女", "1950-03-08", ""]

    assert understood(HEADING, row).rows == [(2, row)]


def test_a_row_shorter_than_the_heading_is_filled_up():
    assert understood(HEADING, ["1", "王秀兰"]).rows == [(2, ["1", "王秀兰", "", "", ""])]


def test_cells_made_one_say_the_same_for_every_row():
    table = understood(
        ["单位", "姓名", "手机号"],
        ["档案局", "王秀兰", "13812345678"],
        ["", "李建国", ""],
        ["", "张玉芬", ""],
        ["", "何彩兰", ""],
        merged=[(2, 4, 0, 1), (3, 4, 1, 1)],
    )

    assert [cells[0] for _, cells in table.rows] == ["档案局", "档案局", "档案局", ""]
    assert [cells[1] for _, cells in table.rows][-1] == "何彩兰"
    assert table.filled == {3: [0], 4: [0]}


def test_as_above_is_what_stands_above():
    table = understood(
        ["姓名", "单位", "住址"],
        ["王秀兰", "档案局", "槐树路1号"],
        ["李建国", "同上", "〃"],
        ["同上", "〃", ""],
    )

    assert table.rows[1:] == [
        (3, ["李建国", "档案局", "槐树路1号"]),
        # A name never is the one above.
        (4, ["同上", "档案局", ""]),
    ]
    assert table.filled == {3: [1, 2], 4: [1]}

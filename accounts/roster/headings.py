"""Which row of a sheet names its columns, and what each heading means.

Imports nothing of the project: the child process finds the right sheet, separator and
encoding with it.  Meanings are the values of accounts.roster.rows.Field.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

# Titles, the date and notes for whoever fills it in stand above; beyond this nobody looks.
LOOKED_AT = 30
# What is longer than this is a sentence, not a heading.
LONGEST = 16
# A heading that we know and have no use for: not unknown, and never a field.
IGNORED = ""

# Exact headings, the surest first: where two columns could be the same field, the surer is.
NAMES = {
    "name": "姓名 名字 学员姓名 人员姓名 本人姓名 老人姓名 老同志姓名 成员姓名 name fullname",
    "sex": "性别 sex gender",
    "born_on": (
        "出生日期 出生年月日 出生年月 出生时间 生日 出生 出生日 出身年月 出身日期 "
        "birthdate dateofbirth birthday"
    ),
    "id_number": (
        "身份证号 身份证号码 公民身份号码 公民身份证号码 居民身份证号 居民身份证号码 身份证 "
        "身份号码 证件号码 证件号 idnumber idcard"
    ),
    "phone": (
        "手机号 手机号码 手机 移动电话 本人手机 本人手机号 本人电话 本人联系电话 联系电话 "
        "联系方式 电话号码 联系手机 电话 联系号码 mobile phone"
    ),
    "other_phone": (
        "其他电话 固定电话 固话 座机 座机号码 家庭电话 住宅电话 宅电 备用电话 家庭座机 "
        "联系电话2 电话2 手机2 手机号2 备用手机 第二电话 其它电话"
    ),
    "unit": (
        "单位 所属单位 原单位 单位名称 原工作单位 工作单位 所在单位 管理单位 组织机构 所属机构 "
        "机构 机构名称 所属组织机构 离退休前单位 退休前单位 退休单位 所属社区 所在社区 社区 "
        "村居 社区村居 村社区 organisation organization unit"
    ),
    "unit_code": (
        "单位代码 机构代码 组织机构代码 单位编码 机构编码 组织代码 单位编号 社区代码 unitcode"
    ),
    "kind": (
        "人员类别 人员类型 人员性质 离退休类别 离退休类型 离退类别 离退休 离/退休 离退休情况 "
        "类别 人员身份 身份 身份类别 退休类别 人员分类 类型 kind"
    ),
    "residence": (
        "常住地 常住地址 居住地址 现居住地址 现居住地 居住地 现住址 现居地 常居地 家庭住址 "
        "家庭地址 住址 详细住址 详细地址 通讯地址 联系地址 地址 address"
    ),
    "lives_away": (
        "常居外地 是否常居外地 异地居住 是否异地居住 是否异地 异地 外地居住 异地安置 "
        "是否异地安置 居住外地 是否外地 长期居住外地"
    ),
    "moves_badly": (
        "行动不便 是否行动不便 行动情况 行动能力 自理能力 自理情况 生活自理能力 失能情况 是否失能"
    ),
    "health_note": "健康状况 健康情况 身体状况 身体情况 健康 身体健康状况 健康说明",
    "remarks": "备注 说明 备注说明 其他说明 其它说明 remark remarks notes",
    "relative_name": (
        "家属姓名 家属 亲属姓名 亲属 紧急联系人 紧急联系人姓名 联系人 联系人姓名 家庭联系人 "
        "配偶姓名 配偶 子女姓名 监护人 监护人姓名"
    ),
    "relative_relation": (
        "与本人关系 关系 与老人关系 与学员关系 家属关系 与联系人关系 联系人关系 亲属关系 "
        "家属与本人关系 联系人与本人关系 与老同志关系 称谓"
    ),
    "relative_phone": (
        "家属电话 家属联系电话 家属手机 家属手机号 家属联系方式 亲属电话 亲属联系电话 "
        "紧急联系人电话 紧急联系电话 联系人电话 联系人手机 联系人手机号 联系人联系电话 "
        "配偶电话 子女电话 监护人电话"
    ),
    IGNORED: "序号 编号 号 顺序号 排序 年龄 周岁 no id #",
}
MEANINGS = {
    heading: (field, rank)
    for field, headings in NAMES.items()
    for rank, heading in enumerate(headings.split())
}

# For headings that stand in no list.  In this order: whose telephone comes before "telephone".
UNSURE = 100
RELATIVE = r"家属|亲属|子女|儿女|配偶|老伴|紧急|联系人|监护人"
NOT_OURS = re.compile(
    r"户籍|户口|籍贯|出生地|有效期|签发|政治面貌|入党|党支部|曾用名|负责人|"
    r"身份证.*(地址|住址)|单位(地址|性质|电话|类型|类别)|开户|银行|账号|工号|学号"
)
SOUNDS_LIKE = [
    (re.compile(rf"({RELATIVE}).*(电话|手机|联系方式|号码)|紧急.*电话"), "relative_phone"),
    (re.compile(rf"({RELATIVE}).*关系|与.+关系"), "relative_relation"),
    (re.compile(rf"({RELATIVE}).*(姓名|名字)"), "relative_name"),
    (re.compile(r"身份证|公民身份|证件号"), "id_number"),
    (re.compile(r"出生|生日"), "born_on"),
    (re.compile(r"固定电话|固话|座机|宅电|家庭电话|备用.*(电话|手机)"), "other_phone"),
    (re.compile(r"(电话|手机号?码?)[2二]"), "other_phone"),
    (re.compile(r"手机|电话|联系方式"), "phone"),
    (re.compile(r"(单位|机构|组织|社区).*(代码|编码|编号)"), "unit_code"),
    (re.compile(r"(所属|所在|原|工作).*单位$|单位名称|单位全称"), "unit"),
    (re.compile(r"异地|外地"), "lives_away"),
    (re.compile(r"行动|自理|失能"), "moves_badly"),
    (re.compile(r"健康|身体"), "health_note"),
    (re.compile(r"离退|离/退|人员类"), "kind"),
    (re.compile(r"住址|地址|居住地|常住"), "residence"),
    (re.compile(r"性别"), "sex"),
    (re.compile(r"^.{0,6}姓名$"), "name"),
    (re.compile(r"备注"), "remarks"),
]  # fmt: skip

LONG_NUMBER = re.compile(r"\d{4}")
ASIDE = re.compile(r"[(\[【〔<].*?[)\]】〕>]")
NOT_LETTERS = re.compile(r"[\s*:：;,.、。_\-—~·'\"!?　\u200b-\u200f\u2060\ufeff]+")


class Found(NamedTuple):
    """The heading of a table: its rows among those given, and what stands over each column."""

    first: int
    # One or two rows.
    height: int
    headings: list[str]
    # Which column (from 0) says what.
    fields: dict[int, str]

    @property
    def has_names(self) -> bool:
        return "name" in self.fields.values()


def find(rows: list[tuple[int, list[str]]]) -> Found | None:
    """The row that names the most columns; one that names a column of names before any other.

    A second row below it counts as part of it if all it says are headings too.
    """
    best, best_score = None, (False, 1, True)
    for at in range(min(len(rows), LOOKED_AT)):
        single = _understood(at, 1, [_one_line(cell) for cell in rows[at][1]])
        double = _with_row_below(rows, at)
        for found in (single, double):
            if found and (score := _score(found)) > best_score:
                best, best_score = found, score
    return best


def _score(found: Found) -> tuple:
    # With as many fields one row is likelier: the one above is then a title.
    return found.has_names, len(found.fields), found.height == 1


@lru_cache(maxsize=4096)
def meaning(heading: str) -> tuple[str, int] | None:
    """The field that `heading` names and how sure that is (0 is surest); None if unknown."""
    text = unicodedata.normalize("NFKC", heading)
    plain = NOT_LETTERS.sub("", ASIDE.sub("", text)).lower()
    if not plain:
        # Nothing but an aside: "（姓名）".
        plain = re.sub(r"[()\[\]【】〔〕<>]", "", NOT_LETTERS.sub("", text)).lower()
    if known := MEANINGS.get(plain):
        return known
    if not plain or len(plain) > LONGEST or NOT_OURS.search(plain):
        return None
    # "手机号1" and "联系电话一" are the first of two.
    if known := MEANINGS.get(re.sub(r"[1一]$", "", plain)):
        return known
    for pattern, field in SOUNDS_LIKE:
        if pattern.search(plain):
            return field, UNSURE
    return None


def fields_of(headings: list[str]) -> dict[int, str]:
    """What each column says; a field that two columns could be goes to the surer one.

    A second telephone column is the other telephone.
    """
    known = [
        (rank, at, field)
        for at, heading in enumerate(headings)
        if heading and (found := meaning(heading))
        for field, rank in [found]
        if field != IGNORED
    ]
    taken: dict[str, int] = {}
    for _rank, at, field in sorted(known):
        if field == "phone" and field in taken:
            field = "other_phone"
        taken.setdefault(field, at)
    return {at: field for field, at in sorted(taken.items(), key=lambda item: item[1])}


def _understood(first: int, height: int, headings: list[str]) -> Found | None:
    fields = fields_of(headings)
    return Found(first, height, headings, fields) if fields else None


def _with_row_below(rows, at) -> Found | None:
    """The heading if the next row belongs to it: 家属 over 姓名 and 电话."""
    if at + 1 >= len(rows) or rows[at + 1][0] != rows[at][0] + 1:
        return None
    top = [_one_line(cell) for cell in rows[at][1]]
    below = [_one_line(cell) for cell in rows[at + 1][1]]
    if not _is_second_row(top, below):
        return None
    headings, over = [], ""
    for own, part in zip_longest(top, below, fillvalue=""):
        over = own or over
        headings.append(_joined(own, over, part))
    return _understood(at, 2, headings)


def _is_second_row(top: list[str], below: list[str]) -> bool:
    said = [part for part in below if part]
    if sum(meaning(part) is not None for part in said) * 2 < max(len(said), 1):
        return False
    if any(LONG_NUMBER.search(part) for part in said):
        return False
    # Below 姓名 stands a name, unless this row is heading still.
    return all(
        part == "" or meaning(part) is not None
        for own, part in zip(top, below, strict=False)
        if own and (known := meaning(own)) and known[0] == "name"
    )


def _joined(own: str, over: str, part: str) -> str:
    """What stands over a column: its `part` below `own`, or below the group `over` it."""
    if not part or own == part:
        return own
    known = meaning(over)
    is_group = bool(own) or known is None or known[0].startswith("relative_")
    return over + part if is_group and (meaning(over + part) or not meaning(part)) else part


def _one_line(text: str) -> str:
    return " ".join(text.split()) if len(text) < 200 else ""

"""Names of persons, cleaned without touching a rare character."""

import re

from django.utils.translation import gettext_noop

from accounts.roster import signs
from accounts.roster.answers import Answer
from accounts.roster.rows import Note, Problem, Weight

# Unified ideographs with their extensions, and 〇, which is a surname's sign too.
SIGN = r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
MIDDLE_DOT = "·"
# 王秀兰老师 is not one.
USUAL = re.compile(
    rf"{SIGN}{{2,5}}(?<!同志)(?<!先生)(?<!女士)(?<!老师)|{SIGN}{{1,15}}(?:·{SIGN}{{1,15}}){{1,3}}"
)
CHINESE = re.compile(rf"{SIGN}{{2,8}}|{SIGN}{{1,15}}(?:·{SIGN}{{1,15}}){{1,3}}")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f .,'\-·]{1,39}")
DOTS = re.compile(r"\s*[•‧・･．.·∙⋅●•﹒﹑]\s*(?=\S)")
ASIDE = re.compile(r"\s*[(（\[【〔]([^(（\[【〔]*)[)）\]】〕]$")
SEVERAL = re.compile(rf"(?<={SIGN})\s*[、,，;；/和&]\s*(?={SIGN})")
# Two names, or the two parts of one: 艾力 买买提.
PARTS = re.compile(rf"{SIGN}{{2,}}( {SIGN}{{2,}})+")
# A box, a question mark or a private sign where a rare character should be.
LOST = re.compile(r"[\ufffd?？□■\ue000-\uf8ff\U000f0000-\U0010fffd]")
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
DIED = re.compile(r"已?故|去世|死亡|病逝|逝世|过世|亡")
TITLE = re.compile(r"(同志|先生|女士|老师)$")
LONGEST = 40

SPACES_IN_NAME = Note(gettext_noop("去掉姓名中间的空格"))
DOT_UNIFIED = Note(gettext_noop("姓名中间的点改成“·”"))
ASIDE_MOVED = Note(gettext_noop("括号里的字移到备注"))
TITLE_TAKEN_OUT = Note(gettext_noop("去掉姓名后面的称呼"))

TOO_LONG = gettext_noop("姓名太长，不像一个人的名字，请查。")
IS_FORMULA = gettext_noop("姓名像公式，不能写入。")
SEVERAL_PEOPLE = gettext_noop("一格里好像有几个人，请一人一行。")
SPACE_OR_DOT = gettext_noop("姓名中间有空格，是两个人，还是少了一个点，请查。")
SIGN_LOST = gettext_noop("姓名里有一个字没有显示出来，请补上。")
TOO_SHORT = gettext_noop("姓名只有一个字，请查。")
NOT_A_NAME = gettext_noop("姓名里有不该有的字符，请查。")
SAYS_DIED = gettext_noop("名册上写着已去世，请核对。")


def clean(text: str, *, column: str) -> Answer:
    """The name in `text`; what stood beside it in brackets is a remark."""
    plain = signs.line(text)
    if FORMULA.match(text):
        return Answer("", (), (_problem(column, "name_formula", IS_FORMULA, Weight.REFUSED),))
    notes, others, problems = [], {}, []
    if aside := ASIDE.search(plain):
        said, plain = aside[1].strip(), plain[: aside.start()]
        if said:
            others["remarks"] = said
            notes.append(ASIDE_MOVED)
            if DIED.search(said):
                problems.append(_problem(column, "died", SAYS_DIED))
    if (title := TITLE.search(plain)) and title.start() >= 2:
        plain = plain[: title.start()].strip()
        notes.append(TITLE_TAKEN_OUT)
    parts = PARTS.fullmatch(plain)
    value = _joined(plain)
    notes = [*_changes(text, plain, value), *notes]
    if doubt := _doubt(plain, value, parts is not None, column):
        problems.append(doubt)
        if doubt.weight == Weight.REFUSED:
            value = ""
    return Answer(value, tuple(notes), tuple(problems), others)


def _joined(plain: str) -> str:
    """The name without spaces between Chinese signs, and with one kind of middle dot."""
    if not re.search(SIGN, plain):
        return plain
    return signs.without_spaces(DOTS.sub(MIDDLE_DOT, plain)).strip(MIDDLE_DOT)


def _changes(text: str, plain: str, value: str) -> list[Note]:
    # Spaces have a note of their own below.
    notes = [note for note in signs.changes(text, plain) if note != signs.SPACES_TAKEN_OUT]
    if text != text.strip() and signs.UNSEEN_TAKEN_OUT not in notes:
        notes.append(signs.SPACES_TAKEN_OUT)
    if " " in plain and " " not in value:
        notes.append(SPACES_IN_NAME)
    if signs.without_spaces(plain) != value:
        notes.append(DOT_UNIFIED)
    return notes


def _doubt(plain: str, value: str, in_parts: bool, column: str) -> Problem | None:
    if len(value) > LONGEST:
        return _problem(column, "name_long", TOO_LONG, Weight.REFUSED)
    if SEVERAL.search(plain):
        return _problem(column, "name_several", SEVERAL_PEOPLE)
    if LOST.search(value):
        return _problem(column, "name_sign_lost", SIGN_LOST)
    # 王秀兰 李建国, but not 欧阳 娜娜.
    if in_parts and len(value) >= 5:
        return _problem(column, "name_parts", SPACE_OR_DOT)
    if len(value) == 1:
        return _problem(column, "name_short", TOO_SHORT)
    if value and not CHINESE.fullmatch(value) and not LATIN.fullmatch(value):
        return _problem(column, "name_strange", NOT_A_NAME)
    return None


def _problem(column: str, code: str, text: str, weight: Weight = Weight.REVIEW) -> Problem:
    return Problem(column, Note(text), weight, code)

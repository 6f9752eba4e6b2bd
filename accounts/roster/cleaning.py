"""Cleaning a roster: what each cell means, and what was done to it, in words.

A cell that is right as it stands costs one match of a pattern; everything else goes through
the module that knows its kind.  Nothing is changed silently: each change is a note.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from accounts import id_numbers
from accounts.roster import births, names, signs, telephones, words
from accounts.roster.answers import Answer
from accounts.roster.rows import Cleaned, Field, Note, Problem, Row, Table, Values

# How much of these a file holds (accounts.models).
LONGEST = {
    Field.UNIT: 100,
    Field.UNIT_CODE: 40,
    Field.RESIDENCE: 100,
    Field.RELATIVE_RELATION: 20,
    Field.RELATIVE_NAME: 40,
    Field.HEALTH: 1000,
    Field.REMARKS: 1000,
}
# The 15 digits that Excel keeps, with or without what it made of the rest.
CUT_ID = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?1[4-9]")
ID_SEPARATORS = re.compile(r"[\s'’‘`\-–—_.·]+")
NOT_AN_ID = re.compile(r"[A-Z]{1,3}[0-9]{5,10}")
RELATION_FIRST = re.compile(
    r"(?P<said>儿子|女儿|老伴|配偶|丈夫|妻子|爱人|长子|次子|三子|长女|次女|三女|孙子|孙女|外孙|外孙女|"
    r"女婿|儿媳|侄子|侄女|外甥|外甥女|弟弟|妹妹|哥哥|姐姐)[:：\s]*(?P<name>\S{2}.*)"
)
# Two to four characters that do not begin like one of those words.
ONLY_A_NAME = re.compile(rf"(?![儿女老配丈妻爱长次三孙外侄弟妹哥姐]){names.SIGN}{{2,4}}")
ASIDE_LAST = re.compile(r"(?P<name>.+?)\s*[(（](?P<said>.+?)[)）]")
USUAL_LINE = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fffA-Za-z0-9（）、，。；：·\-#]{2,40}")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Where 无 is an answer.
SAYS_NO = frozenset([Field.LIVES_AWAY.value, Field.MOVES_BADLY.value])
# Fields that hold one thing; what else is said for them is a remark.
SAID_ONCE = frozenset(["other_phone", "relative_phone", "relative_relation", "residence"])

X_MADE_LARGE = Note(gettext_noop("身份证号末位的 x 改成大写 X"))
ID_LENGTHENED = Note(gettext_noop("15 位身份证号升为 18 位"))
ID_SEPARATED = Note(gettext_noop("去掉身份证号里的空格和符号"))
RELATION_MOVED = Note(gettext_noop("名字旁边的关系移到“与本人关系”"))
NUMBER_MOVED = Note(gettext_noop("名字旁边的号码移到家属电话"))
TAKEN_AS_EMPTY = Note(gettext_noop("没有内容，当作没填"))
FILLED_DOWN = Note(gettext_noop("合并的格子或“同上”，按上面的一格填入"))


def _id_problem(code: str, text: str, **parts: int) -> Problem:
    return Problem(Field.ID_NUMBER.value, Note(text, tuple(parts.items())), code=code)


ID_CUT = _id_problem(
    "id_cut",
    gettext_noop("身份证号末尾的数字丢了（表格把它当成了数字），请照证件补全。"),
)
ID_SHORT = gettext_noop("身份证号少了 %(count)s 位，请查。")
ID_LONG = gettext_noop("身份证号多了 %(count)s 位，请查。")
ID_STRANGE = _id_problem("id_strange", gettext_noop("这不像身份证号，请查。"))
ID_OTHER = _id_problem("id_other", gettext_noop("这好像是别的证件的号码，身份证号请照证件填写。"))
TOO_LONG = gettext_noop("内容超过 %(most)s 个字，只留了前面的，请查。")


def not_at_once(text: str) -> bool:
    """For columns of which no pattern says that a cell is right."""
    return False


class Way(NamedTuple):
    """How a column is cleaned."""

    field: str
    clean: Callable[[str], Answer]
    # Whether a cell is right as it stands.
    is_clean: Callable[[str], Any] = not_at_once
    # For columns that say the same again and again.
    known: dict[str, Answer] | None = None


def rows(table: Table) -> list[Row]:
    """Every person's row of `table`, cleaned.

    Their problems are those of single cells; accounts.roster.checks adds those of whole rows.
    """
    ways = [(at, _way(field, table)) for at, field in table.fields.items()]
    return [
        _row(number, cells, ways, table.filled.get(number, ())) for number, cells in table.rows
    ]


def id_number(text: str) -> Answer:
    """The eighteen signs of an ID number; whether they agree is not looked at."""
    plain = signs.number(text)
    if CUT_ID.fullmatch(plain):
        return Answer("", (), (ID_CUT,))
    joined = ID_SEPARATORS.sub("", plain.removesuffix(".0")).replace("×", "X")
    number = joined.upper()
    notes = [note for note in signs.changes(text, plain) if note != signs.SPACES_TAKEN_OUT]
    if joined != plain or text != text.strip():
        notes.append(ID_SEPARATED)
    if joined != number:
        notes.append(X_MADE_LARGE)
    if id_numbers.SHORT_SHAPE.fullmatch(number):
        number = id_numbers.lengthened(number)
        notes.append(ID_LENGTHENED)
    if id_numbers.SHAPE.fullmatch(number):
        # Excel keeps fifteen digits and makes zeros of the rest.
        if number.endswith("000") and not id_numbers.is_checked(number):
            return Answer("", (), (ID_CUT,))
        return Answer(number, tuple(notes))
    return Answer("", (), (_id_doubt(number),))


def _id_doubt(number: str) -> Problem:
    if number.isascii() and number.rstrip("X").isdigit() and 12 <= len(number) <= 20:
        if len(number) < 18:
            return _id_problem("id_length", ID_SHORT, count=18 - len(number))
        return _id_problem("id_length", ID_LONG, count=len(number) - 18)
    return ID_OTHER if NOT_AN_ID.fullmatch(number) else ID_STRANGE


def line(text: str, *, field: str, spaced: bool = False) -> Answer:
    """A line of words, not longer than a file holds."""
    plain = signs.line(text)
    value = plain if spaced else signs.without_spaces(plain)
    notes = signs.changes(text, value)
    most = LONGEST[field]
    if len(value) > most:
        problem = Problem(field, Note(TOO_LONG, (("most", most),)), code="too_long")
        return Answer(value[:most], notes, (problem,))
    return Answer(value, notes)


def unit_code(text: str) -> Answer:
    plain = signs.number(text)
    value = plain.replace(" ", "").removesuffix(".0")
    return line(value, field=Field.UNIT_CODE)._replace(notes=signs.changes(text, value))


def relative_name(text: str) -> Answer:
    """王小明, or with more beside it: 儿子王小明, 王小明（儿子）, 王小明 13812345678."""
    answer = line(text, field=Field.RELATIVE_NAME)
    name, notes, others = answer.value, list(answer.notes), {}
    if telephones.NUMBER.search(name):
        mobile, other, said = telephones.clean(text, column=Field.RELATIVE_NAME).value
        others["relative_phone"] = mobile or other
        name = telephones.words_beside(signs.number(text)) or said
        notes.append(NUMBER_MOVED)
    if found := ASIDE_LAST.fullmatch(name) or RELATION_FIRST.fullmatch(name):
        name, said = found["name"], found["said"]
        is_short = len(said) <= LONGEST[Field.RELATIVE_RELATION]
        others["relative_relation" if is_short else "relative_note"] = said
        notes.append(RELATION_MOVED)
    return Answer(name, tuple(notes), answer.problems, others)


def other_phone(text: str, *, column: str) -> Answer:
    """One number of whatever kind, and what else is said."""
    answer = telephones.clean(text, column=column)
    mobile, other, said = answer.value
    number = mobile or other
    rest = " ".join(filter(None, [other if mobile else "", said]))
    notes = tuple(note for note in answer.notes if note != telephones.LANDLINE_MOVED)
    note_of = "relative_note" if column == Field.RELATIVE_PHONE else "phone_note"
    others = {note_of: rest} if rest else {}
    return Answer(number, notes, answer.problems, others)


def _phone(text: str) -> Answer:
    answer = telephones.clean(text, column=Field.PHONE.value)
    mobile, other, said = answer.value
    others = {"other_phone": other, "phone_note": said}
    return answer._replace(value=mobile, others={to: said for to, said in others.items() if said})


def _born(text: str, *, counts_from_1904: bool) -> Answer:
    answer = births.clean(text, counts_from_1904=counts_from_1904)
    day, day_known = answer.value
    return answer._replace(value=day, others={} if day_known else {"born_day_known": False})


def _way(field: Field, table: Table) -> Way:
    name = field.value
    match field:
        case Field.NAME:
            return Way(name, partial(names.clean, column=name), names.USUAL.fullmatch)
        case Field.ID_NUMBER:
            return Way(name, id_number, id_numbers.SHAPE.fullmatch)
        case Field.BORN:
            from_1904 = table.sheet.counts_from_1904
            return Way(name, partial(_born, counts_from_1904=from_1904))
        case Field.PHONE:
            return Way(name, _phone, MOBILE.fullmatch)
        case Field.OTHER_PHONE | Field.RELATIVE_PHONE:
            return Way(name, partial(other_phone, column=name), MOBILE.fullmatch)
        case Field.SEX:
            return Way(name, words.sex, known={})
        case Field.KIND:
            return Way(name, words.kind, known={})
        case Field.LIVES_AWAY:
            return Way(name, words.lives_away, known={})
        case Field.MOVES_BADLY:
            return Way(name, words.moves_badly, known={})
        case Field.UNIT_CODE:
            return Way(name, unit_code, known={})
        case Field.RELATIVE_NAME:
            return Way(name, relative_name, ONLY_A_NAME.fullmatch)
        case _:
            spaced = field in (Field.REMARKS, Field.HEALTH)
            return Way(name, partial(line, field=name, spaced=spaced), USUAL_LINE.fullmatch)


def _row(number, cells, ways, filled) -> Row:
    row = Row(number, Values())
    values, others = row.values, []
    for at, way in ways:
        text = cells[at]
        if not text or text.isspace():
            continue
        field = way.field
        if at in filled:
            row.cleaned.append(Cleaned(field, FILLED_DOWN, text))
        if text.strip() in words.NOTHING and field not in SAYS_NO:
            row.cleaned.append(Cleaned(field, TAKEN_AS_EMPTY, text))
            continue
        if way.is_clean(text):
            setattr(values, field, text)
            continue
        if way.known is None:
            answer = way.clean(text)
        elif (answer := way.known.get(text)) is None:
            answer = way.known[text] = way.clean(text)
        setattr(values, field, answer.value)
        if answer.notes:
            row.cleaned += [Cleaned(field, note, text) for note in answer.notes]
        if answer.problems:
            row.problems += answer.problems
        if answer.others:
            others.append(answer.others)
    # Only now: a cell's own column says more than what stood beside something else.
    for said in others:
        for field, value in said.items():
            _add(values, field, value)
    return row


def _add(values: Values, field: str, said: Any) -> None:
    """Put what a cell said for another field where there is room for it."""
    before = getattr(values, field)
    if field in SAID_ONCE:
        if not before:
            setattr(values, field, said)
        elif before != said:
            note = "phone_note" if field == Field.OTHER_PHONE else "remarks"
            _add(values, note, said)
    elif field == "born_day_known":
        values.born_day_known = said
    elif said not in before:
        setattr(values, field, f"{before}；{said}" if before else said)

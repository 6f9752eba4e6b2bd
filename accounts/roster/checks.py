"""What is wrong or doubtful about a roster's rows, alone and among each other.

No name: refused, for it is nobody.  An age that no learner has: refused.  Neither birth date
nor ID number: for review, since the row may still be somebody we know by name and telephone.
Everything else that does not agree is for review; what is only worth knowing is a note.
"""

from collections import defaultdict
from datetime import date

from django.utils.translation import gettext_noop

from accounts import id_numbers
from accounts.roster import births, cleaning
from accounts.roster.rows import Cleaned, Field, Note, Problem, Row, Table, Values, Weight

# Younger and older than any learner; between them, the ages of those who are retired.
AGES = range(16, 121)
EXPECTED_AGES = range(50, 111)
# A couple, and a child who takes the calls.
MOST_ON_ONE_PHONE = 3

SEX_FROM_ID = Note(gettext_noop("按身份证号填上"))
BORN_FROM_ID = Note(gettext_noop("按身份证号填上"))
SETTLED_BY_ID = Note(gettext_noop("和身份证号一致，以身份证号为准"))
SHARED_PHONE = gettext_noop("第 %(row)s 行也是这个手机号，可能是一家人")


def _problem(column: str, code: str, text: str, weight: Weight = Weight.REVIEW) -> Problem:
    return Problem(column, Note(text), weight, code)


NO_NAME = _problem(
    Field.NAME.value, "name_missing", gettext_noop("没有姓名，不能写入。"), Weight.REFUSED
)
NO_BIRTH = _problem(
    Field.BORN.value,
    "born_missing",
    gettext_noop("没有出生日期，也没有身份证号，请补上一样。"),
)
WRONG_CHECK = _problem(
    Field.ID_NUMBER.value,
    "id_checksum",
    gettext_noop("身份证号的校验码不对，可能写错了一位，请照证件查。"),
)
WRONG_REGION = _problem(
    Field.ID_NUMBER.value, "id_region", gettext_noop("身份证号开头的地区不存在，请照证件查。")
)
WRONG_DAY = _problem(
    Field.ID_NUMBER.value, "id_day", gettext_noop("身份证号里的出生日期不存在，请照证件查。")
)
BORN_DIFFERS = _problem(
    Field.BORN.value, "id_born_differs", gettext_noop("出生日期和身份证号里的不一样，请核对。")
)
SEX_DIFFERS = _problem(
    Field.SEX.value, "id_sex_differs", gettext_noop("性别和身份证号里的不一样，请核对。")
)
IMPOSSIBLE_AGE = gettext_noop("按出生日期是 %(age)s 岁，不能写入，请查出生日期。")
UNBORN = _problem(
    Field.BORN.value, "age", gettext_noop("出生日期还没有到，不能写入。"), Weight.REFUSED
)
UNUSUAL_AGE = gettext_noop("按出生日期是 %(age)s 岁，请核对。")
SAME_ID = gettext_noop("和第 %(row)s 行是同一个身份证号，请核对。")
SAME_PERSON = gettext_noop("和第 %(row)s 行姓名、出生日期相同，可能是同一个人。")
CROWDED_PHONE = gettext_noop("这个手机号一共写在 %(count)s 行里，请核对。")


def checked(table: Table, *, today: date) -> list[Row]:
    """The people's rows of `table`, cleaned, with everything that speaks against each."""
    rows = cleaning.rows(table)
    for row in rows:
        _check_id(row)
        _check_person(row, today)
    _check_ids_among(rows)
    _check_people_among(rows)
    _check_phones_among(rows)
    return rows


def _check_id(row: Row) -> None:
    """Compare the ID number with itself, the birth date and the sex; it fills what is empty."""
    values = row.values
    number = values.id_number
    if not number:
        return
    born = id_numbers.born_on(number)
    if not id_numbers.is_checked(number):
        row.problems.append(WRONG_CHECK)
    elif not id_numbers.has_known_region(number):
        row.problems.append(WRONG_REGION)
    elif born is None:
        row.problems.append(WRONG_DAY)
    else:
        if values.born_on != born or not values.born_day_known or row.problems:
            _compare_birth(row, born)
        sex = id_numbers.sex(number)
        if not values.sex:
            values.sex = sex
            row.cleaned.append(Cleaned(Field.SEX.value, SEX_FROM_ID))
            _settle(row, Field.SEX.value)
        elif values.sex != sex:
            row.problems.append(SEX_DIFFERS)


def _compare_birth(row: Row, born: date) -> None:
    values = row.values
    if values.born_on is None:
        row.cleaned.append(Cleaned(Field.BORN.value, BORN_FROM_ID))
    elif not _may_mean(row, born):
        row.problems.append(BORN_DIFFERS)
        return
    elif values.born_on != born or not values.born_day_known or _is_said(row, Field.BORN):
        row.cleaned.append(Cleaned(Field.BORN.value, SETTLED_BY_ID))
    values.born_on, values.born_day_known = born, True
    _settle(row, Field.BORN.value)


def _may_mean(row: Row, born: date) -> bool:
    """Whether what stands in the column of birth dates, as far as it is sure, is `born`."""
    said = row.values.born_on
    codes = {problem.code for problem in row.problems}
    months = {said.month, 10} if births.ONE_OR_TEN.code in codes else {said.month}
    if births.DAY_OR_MONTH.code in codes and (born.month, born.day) == (said.day, said.month):
        return born.year == said.year
    days = {said.day} if row.values.born_day_known else {born.day}
    return born.year == said.year and born.month in months and born.day in days


def _settle(row: Row, column: str) -> None:
    """Drop the doubts about a cell that the ID number has answered."""
    row.problems = [problem for problem in row.problems if problem.column != column]


def _check_person(row: Row, today: date) -> None:
    values, problems = row.values, row.problems
    if not values.name and not _is_said(row, Field.NAME):
        problems.append(NO_NAME)
    if values.born_on is None:
        if not values.id_number and not _is_said(row, Field.BORN):
            problems.append(NO_BIRTH)
        return
    age = _age(values.born_on, today)
    if age in EXPECTED_AGES or (values.kind == "staff" and age in AGES):
        return
    parts = (("age", age),)
    if values.born_on > today:
        problems.append(UNBORN)
    elif age not in AGES:
        note = Note(IMPOSSIBLE_AGE, parts)
        problems.append(Problem(Field.BORN.value, note, Weight.REFUSED, "age"))
    else:
        problems.append(Problem(Field.BORN.value, Note(UNUSUAL_AGE, parts), code="age_unusual"))


def _is_said(row: Row, field: Field) -> bool:
    return any(problem.column == field for problem in row.problems)


def _age(born_on: date, today: date) -> int:
    had_birthday = (today.month, today.day) >= (born_on.month, born_on.day)
    return today.year - born_on.year - (not had_birthday)


def _check_ids_among(rows: list[Row]) -> None:
    """One number in two rows: the later one is in doubt, and the first too if names differ."""
    for same in _groups(rows, lambda values: values.id_number):
        first, *later = same
        for row in later:
            _doubt(row, Field.ID_NUMBER, SAME_ID, "id_twice", row=first.number)
        others = [row for row in later if row.values.name != first.values.name]
        if others:
            _doubt(first, Field.ID_NUMBER, SAME_ID, "id_twice", row=others[0].number)


def _check_people_among(rows: list[Row]) -> None:
    """One name and birth in two rows: the later one is in doubt, unless two ID numbers say
    that they are two."""
    for same in _groups(rows, _name_and_birth):
        first, *later = same
        for row in later:
            ids = {first.values.id_number, row.values.id_number}
            if "" in ids and not any(problem.code == "id_twice" for problem in row.problems):
                _doubt(row, Field.NAME, SAME_PERSON, "twice_in_file", row=first.number)


def _check_phones_among(rows: list[Row]) -> None:
    """One telephone in two rows is worth knowing; in many it was filled down by mistake."""
    for same in _groups(rows, lambda values: values.phone):
        if len(same) > MOST_ON_ONE_PHONE:
            for row in same:
                _doubt(row, Field.PHONE, CROWDED_PHONE, "phone_crowded", count=len(same))
            continue
        for row in same[1:]:
            note = Note(SHARED_PHONE, (("row", same[0].number),))
            row.cleaned.append(Cleaned(Field.PHONE.value, note))


def _name_and_birth(values: Values):
    return values.name and values.born_on and (values.name, values.born_on)


def _groups(rows: list[Row], key) -> list[list[Row]]:
    """Rows that agree in `key`, where there is more than one; those without it left out."""
    groups = defaultdict(list)
    for row in rows:
        if found := key(row.values):
            groups[found].append(row)
    return [group for group in groups.values() if len(group) > 1]


def _doubt(row: Row, field: Field, text: str, code: str, /, **parts: int) -> None:
    note = Note(text, tuple(parts.items()))
    row.problems.append(Problem(field.value, note, code=code))

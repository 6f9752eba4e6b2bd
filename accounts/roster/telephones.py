"""Telephone numbers as they stand in rosters: several in a cell, whose they are, cut by Excel."""

import re
from decimal import Decimal

from django.utils.translation import gettext_noop

from accounts.phones import MOBILE
from accounts.roster import signs
from accounts.roster.answers import Answer
from accounts.roster.rows import Note, Problem

SCIENTIFIC = re.compile(r"\+?([0-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})")
POINT_ZERO = re.compile(r"\.0+$")
# A mobile number however it is parted, a landline with its area code, one without.
NUMBER = re.compile(
    r"(?<![0-9])(?:"
    r"(?:(?:\+|00)?86[\s\-–—]*)?(?P<mobile>1[3-9](?:[\s\-–—._]*[0-9]){9})"
    r"|\(?(?P<area>0(?:10|2[0-9]|[3-9][0-9]{2}))\)?[\s\-–—_]*(?P<line>[2-9][0-9]{2,3}[\s\-]?[0-9]{4})"
    r"(?:-(?P<extension>[0-9]{1,6}))?"
    r"|(?P<local>[2-9][0-9]{2,3}[\s\-]?[0-9]{4})(?:-(?P<local_extension>[0-9]{1,6}))?"
    r")(?![0-9])"
)  # fmt: skip
# Area codes are 010, 02x and 03xx-09xx.
TO_EXTENSION = re.compile(r"\s*(?:转|分机)\s*(?=[0-9])")
NOT_DIGITS = re.compile(r"[^0-9]+")
# Digits that are left over and long enough to have been a number.
LEFT_OVER = re.compile(r"[0-9](?:[\s\-–—._]*[0-9]){4,}")
# What is left beside the numbers and says nothing.
EDGES = " ,;:/、，；：|和或.-–—_'\"’‘`+*()（）"
LONGEST_OTHER = 20

WRITTEN_OTHERWISE = Note(gettext_noop("去掉号码里的空格、横线和国家代码"))
FROM_SCIENTIFIC = Note(gettext_noop("科学计数还原成号码"))
SEVERAL = Note(gettext_noop("一格里有几个号码，第一个手机号作为主要号码"))
WORDS_MOVED = Note(gettext_noop("号码旁边的字移到电话说明"))
LANDLINE_MOVED = Note(gettext_noop("座机号记作其他电话"))

CUT = gettext_noop("号码成了科学计数，末尾数字丢了，请查。")
SHORT = gettext_noop("手机号少了 %(count)s 位，请查。")
LONG = gettext_noop("手机号多了 %(count)s 位，请查。")
STRANGE = gettext_noop("这不像电话号码，请查。")


def clean(text: str, *, column: str) -> Answer:
    """The numbers in `text`; the value is (mobile, first other number, the rest in words)."""
    plain = signs.number(text)
    if found := SCIENTIFIC.fullmatch(plain):
        return _of_scientific(found, column)
    plain = TO_EXTENSION.sub("-", POINT_ZERO.sub("", plain))
    mobiles, others = [], []
    for found in NUMBER.finditer(plain):
        if found["mobile"]:
            mobiles.append(NOT_DIGITS.sub("", found["mobile"]))
        else:
            others.append(_landline(found))
    rest = NUMBER.sub(" ", plain)
    words = _plain_words(rest)
    mobile, further = (mobiles[0] if mobiles else ""), [*mobiles[1:], *others]
    other, more = (further[0] if further else ""), further[1:]
    # With several numbers the words say which is whose, so they stay beside them.
    said = plain if words and further else " ".join([*more, words]).strip()
    value = (mobile, other[:LONGEST_OTHER], said)
    wrong = LEFT_OVER.search(rest)
    if wrong or not (mobile or other):
        return Answer(value, (), (_problem(wrong, column),))
    return Answer(value, tuple(_notes(text, mobiles, others, words)))


def _landline(found: re.Match) -> str:
    """0532-85871234-801: area code, number, extension."""
    line = NOT_DIGITS.sub("", found["line"] or found["local"])
    return "-".join(
        filter(None, [found["area"], line, found["extension"] or found["local_extension"]])
    )


def _notes(text, mobiles, others, words):
    if len(mobiles) + len(others) > 1:
        yield SEVERAL
    elif others:
        yield LANDLINE_MOVED
    elif not words and text != mobiles[0]:
        # "１３８…" was only made narrow; anything else had signs in between.
        narrow = signs.number(text)
        yield from signs.changes(text, narrow) if narrow == mobiles[0] else [WRITTEN_OTHERWISE]
    if words:
        yield WORDS_MOVED


def words_beside(text: str) -> str:
    """What `text` says beside telephone numbers."""
    return _plain_words(NUMBER.sub(" ", text))


def _plain_words(rest: str) -> str:
    return " ".join(re.sub(r"\(\s*\)", " ", rest).split()).strip(EDGES)


def _problem(wrong: re.Match | None, column: str) -> Problem:
    digits = NOT_DIGITS.sub("", wrong[0]) if wrong else ""
    note = Note(STRANGE)
    if digits.startswith("1") and 8 <= len(digits) < 11:
        note = Note(SHORT, (("count", 11 - len(digits)),))
    elif digits.startswith("1") and 11 < len(digits) <= 14:
        note = Note(LONG, (("count", len(digits) - 11),))
    return Problem(column, note, code="phone_wrong")


def _of_scientific(found: re.Match, column: str) -> Answer:
    """1.3812345678E+10 is all there; 1.38E+10 is not."""
    number = str(int(Decimal(found[0])))
    if 1 + len(found[2] or "") >= len(number) and MOBILE.fullmatch(number):
        return Answer((number, "", ""), (FROM_SCIENTIFIC,))
    return Answer(("", "", ""), (), (Problem(column, Note(CUT), code="phone_cut"),))

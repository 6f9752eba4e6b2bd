"""Finding people's files by whatever one knows of them: the one search field.

By name or by what follows the surname, by pinyin or its initials, by the last digits of a
telephone number or an ID number, or by the whole of it. Words of several kinds narrow each
other: "王秀兰 1234". Names are found by the beginning of indexed keys, ID numbers by keys
that cannot be read (common.sealed).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace, StrIndex, Substr

from accounts import id_numbers
from accounts.models import Person, User
from accounts.models.persons import ID_NUMBER, ID_TAIL
from accounts.queries import files_seen_by
from common import pinyin
from common.sealed import blind_index

# No list shows these, and each costs time to open.
SEALED = ("phone_note", "id_number", "health_note")

# What follows the surname: "秀兰", "xl" and "xiulan". Of these the indexes of
# 0009_given_names are made, word by word.
GIVEN = {
    "given_name": Substr("name", 2),
    "given_initials": Substr("pinyin_initials", 2),
    "given_letters": Replace(
        Substr("pinyin", StrIndex(F("pinyin"), Value(" ")) + 1), Value(" "), Value("")
    ),
}

SHORTEST_TAIL = 4
# Beyond this a word says nothing more.
LONGEST = 60
NUMBER = r"[0-9]+(?:x(?![a-z]))?"
LETTERS = r"[a-z]+"
# The dots are those of names like 买买提·艾力.
NAME = r"(?:[^\W\d_a-z]|[·•・‧])+"
WORD = re.compile(f"(?P<number>{NUMBER})|(?P<letters>{LETTERS})|(?P<name>{NAME})")
# ！ to ～ are ! to ~, moved. Not Unicode's normal forms: they change rare signs of names.
# The keys write ü as v.
PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans("üÜ", "vv")
COUNTRY = re.compile(r"(0086|86)(?=1[0-9]{10}$)")


@dataclass(frozen=True)
class Word:
    kind: str
    text: str


def find(user: User, text: str) -> QuerySet[Person]:
    """The files that `user` may see and that `text` fits, by name; none for an empty text.

    Sealed fields are left out, and fetched where somebody asks for them. How many queries
    it takes does not depend on how many files fit.
    """
    return matching(files_seen_by(user), text)


def matching(files: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those of `files` that `text` fits. Harmless with any text."""
    words = list(words_of(text))
    found = files.alias(**GIVEN).defer(*SEALED)
    for word in words:
        found = found.filter(_fits(word))
    return found if words else files.none()


def likely_same(
    files: QuerySet[Person], *, name: str, born_on: date, phone: str = "", id_number: str = ""
) -> QuerySet[Person]:
    """Those of `files` that may be of the human being with these facts: one ID number, or
    two of name (or its sound), birth date and telephone."""
    sound = Q(name=name) | Q(pinyin_letters=pinyin.of_person(name).letters)
    same = sound & Q(born_on=born_on)
    if phone:
        same |= Q(phone=phone) & (sound | Q(born_on=born_on))
    if id_number:
        same |= Q(id_index=blind_index(id_number, use=ID_NUMBER))
    return files.filter(same).defer(*SEALED)


def is_too_short(text: str) -> bool:
    """Whether `text` holds a number with too few digits to find anybody by."""
    return any(word.kind == "number" and len(word.text) < SHORTEST_TAIL for word in words_of(text))


def words_of(text: str) -> Iterator[Word]:
    """`text` cut into names, letters and numbers, neighbours of one kind joined: "王 秀兰"
    is one name, "138 0000 0001" one number."""
    kind, joined = None, ""
    for match in WORD.finditer(text.translate(PLAIN).lower()):
        if match.lastgroup == kind:
            joined += match[0]
        else:
            if kind:
                yield Word(kind, joined[:LONGEST])
            kind, joined = match.lastgroup, match[0]
    if kind:
        yield Word(kind, joined[:LONGEST])


def _fits(word: Word) -> Q:
    if word.kind == "number":
        return _fits_number(word.text.upper())
    if word.kind == "letters":
        begins = Q(pinyin_letters__startswith=word.text) | Q(pinyin_initials__startswith=word.text)
        # One letter is a surname's: after it, it would fit a third of everybody.
        if len(word.text) == 1:
            return begins
        given = Q(given_letters__startswith=word.text) | Q(given_initials__startswith=word.text)
        return begins | given
    if len(word.text) == 1:
        return Q(name__startswith=word.text) | Q(given_name=word.text)
    return Q(name__startswith=word.text) | Q(given_name__startswith=word.text)


def _fits_number(number: str) -> Q:
    number = COUNTRY.sub("", number)
    tail = blind_index(number[-SHORTEST_TAIL:], use=ID_TAIL)
    length = len(number)
    if length == SHORTEST_TAIL:
        return Q(phone_tail=number) | Q(id_tail_index=tail)
    if length < SHORTEST_TAIL or length > 18:
        return Q(pk__in=[])
    if length == 11:
        return Q(phone=number)
    if id_numbers.SHORT_SHAPE.fullmatch(number):
        number = id_numbers.lengthened(number)
    if len(number) == 18:
        return Q(id_index=blind_index(number, use=ID_NUMBER))
    # A tail one digit longer would tell the masked digits one by one.
    return Q(pk__in=[])

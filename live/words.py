"""Words that hold a message back: found however they are dressed up.

Compared are letters and digits alone, full width or half, large or small, whatever is put
between them: what cannot be seen, signs, spaces. A mark that ends a clause is the one
exception, because ordinary sentences have it too ("请参加，微信群里见" does not say 加微信):
over it only counts what begins or ends a clause of its own ("加，微信").
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

# After NFKC, which turns ，！？； into ASCII.
CLAUSE_ENDS = set(",;!?:、。\n")
# Not seen, or only written over another sign: format characters, marks, variation selectors.
UNSEEN = {"Cf", "Mn", "Me", "Cc", "Cs"}


class Sign(NamedTuple):
    """A letter or digit as it is compared; whether anything, and a clause's end, is before it."""

    char: str
    after_gap: bool
    after_clause: bool


@dataclass(frozen=True)
class WordList:
    """`held` are folded words, `fine` folded phrases that hold nothing though one is in them."""

    held: frozenset[str] = frozenset()
    fine: frozenset[str] = frozenset()


def fold(text: str) -> str:
    """What of `text` is compared."""
    return "".join(sign.char for sign in _signs(text))


def words_in(text: str, words: WordList) -> list[str]:
    """Which of the words are in `text`, in their order, each once."""
    if not words.held:
        return []
    signs = _signs(text)
    folded = "".join(sign.char for sign in signs)
    fine = _found(folded, words.fine)
    found = {}
    for start, word in _found(folded, words.held):
        end = start + len(word)
        if any(at <= start and end <= at + len(phrase) for at, phrase in fine):
            continue
        if _stands_alone(signs, start, end) and _is_of_one_clause(signs, start, end):
            found[word] = True
    return list(found)


def _signs(text: str) -> list[Sign]:
    signs: list[Sign] = []
    after_gap = after_clause = True
    for char in unicodedata.normalize("NFKC", text).casefold():
        if char.isalnum():
            signs.append(Sign(char, after_gap, after_clause))
            after_gap = after_clause = False
        elif char in CLAUSE_ENDS:
            after_gap = after_clause = True
        elif unicodedata.category(char) not in UNSEEN:
            after_gap = True
    return signs


def _found(folded: str, words: frozenset[str]) -> list[tuple[int, str]]:
    """Where each word begins, also where they overlap."""
    if not words:
        return []
    found = []
    for match in _pattern(words).finditer(folded):
        rest = folded[match.start() :]
        # The pattern says that one begins here; a shorter one may begin at the same place.
        found += [(match.start(), word) for word in words if rest.startswith(word)]
    return found


@lru_cache(maxsize=64)
def _pattern(words: frozenset[str]) -> re.Pattern:
    return re.compile(f"(?={'|'.join(map(re.escape, sorted(words)))})")


def _stands_alone(signs: list[Sign], start: int, end: int) -> bool:
    """Whether Latin letters and digits are no part of a longer run: `sb` is not in `usb`."""
    return not (
        (start and _go_on(signs[start - 1], signs[start]))
        or (end < len(signs) and _go_on(signs[end - 1], signs[end]))
    )


def _go_on(one: Sign, next_one: Sign) -> bool:
    if next_one.after_gap or not (one.char.isascii() and next_one.char.isascii()):
        return False
    return one.char.isdigit() == next_one.char.isdigit()


def _is_of_one_clause(signs: list[Sign], start: int, end: int) -> bool:
    if not any(sign.after_clause for sign in signs[start + 1 : end]):
        return True
    return signs[start].after_clause or end == len(signs) or signs[end].after_clause


def folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(fold, words)))

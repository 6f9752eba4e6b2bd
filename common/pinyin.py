"""Pinyin keys of names: how Chinese names sort and how they are found."""

from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

# Signs that are read otherwise where a name begins with them.
SURNAMES = {
    "单于": "chan yu",
    "乐": "yue",
    "仇": "qiu",
    "佴": "nai",
    "区": "ou",
    "单": "shan",
    "卜": "bu",
    "召": "shao",
    "员": "yun",
    "折": "she",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "洗": "xian",
    "牟": "mu",
    "盖": "ge",
    "祭": "zhai",
    "种": "chong",
    "秘": "bi",
    "繁": "po",
    "缪": "miao",
    "翟": "zhai",
    "覃": "qin",
    "解": "xie",
    "郇": "xun",
    "都": "du",
    "重": "chong",
    "隗": "wei",
    "黑": "he",
}


# Nearly all names; longer ones are read as texts are.
SHORT = 4


@dataclass(frozen=True)
class Sounds:
    """How the name of a person is read: "wang xiu lan", "wangxiulan", "wxl"."""

    key: str
    letters: str
    initials: str


def of_person(name: str) -> Sounds:
    """The keys of a person's name, the surname read as one: 曾 is zeng."""
    read = "".join(sign if sign.isalnum() else " " for sign in _read_name(name.strip()))
    words = read.lower().split()
    return Sounds(
        key=" ".join(words)[:160],
        letters="".join(words)[:160],
        initials="".join(word[0] for word in words)[:40],
    )


def _read_name(name: str) -> str:
    for length in (2, 1):
        if surname := SURNAMES.get(name[:length]):
            return " ".join([surname, *_words(name[length:])])
    return " ".join(_words(name))


def _words(name: str) -> list[str]:
    """What lazy_pinyin says; sign by sign where a short name holds none of the words that it
    knows, for looking for them takes most of its time."""
    if len(name) > SHORT or any(part in PHRASES_DICT for part in _parts(name)):
        return lazy_pinyin(name)
    if any(not "\u4e00" <= sign <= "\u9fff" for sign in name):
        return lazy_pinyin(name)
    return [_sign(sign) for sign in name]


def _parts(name: str) -> list[str]:
    length = len(name)
    return [name[at:end] for at in range(length) for end in range(at + 2, length + 1)]


@lru_cache(maxsize=8192)
def _sign(sign: str) -> str:
    return lazy_pinyin(sign)[0]


def key(name: str) -> str:
    """ "行书入门" → "xing shu ru men"; what is not Chinese stays as it is, in lower case."""
    return " ".join(lazy_pinyin(name.strip())).lower()[:160]


def initials(name: str) -> str:
    """ "行书入门" → "xsrm"."""
    return "".join(lazy_pinyin(name.strip(), style=Style.FIRST_LETTER)).lower()[:40]

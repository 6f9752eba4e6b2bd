"""Pinyin keys of names: how Chinese names sort and how they are found."""

from pypinyin import Style, lazy_pinyin


def key(name: str) -> str:
    """ "王秀兰" → "wang xiu lan"; what is not Chinese stays as it is, in lower case."""
    return " ".join(lazy_pinyin(name.strip())).lower()[:160]


def initials(name: str) -> str:
    """ "王秀兰" → "wxl"."""
    return "".join(lazy_pinyin(name.strip(), style=Style.FIRST_LETTER)).lower()[:40]

"""Names read from a signed sheet, typed or pasted, with numbers, columns and remarks."""

import re
import unicodedata

from accounts.roster import names

# What stands between names; a space does so only between whole ones.
BETWEEN = re.compile(r"[、，,；;。/|\t\n\r]+")
NUMBER = re.compile(r"^[(（\[【]?[0-9]+[)）\]】]?[.．:：]*")
COUNTED = re.compile(r"[一二三四五六七八九十]+")
# Columns of such a sheet and their heads.
NO_NAMES = {
    *("男", "女", "姓名", "名字", "性别", "年龄", "电话", "手机", "手机号", "序号", "备注"),
    *("签名", "签字", "签到", "签到表"),
}
UNITS = {"", "岁", "周岁", "年", "月", "日", "人", "位", "名"}
MOST_NAMES = 500


def names_in(typed: str) -> list[str]:
    """The names of a pasted list, in its order: 1. 王秀兰、（2）李国强（书记） ..."""
    found = []
    for chunk in BETWEEN.split(_plain(typed)):
        words = " ".join(chunk.split())
        latin = NUMBER.sub("", words).strip()
        if " " in latin and names.LATIN.fullmatch(latin):
            found.append(latin)
            continue
        found += _joined([name for part in words.split() if (name := _name(part))])
    return [name for name in found if name not in NO_NAMES and not COUNTED.fullmatch(name)][
        :MOST_NAMES
    ]


def _plain(typed: str) -> str:
    # Not NFKC for the letters of names: it changes rare signs. Only what is typed around them.
    return "".join(
        unicodedata.normalize("NFKC", sign) if unicodedata.category(sign)[0] in "ZN" else sign
        for sign in typed
    )


def _name(part: str) -> str:
    """One name without its number, what stands in brackets behind it, and 同志."""
    bare = NUMBER.sub("", part)
    if bare != part and (bare in UNITS or re.search(r"[0-9]", bare)):
        # A number alone, an age, a telephone, a day.
        return ""
    bare = names.ASIDE.sub("", bare)
    title = names.TITLE.search(bare)
    if title and title.start() >= 2:
        bare = bare[: title.start()]
    return names.DOTS.sub(names.MIDDLE_DOT, bare).strip(f"{names.MIDDLE_DOT}:：()（）")


def _joined(parts: list[str]) -> list[str]:
    """On paper a name of two signs is spread as wide as one of three: 王　芳, 何 素 芬."""
    found, single = [], []
    for part in parts:
        if len(part) == 1:
            single.append(part)
        elif len(part) == 2 and len(single) == 1:
            found.append(single.pop() + part)
        else:
            found += [*_spread(single), part]
            single = []
    return found + _spread(single)


def _spread(signs: list[str]) -> list[str]:
    """王芳李明 are two names, 何素芬 is one."""
    found = []
    while len(signs) > 3:
        found.append("".join(signs[:2]))
        signs = signs[2:]
    return [*found, "".join(signs)] if signs else found

"""Chinese search: what is written into the index, and how a query is cut to fit it.

The databases part words at spaces only, and Chinese has none.  So the index gets every
Chinese character and every pair of neighbours as words of their own, which finds any part
of a text; titles are also found by pinyin ("shufa", "shu fa") and initials ("sf").
"""

import re
import unicodedata
from collections.abc import Iterator

import rjieba
from pypinyin import Style, lazy_pinyin

# What is typed beyond this says nothing more about what is looked for.
QUERY_SIGNS = 60
QUERY_WORDS = 12

CHINESE = "\u3400-\u4dbf\u4e00-\u9fff"
RUN = re.compile(f"[{CHINESE}]+|[^\\W_{CHINESE}]+")
IS_CHINESE = re.compile(f"[{CHINESE}]")
# Words that stand in every text and tell nothing apart.
EMPTY_WORDS = frozenset("的了在是和与上下我您你有要吗呢吧") | {"怎么", "怎样", "什么", "如何"}


class Findable:
    """What a page adds to be found by parts of Chinese words and by pinyin.

    A page names its texts in `found_by` (titles first, by pinyin too) and adds
    `index.AutocompleteField("search_words")` to its `search_fields`.
    """

    def found_by(self) -> tuple[str, str]:
        """The page's title, and all the rest of its text."""
        raise NotImplementedError

    def search_words(self) -> str:
        title, text = self.found_by()
        return index_words(title=title, text=text)


def index_words(*, title: str, text: str = "") -> str:
    """What is written into the index for a page, words parted by spaces."""
    # The title counts twice: whoever is called so comes before whoever mentions it.
    words = [*_parts(title), *_parts(title), *_ends(title), *_sounds(title), *_parts(text)]
    return " ".join(words)


def cut(query: str) -> str:
    """`query` as words of the index, parted by spaces; empty if nothing can be found by it.

    Harmless with any input.  Latin words come last: the last one may be unfinished.
    """
    chinese, latin = [], []
    for run in _runs(query[:QUERY_SIGNS]):
        if IS_CHINESE.match(run):
            chinese += _chinese_query(run)
        else:
            latin.append(run)
    words = dict.fromkeys(chinese + latin)
    telling = [word for word in words if word not in EMPTY_WORDS] or list(words)
    return " ".join(telling[-QUERY_WORDS:])


def is_in(words: str, title: str) -> bool:
    """Whether every one of `words` (see `cut`) stands in `title`."""
    known = set(_parts(title)) | set(_sounds(title))
    return all(word in known for word in words.split())


def _runs(text: str) -> Iterator[str]:
    """Runs of Chinese and runs of anything else that is written with letters or digits."""
    return (match[0] for match in RUN.finditer(unicodedata.normalize("NFKC", text).lower()))


def _parts(text: str) -> Iterator[str]:
    for run in _runs(text):
        yield from _characters_and_pairs(run) if IS_CHINESE.match(run) else [run]


def _characters_and_pairs(run: str) -> Iterator[str]:
    yield from run
    yield from (run[at : at + 2] for at in range(len(run) - 1))


def _ends(title: str) -> Iterator[str]:
    """The title from each character on: Wagtail's own search does not cut its queries, and
    finds by the beginning of a word."""
    for run in _runs(title):
        if IS_CHINESE.match(run):
            yield from (run[at:] for at in range(len(run) - 2))


def _chinese_query(run: str) -> Iterator[str]:
    # Cut into words first: the pair across two words need not stand in the text.
    for word in rjieba.cut(run):
        if len(word) <= 2:
            yield word
        else:
            yield from (word[at : at + 2] for at in range(len(word) - 1))


def _sounds(title: str) -> Iterator[str]:
    """Pinyin of every syllable and word, and of the title from each word on to its end, whole
    and in initials: the beginning of any of these finds it."""
    for run in _runs(title):
        if not IS_CHINESE.match(run):
            continue
        words = rjieba.cut(run)
        syllables = [lazy_pinyin(word) for word in words]
        initials = [lazy_pinyin(word, style=Style.FIRST_LETTER) for word in words]
        for at in range(len(words)):
            yield from syllables[at]
            yield "".join(syllables[at])
            yield "".join("".join(word) for word in syllables[at:])
            yield "".join("".join(word) for word in initials[at:])

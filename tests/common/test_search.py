import pytest

from common.search import QUERY_SIGNS, QUERY_WORDS, cut, index_words, is_in


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("书法", "书法"),
        ("书", "书"),
        ("八段锦", "八段 段锦"),
        ("怎样在手机上听课", "手机 听课"),
        ("的", "的"),
        ("shufa", "shufa"),
        ("书法 ShuFa", "书法 shufa"),
        ("shufa 书法", "书法 shufa"),
        ("ｓｈｕ　书", "书 shu"),
        ("2026年秋", "年秋 2026"),
        ("", ""),
        ("   ", ""),
        ("'\"%*()_\\", ""),
        ("😀🎉", ""),
        ("\x00书\x00", "书"),
        ("AND OR NOT", "and or not"),
    ],
)
def test_a_query_is_cut_into_words_of_the_index(query, words):
    assert cut(query) == words


@pytest.mark.parametrize(
    "query", ["书" * 10_000, "a " * 5_000, "书法手机养生" * 2_000, "%'\"" * 9_999]
)
def test_a_query_without_end_is_cut_short(query):
    words = cut(query).split()

    assert len(words) <= QUERY_WORDS
    assert sum(map(len, words)) <= 2 * QUERY_SIGNS


@pytest.mark.parametrize(
    "query",
    ["书法", "法", "法十", "老学员的书法", "shufa", "shu", "fa", "shufa shinian", "shufashinian"],
)
def test_every_whole_word_of_a_query_stands_in_the_index(query):
    words = index_words(title="一位老学员的书法十年").split()

    assert set(cut(query).split()) <= set(words)


def test_only_titles_are_found_by_their_sound():
    words = index_words(title="书法", text="养生").split()

    assert {"shufa", "sf"} <= set(words)
    assert not {"yangsheng", "ys"} & set(words)


def test_what_stands_in_a_title_is_told_from_what_does_not():
    assert is_in("书法", "一位老学员的书法十年")
    assert not is_in("书法 养生", "一位老学员的书法十年")

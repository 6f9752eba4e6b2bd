"""A message is held for the words in it, however they are dressed, and for nothing else."""

import pytest

from live.words import WordList, fold, folded, words_in

LIST = WordList(
    held=folded(["赌博", "加微信", "SB", "8964", "操你", "毒品", "操"]),
    fine=folded(["体操", "做操", "操场", "操作"]),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一起赌博吧", ["赌博"]),
        ("我们去赌 博吧", ["赌博"]),
        ("我们去赌　博吧", ["赌博"]),
        ("赌.博", ["赌博"]),
        ("去赌*-_·~博", ["赌博"]),
        ("去赌\u200b\u200d\ufeff博", ["赌博"]),
        ("去赌\u0336博", ["赌博"]),
        ("赌，博", ["赌博"]),
        ("加，微，信", ["加微信"]),
        ("请加微 信", ["加微信"]),
        ("加😀微😀信", ["加微信"]),
        ("你ｓＢ", ["sb"]),
        ("you are Sb ok", ["sb"]),
        ("s.b", ["sb"]),
        ("８９６４", ["8964"]),
        ("⑧⑨⑥④", ["8964"]),
        ("操你，先赌博，再加微信", ["操", "操你", "赌博", "加微信"]),
        ("做操以后再操", ["操"]),
    ],
)
def test_a_word_is_found_however_it_is_dressed(text, found):
    assert sorted(words_in(text, LIST)) == sorted(found)


@pytest.mark.parametrize(
    "text",
    [
        "老师好！这一笔怎么写？",
        "请大家参加，微信群里见",
        "请大家参加。微信群里发通知",
        "这服药解毒，品一品茶也好",
        "打赌，博士也写不好这个字",
        "今天做广播体操，操场上见",
        "电脑操作我不会",
        "把USB插上就好",
        "asbestos 是石棉",
        "is better",
        "电话是 13889641234",
        "一共 18964 元",
        "",
        "　 \u200b",
        "👍👍👍",
        "谢谢老师，听得很清楚，声音大小正好。",
    ],
)
def test_an_ordinary_sentence_passes(text):
    assert words_in(text, LIST) == []


def test_an_empty_list_holds_nothing():
    assert words_in("赌博", WordList()) == []


def test_a_word_of_signs_alone_is_no_word():
    assert fold(" ，。*\u200b") == ""
    assert folded(["***", "好"]) == {"好"}

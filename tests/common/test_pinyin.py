import pytest
from pypinyin import lazy_pinyin

from common import pinyin


@pytest.mark.parametrize(
    ("name", "key", "letters", "initials"),
    [
        ("王秀兰", "wang xiu lan", "wangxiulan", "wxl"),
        ("曾秀英", "zeng xiu ying", "zengxiuying", "zxy"),
        ("单立文", "shan li wen", "shanliwen", "slw"),
        ("单于兰", "chan yu lan", "chanyulan", "cyl"),
        ("乐乐", "yue le", "yuele", "yl"),
        ("吕秀兰", "lv xiu lan", "lvxiulan", "lxl"),
        ("买买提·艾力", "mai mai ti ai li", "maimaitiaili", "mmtal"),
        (" John Smith ", "john smith", "johnsmith", "js"),
        ("", "", "", ""),
        ("·", "", "", ""),
    ],
)
def test_a_persons_name_is_read_as_people_read_it(name, key, letters, initials):
    assert pinyin.of_person(name) == pinyin.Sounds(key, letters, initials)


def test_a_class_is_not_read_as_a_person():
    assert pinyin.key("单人太极") == "dan ren tai ji"
    assert pinyin.initials("单人太极") == "drtj"


@pytest.mark.parametrize(
    "name",
    ["德长", "长春", "重阳", "行", "朝阳花", "张䶮", "李𠮷", "王a", "欧阳修远", "大家乐呵呵"],
)
def test_the_short_way_reads_a_name_as_the_long_way_does(name):
    assert pinyin._words(name) == lazy_pinyin(name)

"""Names from a signed sheet, and whom they mean."""

from datetime import date

import pytest

from accounts.models import Person
from branches import queries
from branches.activity_forms import PresenceForm
from branches.paper_names import names_in
from branches.people_fields import told_apart
from branches.presence import match
from tests.branches import school

pytestmark = pytest.mark.django_db


def test_pasted_names_are_matched_and_the_doubtful_asked(city, activity, branch, wang, li):
    fang = school.person("王芳", at=city)
    school.member(fang, branch)
    for _twin in range(2):
        school.member(school.person("张桂芳", at=city), branch)

    found = match(activity, "1. 王秀兰、2.王　芳\n３、张桂芳 李国強 王秀蓝 王秀兰；赵六")

    assert found.sure == [wang, fang]
    assert [(name, [each.name for each in meant]) for name, meant in found.doubtful] == [
        ("张桂芳", ["张桂芳", "张桂芳"]),
        ("李国強", ["李国强"]),
    ]
    assert (found.unknown, found.twice) == (["王秀蓝", "赵六"], ["王秀兰"])


def test_rare_signs_of_names_stay_as_they_are():
    assert names_in("䶮明、𠮷田 买买提·艾力") == ["䶮明", "𠮷田", "买买提·艾力"]


def test_who_shares_a_name_is_told_apart_wherever_people_are_chosen(city, branch, activity, wang):
    for year in (1951, 1960):
        twin = school.person("张桂芳", at=city)
        Person.objects.filter(pk=twin.pk).update(born_on=date(year, 5, 4))
        school.member(twin, branch)

    called = list(told_apart(queries.may_be_there(activity)).values())
    marks = PresenceForm(activity=activity)

    assert [name for name in called if "张" in name] == [
        "张桂芳（1951 年生）",
        "张桂芳（1960 年生）",
    ]
    assert "王秀兰" in called
    third = school.person("张桂芳", at=city)
    Person.objects.filter(pk=third.pk).update(born_on=date(1960, 5, 4))
    again = told_apart(Person.objects.filter(name="张桂芳"))
    assert len(set(again.values())) == 3
    assert again[third.pk] == f"张桂芳（1960 年生，{third.pk} 号档案）"
    labels = [str(each.label) for each in marks]
    assert {"张桂芳（1951 年生）", "张桂芳（1960 年生）没来的原因"} <= set(labels)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("４．周玉梅\n⑤陈志明\n(6)高振华\n（7）郭永福\n8 马文远\n九、何素芬", 6),
        ("姓名\t性别\t年龄\t电话\n王秀兰\t女\t69岁\t13800000001\n李国强\t男\t1957-10-1\t", 2),
        ("罗桂兰（书记）\n刘淑英同志 69岁\n张 桂芳\n何 素 芬\n王　芳　李　明", 6),
        ("艾力．买买提、Li Guoqiang\n3. Zhao Jianguo", 3),
    ],
    ids=["numbers", "columns", "remarks and spaces", "dots and letters"],
)
def test_a_pasted_list_is_read_as_it_is(typed, found):
    read = names_in(typed)

    assert len(read) == found
    assert set(read) <= {
        *("周玉梅", "陈志明", "高振华", "郭永福", "马文远", "何素芬", "王秀兰", "李国强"),
        *("罗桂兰", "刘淑英", "张桂芳", "王芳", "李明", "艾力·买买提"),
        *("Li Guoqiang", "Zhao Jianguo"),
    }

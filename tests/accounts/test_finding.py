from datetime import date

import pytest
from django.db import connection

from accounts import queries, services
from accounts.files import finding
from accounts.models import Person
from tests import factories

pytestmark = pytest.mark.django_db

ID = "11010519491231002X"


@pytest.fixture
def town():
    """Five people of one town, and the registrar's login of it."""
    unit = factories.organisation("青岚市")
    factories.person("王秀兰", organisation=unit, phone="13800000001", id_number=ID)
    factories.person("王建国", sex="m", organisation=unit, phone="13911230001")
    factories.person("李秀兰", organisation=unit, phone="13800001231")
    factories.person("曾玉吕", organisation=unit)
    factories.person("买买提·艾力", sex="m", organisation=unit)
    registrar = factories.person("周敏", organisation=unit, phone="13700005555")
    services.grant_role(person=registrar, role="registrar", organisation=unit)
    user = factories.login(registrar)
    user.unit = unit
    return user


def names(found):
    return sorted(found.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("text", "who"),
    [
        pytest.param("王秀兰", ["王秀兰"], id="whole name"),
        pytest.param(" 王　秀 兰 ", ["王秀兰"], id="spaces of both widths"),
        pytest.param("王", ["王建国", "王秀兰"], id="surname"),
        pytest.param("秀兰", ["李秀兰", "王秀兰"], id="name after the surname"),
        pytest.param("秀", [], id="one sign begins no name after the surname"),
        pytest.param("敏", ["周敏"], id="one sign after the surname"),
        pytest.param("w", ["王建国", "王秀兰"], id="one letter is the surname's"),
        pytest.param("x", [], id="one letter is no other's"),
        pytest.param("wangxiulan", ["王秀兰"], id="pinyin"),
        pytest.param("Wang Xiulan", ["王秀兰"], id="pinyin in two words"),
        pytest.param("wang xiu lan", ["王秀兰"], id="pinyin in three words"),
        pytest.param("wangx", ["王秀兰"], id="begun pinyin"),
        pytest.param("xiulan", ["李秀兰", "王秀兰"], id="pinyin after the surname"),
        pytest.param("zeng", ["曾玉吕"], id="a surname read as one"),
        pytest.param("zengyulü", ["曾玉吕"], id="ü"),
        pytest.param("zengyulv", ["曾玉吕"], id="ü written v"),
        pytest.param("wxl", ["王秀兰"], id="initials"),
        pytest.param("WXL", ["王秀兰"], id="initials in capitals"),
        pytest.param("xl", ["李秀兰", "王秀兰"], id="initials after the surname"),
        pytest.param("ｗｘｌ", ["王秀兰"], id="full-width letters"),
        pytest.param("0001", ["王建国", "王秀兰"], id="phone tail"),
        pytest.param("00001", [], id="a longer tail would tell hidden digits"),
        pytest.param("13800000001", ["王秀兰"], id="phone"),
        pytest.param("+86 138-0000-0001", ["王秀兰"], id="phone with spaces"),
        pytest.param("１３８００００１２３１", ["李秀兰"], id="full-width phone"),
        pytest.param("002X", ["王秀兰"], id="ID tail"),
        pytest.param("002x", ["王秀兰"], id="ID tail with small x"),
        pytest.param("31002X", [], id="six signs of an ID"),
        pytest.param(ID, ["王秀兰"], id="ID"),
        pytest.param("110105 19491231 002x", ["王秀兰"], id="ID in groups"),
        pytest.param("110105491231002", ["王秀兰"], id="old ID"),
        pytest.param("110105194912310021", [], id="another ID"),
        pytest.param("秀兰 1231", ["李秀兰"], id="name and phone tail"),
        pytest.param("王 0001 wj", ["王建国"], id="three words"),
        pytest.param("买买提", ["买买提·艾力"], id="a name with a dot, begun"),
        pytest.param("买买提·艾力", ["买买提·艾力"], id="a name with a dot"),
        pytest.param("maimaitiaili", ["买买提·艾力"], id="its pinyin"),
    ],
)
def test_people_are_found_by(town, text, who):
    assert names(finding.find(town, text)) == who


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "%",
        "_",
        "123",
        "1",
        "9" * 400,
        "王" * 4000,
        "\x00",
        "'; DROP TABLE accounts_person; --",
        "<script>alert(1)</script>",
        "١٢٣٤",
        "😀",
        "‧",
    ],
)
def test_nobody_is_found_by_what_is_nobodys(town, text):
    assert names(finding.find(town, text)) == []


def test_a_number_with_too_few_digits_is_known_as_such():
    assert finding.is_too_short("123")
    assert finding.is_too_short("王 12")
    assert not finding.is_too_short("1234")
    assert not finding.is_too_short("王")


def test_a_corrected_file_is_found_by_what_it_says_now(town):
    person = Person.objects.get(name="王秀兰")
    person.name, person.phone, person.id_number = "黄秀云", "13800009999", ""
    services.save_file(person=person)
    assert names(finding.find(town, "hxy")) == ["黄秀云"]
    assert names(finding.find(town, "9999")) == ["黄秀云"]
    assert names(finding.find(town, "wxl")) == []
    assert names(finding.find(town, "002X")) == []


@pytest.mark.parametrize("text", ["王秀兰", "wxl", "wangxiulan", "0001", ID])
def test_only_files_beneath_ones_organisation_are_found(town, text):
    street = factories.organisation("文昌街道", parent=town.unit)
    Person.objects.filter(name="王秀兰").update(organisation=street)
    other = factories.organisation("远山县")
    factories.person("王秀兰", organisation=other, phone="13800000001")
    reader = factories.person("赵刚", organisation=other)
    services.grant_role(person=reader, role="registrar", organisation=other)

    here = finding.find(town, text).filter(name="王秀兰")

    assert {person.organisation for person in here} == {street}
    elsewhere = {person.organisation for person in finding.find(factories.login(reader), text)}
    assert elsewhere == (set() if text == ID else {other})
    assert not finding.find(factories.login(), text).exists()


@pytest.mark.parametrize(
    "gone", [{"erased_at": "2026-09-03T00:00Z"}, {"merged_into": "kept"}], ids=["erased", "merged"]
)
def test_a_file_that_stands_for_nobody_is_not_found(town, gone):
    if "merged_into" in gone:
        gone = {"merged_into": Person.objects.get(name="李秀兰")}
    Person.objects.filter(name="王秀兰").update(**gone)
    assert names(finding.find(town, "wxl")) == []


@pytest.mark.parametrize("more", [0, 3])
@pytest.mark.parametrize(
    ("text", "count"),
    [("王秀兰", 2), ("wxl", 2), ("0001", 2), (ID, 2)],
)
def test_finding_costs_the_same_however_many_fit(
    town, django_assert_num_queries, text, count, more
):
    for _ in range(more):
        factories.person("王秀兰", organisation=town.unit, phone="13800000001")
    with django_assert_num_queries(count):
        for person in finding.find(town, text):
            assert str(person.organisation) == "青岚市"


def test_a_bureau_finds_too(town):
    reader = factories.person("孙局", organisation=town.unit)
    services.grant_role(person=reader, role="bureau", organisation=town.unit)
    user = factories.login(reader)
    assert names(finding.find(user, "wxl")) == ["王秀兰"]
    assert not queries.files_led_by(user).exists()


@pytest.mark.postgres_only
@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("秀兰", {"files_by_given_name"}),
        ("xiulan", {"files_by_given_letters", "files_by_given_initials"}),
    ],
)
def test_postgresql_finds_the_name_after_the_surname_by_its_index(town, text, indexes):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # Among so few files an index of organisations is as quick.
        cursor.execute("DROP INDEX files_in_order, files_of_an_organisation")
        plan = finding.matching(Person.objects.order_by(), text).explain()
    assert {index for index in indexes if index in plan} == indexes


def test_who_may_be_the_same_human_being():
    def same(**facts):
        known = {"name": "谁", "born_on": date(1930, 1, 1)} | facts
        return names(finding.likely_same(Person.objects.all(), **known))

    factories.person("王秀兰", born_on=date(1949, 12, 31), phone="13800000001", id_number=ID)
    assert same() == []
    assert same(name="王秀兰") == []
    assert same(born_on=date(1949, 12, 31)) == []
    assert same(phone="13800000001") == []
    assert same(name="王秀蓝", born_on=date(1949, 12, 31)) == ["王秀兰"]
    assert same(name="王秀兰", phone="13800000001") == ["王秀兰"]
    assert same(born_on=date(1949, 12, 31), phone="13800000001") == ["王秀兰"]
    assert same(id_number=ID) == ["王秀兰"]

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts import audit, queries, services
from accounts.errors import OrganisationRefused
from accounts.models import (
    AuditLine,
    Organisation,
    OrganisationChange,
    Person,
    RoleGrant,
    TeachingPoint,
)
from accounts.organisations import moving, tree, units
from tests import factories

pytestmark = pytest.mark.django_db

Role = RoleGrant.Role
Kind = Organisation.Kind
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def unit(name, parent=None):
    return units.open_unit(
        name=name, code=name, kind=Kind.UNIT, parent=parent and fresh(parent), now=NOW
    )


def fresh(organisation):
    return Organisation.objects.get(pk=organisation.pk)


def administrator(organisation, name="林静"):
    person = factories.person(name, organisation=organisation)
    services.grant_role(person=person, role=Role.ADMINISTRATOR, organisation=organisation)
    return factories.login(person)


def drawn():
    """The tree as nested names, ended ones in brackets."""

    def walk(nodes):
        return {
            f"({node})" if node.ended_on else str(node): walk(node.get_children())
            for node in nodes
        }

    return walk(Organisation.get_root_nodes())


def said(change):
    return change.kind, change.before, change.after, change.note


@pytest.fixture
def city():
    """A city, two counties, in the first a street with a community."""
    city = unit("青岚市")
    lake = unit("望湖区", city)
    unit("东溪区", city)
    unit("石桥社区", unit("文昌街道", lake))
    return city


def named(name):
    return Organisation.objects.get(name=name)


# Opening and renaming


def test_a_unit_is_opened_beneath_its_parent_and_written_down(city):
    by = administrator(city)

    made = units.open_unit(
        name=" 春晖街道 ",
        code=" DX-CH ",
        kind=Kind.TOWNSHIP,
        parent=named("东溪区"),
        note="区划调整",
        by=by,
        now=NOW,
    )

    assert (made.name, made.code, made.get_parent()) == ("春晖街道", "DX-CH", named("东溪区"))
    change = made.changes.get()
    assert said(change) == (
        "opened",
        {},
        {
            "name": "春晖街道",
            "code": "DX-CH",
            "kind": "township",
            "parent": "东溪区",
            "parent_name": "东溪区",
        },
        "区划调整",
    )
    assert (change.changed_by, change.changed_at) == (by, NOW)
    line = AuditLine.objects.first()
    assert (line.action, line.actor, line.organisation) == ("organisation.changed", by, made)
    assert line.details == {"change": "opened", "code": "DX-CH", "parent": "东溪区"}


@pytest.mark.parametrize("code", ["东溪区", "dx", "DX"])
def test_a_code_stands_once_however_it_is_written(city, code):
    unit("DX", city)

    with pytest.raises(OrganisationRefused, match="已经是"):
        units.open_unit(name="另一个", code=code, kind=Kind.UNIT, parent=fresh(city))


def test_the_code_of_an_ended_unit_is_not_given_again_and_it_says_so(city):
    units.end_unit(organisation=named("东溪区"), now=NOW)

    with pytest.raises(OrganisationRefused, match="（已撤销）"):
        units.open_unit(name="新区", code="东溪区", kind=Kind.COUNTY, parent=fresh(city))


def test_renaming_keeps_the_name_and_code_as_they_were(city):
    street = named("文昌街道")

    units.rename_unit(
        organisation=street, name="文昌新街道", code="WC-2", kind=Kind.TOWNSHIP, now=NOW
    )

    change = street.changes.first()
    assert (change.kind, change.before["name"], change.before["code"]) == (
        "renamed",
        "文昌街道",
        "文昌街道",
    )
    assert (change.after["name"], change.after["code"], change.after["kind"]) == (
        "文昌新街道",
        "WC-2",
        "township",
    )
    assert AuditLine.objects.first().details["code_before"] == "文昌街道"


def test_renaming_to_the_same_is_not_written_down(city):
    street = named("文昌街道")
    before = OrganisationChange.objects.count(), AuditLine.objects.count()

    units.rename_unit(organisation=street, name="文昌街道 ", code="文昌街道", kind=street.kind)

    assert (OrganisationChange.objects.count(), AuditLine.objects.count()) == before


def test_a_unit_keeps_its_own_code_when_only_its_name_changes(city):
    renamed = units.rename_unit(
        organisation=named("文昌街道"), name="新名", code="文昌街道", kind=Kind.UNIT
    )

    assert renamed.name == "新名"


# Moving


def test_a_subtree_moves_with_everything_in_it(city):
    person = factories.person(organisation=named("石桥社区"))

    moving.move_unit(organisation=named("文昌街道"), parent=named("东溪区"), now=NOW)

    assert drawn() == {"青岚市": {"望湖区": {}, "东溪区": {"文昌街道": {"石桥社区": {}}}}}
    person.refresh_from_db()
    assert person.organisation.name == "石桥社区"
    change = named("文昌街道").changes.first()
    assert (change.kind, change.before["parent"], change.after["parent"]) == (
        "moved",
        "望湖区",
        "东溪区",
    )
    assert AuditLine.objects.first().details["parent_before"] == "望湖区"


def test_a_role_reaches_what_was_moved_beneath_it_and_no_longer_what_was_moved_away(city):
    old, new = administrator(named("望湖区")), administrator(named("东溪区"), "高明")

    moving.move_unit(organisation=named("文昌街道"), parent=named("东溪区"))

    def led(user):
        return {str(each) for each in queries.organisations_administered_by(user)}

    assert led(old) == {"望湖区"}
    assert led(new) == {"东溪区", "文昌街道", "石桥社区"}


def test_moving_says_before_who_will_see_the_files_and_who_no_longer(city):
    administrator(named("望湖区"))
    administrator(named("东溪区"), "高明")
    administrator(city, "周敏")
    factories.person(organisation=named("石桥社区"))

    outlook = moving.move_outlook(organisation=named("文昌街道"), parent=named("东溪区"))

    assert (outlook.units, outlook.files) == (2, 1)
    assert [grant.person.name for grant in outlook.losing] == ["林静"]
    assert [grant.person.name for grant in outlook.gaining] == ["高明"]


@pytest.mark.parametrize(
    ("what", "where", "words"),
    [
        ("望湖区", "石桥社区", "不能移到自己下面"),
        ("望湖区", "望湖区", "不能移到自己下面"),
        ("文昌街道", "望湖区", "不用移动"),
        ("青岚市", None, "不用移动"),
        ("文昌街道", "旧区", "已经撤销"),
        ("旧区", "望湖区", "已经撤销"),
    ],
)
def test_a_move_without_sense_is_refused_in_words(city, what, where, words):
    units.end_unit(organisation=unit("旧区", city))

    with pytest.raises(OrganisationRefused, match=words):
        moving.move_unit(organisation=named(what), parent=where and named(where))


def test_what_lies_at_the_top_can_go_beneath_and_come_back(city):
    province = unit("北山省")

    moving.move_unit(organisation=fresh(city), parent=province)
    assert list(drawn()) == ["北山省"]
    moving.move_unit(organisation=fresh(city), parent=None)

    assert list(drawn()) == ["北山省", "青岚市"]
    assert Organisation.find_problems() == ([], [], [], [], [])


def test_a_tree_grows_no_deeper_than_its_paths(city):
    deepest = city
    for level in range(2, tree.DEEPEST + 1):
        deepest = unit(f"第{level}级", deepest)

    with pytest.raises(OrganisationRefused, match=f"超过 {tree.DEEPEST} 级"):
        unit("再下一级", deepest)
    with pytest.raises(OrganisationRefused, match=f"超过 {tree.DEEPEST} 级"):
        moving.move_unit(organisation=named("文昌街道"), parent=deepest)
    with pytest.raises(OrganisationRefused, match=f"超过 {tree.DEEPEST} 级"):
        moving.merge_units(ended=named("文昌街道"), surviving=deepest)


def test_a_change_is_refused_when_the_numbers_on_the_page_are_old(city):
    street, other = named("文昌街道"), named("东溪区")
    to_move = moving.move_outlook(organisation=street, parent=other).seen
    merging = moving.merge_outlook(ended=street, surviving=other).seen
    factories.person(organisation=street)

    with pytest.raises(OrganisationRefused, match="有变化"):
        moving.move_unit(organisation=street, parent=other, seen=to_move)
    with pytest.raises(OrganisationRefused, match="有变化"):
        moving.merge_units(ended=street, surviving=other, seen=merging)

    seen = moving.merge_outlook(ended=street, surviving=other).seen
    assert moving.merge_units(ended=street, surviving=other, seen=seen).merged_into == other


# Merging


@pytest.fixture
def street(city):
    """A street with two living persons, one who died, a registrar, a point and a unit."""
    street = named("文昌街道")
    for name in ("王秀兰", "李国强"):
        factories.person(name, organisation=street)
    dead = factories.person("秦守义", organisation=street)
    Person.objects.filter(pk=dead.pk).update(deceased_on=TODAY, frozen_at=NOW)
    services.grant_role(
        person=factories.person("周敏", organisation=city),
        role=Role.REGISTRAR,
        organisation=street,
    )
    TeachingPoint.objects.create(organisation=street, name="石桥教学点", address="二楼")
    return street


def test_merging_hands_over_people_units_and_points_and_keeps_the_rest_beneath(city, street):
    by = administrator(city)

    moving.merge_units(ended=street, surviving=named("东溪区"), note="并区", by=by, now=NOW)

    assert drawn() == {"青岚市": {"望湖区": {}, "东溪区": {"石桥社区": {}, "(文昌街道)": {}}}}
    where = dict(Person.objects.values_list("name", "organisation__name"))
    assert {name: where[name] for name in ("王秀兰", "李国强", "秦守义")} == {
        "王秀兰": "东溪区",
        "李国强": "东溪区",
        "秦守义": "文昌街道",
    }
    assert TeachingPoint.objects.get().organisation == named("东溪区")
    assert not street.roles.filter(ended_at=None).exists()
    ended = fresh(street)
    assert (ended.ended_on, ended.merged_into) == (TODAY, named("东溪区"))


def test_merging_is_written_down_for_the_unit_its_units_and_every_file(city, street):
    by = administrator(city)
    last = AuditLine.objects.first().number

    moving.merge_units(ended=street, surviving=named("东溪区"), note="并区", by=by, now=NOW)

    assert [(str(c.organisation), c.kind) for c in OrganisationChange.objects.all()[:2]] == [
        ("文昌街道", "merged"),
        ("石桥社区", "moved"),
    ]
    merged = street.changes.first()
    assert (merged.after["merged_into"], merged.note) == ("东溪区", "并区")
    lines = AuditLine.objects.filter(number__gt=last).order_by("number")
    assert [(line.action, line.person and line.person.name) for line in lines] == [
        ("role.ended", "周敏"),
        ("organisation.changed", None),
        ("organisation.changed", None),
        ("file.changed", "王秀兰"),
        ("file.changed", "李国强"),
    ]
    assert lines[2].details == {
        "change": "merged",
        "code": "文昌街道",
        "parent": "东溪区",
        "parent_before": "望湖区",
        "merged_into": "东溪区",
        "files": 2,
        "points": 1,
        "units": 1,
        "roles": 1,
    }
    assert lines[3].details == {"fields": ["organisation"], "from": "文昌街道", "to": "东溪区"}
    assert audit.verify().broken is None


def test_merging_costs_the_same_queries_however_many_files(city):
    def merge(name, files):
        ended = unit(name, city)
        for _number in range(files):
            factories.person(organisation=ended)
        with CaptureQueriesContext(connection) as queries:
            moving.merge_units(ended=ended, surviving=named("东溪区"))
        return len(queries)

    merge("第一个", 1)
    assert merge("三个人的", 3) == merge("一个人的", 1)


def test_merging_says_before_what_it_will_do(city, street):
    outlook = moving.merge_outlook(ended=street, surviving=named("东溪区"))

    assert (outlook.files, outlook.frozen) == (2, 1)
    assert [str(child) for child in outlook.children] == ["石桥社区"]
    assert [str(point) for point in outlook.points] == ["石桥教学点"]
    assert [str(grant.person) for grant in outlook.roles] == ["周敏"]


def test_merging_into_ones_own_parent_leaves_the_unit_where_it_is(city, street):
    moving.merge_units(ended=street, surviving=named("望湖区"))

    assert drawn() == {"青岚市": {"望湖区": {"(文昌街道)": {}, "石桥社区": {}}, "东溪区": {}}}


def test_merging_twice_is_harmless_and_hands_over_who_came_in_between(city, street):
    other = named("东溪区")
    moving.merge_units(ended=street, surviving=other)
    changes, lines = OrganisationChange.objects.count(), AuditLine.objects.count()

    moving.merge_units(ended=street, surviving=other)
    assert (OrganisationChange.objects.count(), AuditLine.objects.count()) == (changes, lines)
    late = factories.person("张桂芳", organisation=street)
    moving.merge_units(ended=street, surviving=other)

    late.refresh_from_db()
    assert late.organisation == other
    assert OrganisationChange.objects.count() == changes


@pytest.mark.parametrize(
    ("what", "into", "words"),
    [
        ("文昌街道", "文昌街道", "不能并入自己"),
        ("望湖区", "石桥社区", "的下级"),
        ("石桥社区", "青岚市", "上一级“文昌街道”"),
        ("文昌街道", "旧区", "“旧区”已经撤销"),
        ("旧区", "文昌街道", "“旧区”已经撤销"),
    ],
)
def test_a_merger_without_sense_is_refused_in_words(city, what, into, words):
    units.end_unit(organisation=unit("旧区", city))

    with pytest.raises(OrganisationRefused, match=words):
        moving.merge_units(ended=named(what), surviving=named(into))


@pytest.mark.parametrize("change", [moving.move_unit, moving.merge_units])
def test_nobody_becomes_the_auditor_of_their_own_work_by_a_change_of_the_tree(city, change):
    auditor = factories.person("许文", organisation=city)
    services.grant_role(person=auditor, role=Role.AUDITOR, organisation=named("东溪区"))
    services.grant_role(person=auditor, role=Role.REGISTRAR, organisation=named("石桥社区"))
    names = {
        moving.move_unit: {"organisation": named("文昌街道"), "parent": named("东溪区")},
        moving.merge_units: {"ended": named("文昌街道"), "surviving": named("东溪区")},
    }

    with pytest.raises(OrganisationRefused, match="许文在“东溪区”是审计员，在“石桥社区”是教务"):
        change(**names[change])


def test_a_role_that_ends_with_its_unit_does_not_stand_against_the_merger(city):
    auditor = factories.person("许文", organisation=city)
    services.grant_role(person=auditor, role=Role.AUDITOR, organisation=named("东溪区"))
    services.grant_role(person=auditor, role=Role.REGISTRAR, organisation=named("文昌街道"))

    moving.merge_units(ended=named("文昌街道"), surviving=named("东溪区"))

    assert [grant.role for grant in queries.roles_of(auditor)] == [Role.AUDITOR]


# Ending and reopening


def test_a_unit_with_nobody_left_is_ended_and_its_roles_with_it(city):
    county = named("东溪区")
    by = administrator(city)
    person = factories.person(organisation=city)
    services.grant_role(person=person, role=Role.BUREAU, organisation=county)

    units.end_unit(organisation=county, note="撤区", by=by, now=NOW)

    assert fresh(county).ended_on == TODAY
    assert not queries.roles_of(person)
    assert county.changes.first().kind == "ended"
    assert county not in queries.organisations_open()
    assert AuditLine.objects.first().details["roles"] == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [("文昌街道", "还有 1 个机构"), ("石桥社区", "还有 1 份档案"), ("东溪区", "还有 1 个教学点")],
)
def test_a_unit_is_not_ended_while_something_is_left(city, name, words):
    factories.person(organisation=named("石桥社区"))
    TeachingPoint.objects.create(organisation=named("东溪区"), name="校本部", address="18 号")

    with pytest.raises(OrganisationRefused, match=words):
        units.end_unit(organisation=named(name))


def test_files_of_the_dead_and_merged_ones_do_not_keep_a_unit_open(city):
    county = named("东溪区")
    dead = factories.person("秦守义", organisation=county)
    Person.objects.filter(pk=dead.pk).update(deceased_on=TODAY, frozen_at=NOW)
    kept = factories.person("王秀兰", organisation=city)
    twin = factories.person("王秀兰", organisation=county)
    Person.objects.filter(pk=twin.pk).update(merged_into=kept)

    assert units.end_unit(organisation=county, now=NOW).ended_on == TODAY


def test_an_ended_unit_comes_back_empty_where_it_lies(city, street):
    moving.merge_units(ended=street, surviving=named("东溪区"), now=NOW)

    units.reopen_unit(organisation=fresh(street), now=NOW)

    reopened = fresh(street)
    assert (reopened.ended_on, reopened.merged_into) == (None, None)
    assert reopened.get_parent() == named("东溪区")
    assert not queries.roles_of(Person.objects.get(name="周敏"))
    assert reopened.changes.first().before["merged_into"] == "东溪区"


def test_nothing_is_reopened_beneath_what_has_ended(city):
    inner = unit("小区", named("东溪区"))
    units.end_unit(organisation=inner)
    units.end_unit(organisation=named("东溪区"))

    with pytest.raises(OrganisationRefused, match="“东溪区”已经撤销"):
        units.reopen_unit(organisation=fresh(inner))


# Who may


def changes_of(city):
    """Every change that reaches out of the first county, or to its own place."""
    lake, other, street = named("望湖区"), named("东溪区"), named("文昌街道")
    facts = {"name": "新", "code": "新", "kind": Kind.UNIT}
    return {
        "open beside": lambda by: units.open_unit(parent=city, by=by, **facts),
        "open at the top": lambda by: units.open_unit(parent=None, by=by, **facts),
        "rename another": lambda by: units.rename_unit(organisation=other, by=by, **facts),
        "move out": lambda by: moving.move_unit(organisation=street, parent=other, by=by),
        "move in": lambda by: moving.move_unit(organisation=other, parent=lake, by=by),
        "move to the top": lambda by: moving.move_unit(organisation=street, parent=None, by=by),
        "merge out": lambda by: moving.merge_units(ended=street, surviving=other, by=by),
        "merge in": lambda by: moving.merge_units(ended=other, surviving=street, by=by),
        "merge oneself": lambda by: moving.merge_units(ended=lake, surviving=city, by=by),
        "end another": lambda by: units.end_unit(organisation=other, by=by),
    }


@pytest.mark.parametrize(
    "change",
    [
        "open beside",
        "open at the top",
        "rename another",
        "move out",
        "move in",
        "move to the top",
        "merge out",
        "merge in",
        "merge oneself",
        "end another",
    ],
)
def test_an_administrator_changes_nothing_outside_their_part_of_the_tree(city, change):
    by = administrator(named("望湖区"))
    before = drawn()

    with pytest.raises(OrganisationRefused, match=r"上级的管理员|系统管理员"):
        changes_of(fresh(city))[change](by)

    assert drawn() == before


def test_ones_own_topmost_unit_is_ended_and_reopened_by_those_above(city):
    county = named("东溪区")
    by = administrator(county)
    Person.objects.update(organisation=city)

    with pytest.raises(OrganisationRefused, match="上级的管理员"):
        units.end_unit(organisation=county, by=by)
    units.end_unit(organisation=county, by=administrator(city, "周敏"))
    with pytest.raises(OrganisationRefused, match="上级的管理员"):
        units.reopen_unit(organisation=fresh(county), by=by)


def test_whoever_runs_the_server_opens_a_tree_of_its_own(city):
    admin = factories.login()
    admin.is_superuser = True

    units.open_unit(name="北山省", code="BS", kind=Kind.PROVINCE, parent=None, by=admin)

    assert set(drawn()) == {"青岚市", "北山省"}


# Teaching points


def test_a_teaching_point_is_opened_corrected_and_handed_over_within_ones_units(city):
    by = administrator(city)
    point = TeachingPoint(organisation=named("文昌街道"), name="教学点", address="二楼")

    units.save_teaching_point(point=point, by=by)
    point.organisation = named("东溪区")
    units.save_teaching_point(point=point, by=by)
    lines = AuditLine.objects.count()
    units.save_teaching_point(point=point, by=by)

    assert TeachingPoint.objects.get().organisation == named("东溪区")
    assert AuditLine.objects.count() == lines
    assert AuditLine.objects.first().details == {"point": point.pk, "fields": ["organisation_id"]}


@pytest.mark.parametrize(("here", "there"), [("文昌街道", "东溪区"), ("东溪区", "文昌街道")])
def test_a_teaching_point_is_neither_taken_nor_given_outside_ones_units(city, here, there):
    point = TeachingPoint.objects.create(organisation=named(here), name="教学点", address="二楼")
    point.organisation = named(there)

    with pytest.raises(OrganisationRefused, match="上级的管理员"):
        units.save_teaching_point(point=point, by=administrator(named("望湖区")))


def test_a_unit_that_has_ended_gets_no_teaching_point(city):
    county = units.end_unit(organisation=named("东溪区"))

    with pytest.raises(OrganisationRefused, match="已经撤销"):
        units.save_teaching_point(
            point=TeachingPoint(organisation=county, name="教学点", address="二楼")
        )


# Counting


def test_files_are_counted_with_everything_beneath_in_one_query(city, django_assert_num_queries):
    for name in ("石桥社区", "石桥社区", "望湖区", "青岚市"):
        factories.person(organisation=named(name))
    everything = list(Organisation.objects.all())

    with django_assert_num_queries(1):
        files = queries.files_beneath(everything)

    assert {str(each): files[each.pk] for each in everything} == {
        "青岚市": 4,
        "望湖区": 3,
        "东溪区": 0,
        "文昌街道": 2,
        "石桥社区": 2,
    }


# Any sequence of changes


class Node:
    """The same in plain Python."""

    def __init__(self, name, parent):
        self.name, self.parent = name, parent
        self.ended, self.people = False, 0

    def chain(self):
        node = self
        while node:
            yield node
            node = node.parent


class Trees(RuleBasedStateMachine):
    """Units are opened, moved, merged, ended and reopened in any order. Whatever the
    services allow, a plain tree of objects does too, and they agree."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.nodes = []
        self.open(0)
        self.watcher = factories.login(
            factories.person("看", organisation=self._row(self.nodes[0]))
        )
        self.nodes[0].people += 1
        self.led = set()

    def teardown(self):
        connection.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def _row(self, node):
        return Organisation.objects.get(code=node.name)

    def _pick(self, number):
        return self.nodes[number % len(self.nodes)]

    def _children(self, node):
        return [each for each in self.nodes if each.parent is node]

    def open(self, number):
        parent = self._pick(number) if self.nodes else None
        node = Node(f"N{len(self.nodes)}", parent)
        units.open_unit(
            name=node.name, code=node.name, kind=Kind.UNIT, parent=parent and self._row(parent)
        )
        self.nodes.append(node)

    @rule(number=st.integers(0, 30))
    def opens(self, number):
        if self._pick(number).ended:
            with pytest.raises(OrganisationRefused):
                units.open_unit(
                    name="x", code="x", kind=Kind.UNIT, parent=self._row(self._pick(number))
                )
        else:
            self.open(number)

    @rule(number=st.integers(0, 30))
    def somebody_comes(self, number):
        node = self._pick(number)
        if not node.ended:
            factories.person(organisation=self._row(node))
            node.people += 1

    @rule(number=st.integers(0, 30))
    def is_given_a_role(self, number):
        node = self._pick(number)
        if not node.ended and self.watcher.person.roles.filter(ended_at=None).count() < 3:
            services.grant_role(
                person=self.watcher.person, role=Role.BUREAU, organisation=self._row(node)
            )
            self.led.add(node)

    @rule(what=st.integers(0, 30), where=st.integers(0, 30))
    def moves(self, what, where):
        node, parent = self._pick(what), self._pick(where)
        may = (
            not node.ended
            and not parent.ended
            and node not in parent.chain()
            and node.parent is not parent
        )
        if may:
            moving.move_unit(organisation=self._row(node), parent=self._row(parent))
            node.parent = parent
        else:
            with pytest.raises(OrganisationRefused):
                moving.move_unit(organisation=self._row(node), parent=self._row(parent))

    @rule(what=st.integers(0, 30), where=st.integers(0, 30))
    def merges(self, what, where):
        node, other = self._pick(what), self._pick(where)
        above = list(node.chain())[2:]
        may = (
            not node.ended and not other.ended and node not in other.chain() and other not in above
        )
        if (
            not may
            and Organisation.objects.filter(code=node.name, merged_into__code=other.name).exists()
        ):
            return
        if not may:
            with pytest.raises(OrganisationRefused):
                moving.merge_units(ended=self._row(node), surviving=self._row(other))
            return
        moving.merge_units(ended=self._row(node), surviving=self._row(other))
        for child in self._children(node):
            if not child.ended:
                child.parent = other
        node.parent, node.ended = other, True
        other.people, node.people = other.people + node.people, 0
        self.led.discard(node)

    @rule(number=st.integers(0, 30))
    def ends(self, number):
        node = self._pick(number)
        may = (
            not node.ended
            and not node.people
            and all(child.ended for child in self._children(node))
        )
        if may:
            units.end_unit(organisation=self._row(node))
            node.ended = True
            self.led.discard(node)
        else:
            with pytest.raises(OrganisationRefused):
                units.end_unit(organisation=self._row(node))

    @rule(number=st.integers(0, 30))
    def reopens(self, number):
        node = self._pick(number)
        if node.parent and node.parent.ended and node.ended:
            with pytest.raises(OrganisationRefused):
                units.reopen_unit(organisation=self._row(node))
        else:
            units.reopen_unit(organisation=self._row(node))
            node.ended = False

    @invariant()
    def the_tree_is_whole_and_the_same(self):
        assert Organisation.find_problems() == ([], [], [], [], [])
        rows = {row.path: row for row in Organisation.objects.all()}
        parents = {
            row.code: rows[tree.parent_path(row)].code if row.depth > 1 else None
            for row in rows.values()
        }
        assert parents == {node.name: node.parent and node.parent.name for node in self.nodes}
        assert {row.code for row in rows.values() if row.ended_on} == {
            node.name for node in self.nodes if node.ended
        }
        assert not any(
            rows[tree.parent_path(row)].ended_on and not row.ended_on
            for row in rows.values()
            if row.depth > 1
        )

    @invariant()
    def the_scope_is_what_lies_beneath(self):
        scope = queries.organisations_led_by(self.watcher, Role.BUREAU)
        expected = {node.name for node in self.nodes if self.led & set(node.chain())}
        assert set(scope.values_list("code", flat=True)) == expected

    @invariant()
    def nobody_is_lost(self):
        rows = Organisation.objects.all()
        files = queries.files_beneath(rows)
        assert {row.code: files[row.pk] for row in rows} == {
            node.name: sum(each.people for each in self.nodes if node in each.chain())
            for node in self.nodes
        }


def test_any_sequence_of_changes_leaves_a_whole_tree_that_a_plain_one_agrees_with():
    run_state_machine_as_test(
        Trees,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# Two at once


def both(*calls):
    """Run every call on a connection of its own; what they returned or raised."""

    def run(call):
        try:
            connection.ensure_connection()
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def by_moving(what, where, times=1):
    def run():
        answers = []
        for number in range(times):
            answers.append(
                moving.move_unit(organisation=named(what), parent=named(where[number % 2]))
            )
        return answers

    return run


@pytest.mark.django_db(transaction=True)
def test_units_moved_at_once_leave_a_whole_tree():
    city = unit("青岚市")
    for name in ("甲", "乙", "丙"):
        county = unit(name, city)
        for number in range(3):
            unit(f"{name}{number}", county)

    outcomes = both(
        by_moving("甲0", ["乙", "丙"], 4),
        by_moving("甲1", ["乙", "丙"], 4),
        by_moving("乙0", ["丙", "甲"], 4),
        by_moving("丙0", ["乙", "甲"], 4),
        lambda: [unit(f"新{number}", named("乙")) for number in range(4)],
    )

    assert [each for each in outcomes if isinstance(each, Exception)] == []
    assert Organisation.find_problems() == ([], [], [], [], [])
    assert Organisation.objects.count() == 1 + 3 + 9 + 4


@pytest.mark.django_db(transaction=True)
def test_two_units_are_never_moved_beneath_each_other():
    city = unit("青岚市")
    for name in ("甲", "乙"):
        unit(name, city)

    outcomes = both(
        lambda: moving.move_unit(organisation=named("甲"), parent=named("乙")),
        lambda: moving.move_unit(organisation=named("乙"), parent=named("甲")),
    )

    assert sorted(type(each).__name__ for each in outcomes) == [
        "Organisation",
        "OrganisationRefused",
    ]
    assert Organisation.find_problems() == ([], [], [], [], [])


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_units_are_given_one_place(monkeypatch):
    """Proves the tests before: both look for the last place before either takes it."""
    city = unit("青岚市")
    for name in ("甲", "乙"):
        unit(f"{name}0", unit(name, city))
    unit("丙", city)
    looked = threading.Barrier(2, timeout=30)

    def look_then_wait(organisation, parent):
        node, target = fresh(organisation), fresh(parent)
        looked.wait()
        node.move(target, pos="last-child")
        return fresh(organisation)

    monkeypatch.setattr(tree, "lock", lambda: None)
    monkeypatch.setattr(moving, "_put", look_then_wait)

    outcomes = both(
        lambda: moving.move_unit(organisation=named("甲0"), parent=named("丙")),
        lambda: moving.move_unit(organisation=named("乙0"), parent=named("丙")),
    )

    assert IntegrityError in [type(each) for each in outcomes]

"""Figures: each as it is defined, per branch, month and place, in as many queries as ever."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches import queries
from branches.models import Branch, BranchRecord
from branches.periods import Month, Year
from branches.reports import catalogue, content, counting, freezing
from branches.reports.catalogue import FIGURES
from branches.sheets import sheet_of
from tests.branches import school
from tests.branches.reports.conftest import AUGUST, Q3, meeting

pytestmark = pytest.mark.django_db

MAIN = ("members", "people", "times", "hours", "hours_apart")


def figures(found, *codes):
    return tuple(found[code] for code in codes)


def test_people_times_and_hours_are_counted_apart_and_replay_by_itself(year):
    total = content.content_of(year.county, Q3)["total"]

    # Wang three times, Li once, Zhao twice; one of Wang's is a replay.
    assert figures(total, *MAIN) == (3, 3, 6, "10.00", "2.00")
    assert figures(total, "times_on_site", "times_live", "times_replay") == (3, 2, 1)
    assert figures(total, "hours_on_site", "hours_live", "hours_replay") == (
        *("6.00", "4.00", "2.00"),
    )
    assert figures(total, "branches", "confirmed") == (2, 0)


def test_a_group_counts_with_its_branch_wherever_it_meets(year):
    first, second = content.content_of(year.county, Q3)["branches"]

    assert (first["name"], second["name"]) == ("第一支部", "第二支部𠮷")
    assert figures(first["figures"], *MAIN) == (2, 3, 5, "8.00", "2.00")
    assert figures(second["figures"], *MAIN) == (1, 1, 1, "2.00", "0.00")


def test_somebody_who_changed_branches_is_one_person_in_the_total(year):
    found = content.content_of(year.county, Q3)

    assert sum(branch["figures"]["people"] for branch in found["branches"]) == 4
    assert found["total"]["people"] == 3


def test_months_and_places_add_up_to_the_total(year):
    found = content.content_of(year.county, Q3)

    for code in ("times", "hours", "hours_apart", "times_live"):
        for parts in (found["months"], found["places"], found["branches"]):
            whole = sum(Decimal(part["figures"][code]) for part in parts)
            assert whole == Decimal(found["total"][code]), code
    assert [place["name"] for place in found["places"]] == ["望湖县", "水利局"]
    assert [month["figures"]["people"] for month in found["months"]] == [3, 2, 1]


def test_what_was_reversed_counts_nothing(year):
    line = year.wang.study_entries.filter(mode="live").get()
    school.ledger.reverse(entry=line, by=year.bureau, reason="记错了")

    total = content.content_of(year.county, Q3)["total"]

    assert figures(total, "people", "times", "hours") == (3, 5, "8.00")


def test_due_and_present_are_those_of_the_records_added_up(year):
    everywhere = school.login(is_superuser=True)
    sheets = [
        sheet_of(queries.record_led_by(everywhere, branch_pk=record.branch_id, pk=record.pk))
        for record in BranchRecord.objects.filter(
            branch__in=counting.scope_of(year.county).branches, session__starts_at__year=2026
        )
    ]

    total = content.content_of(year.county, Q3)["total"]

    assert total["records"] == len(sheets) > 0
    assert total["due"] == sum(sheet.due_count for sheet in sheets)
    assert total["present"] == sum(sheet.present_count for sheet in sheets)
    assert total["due"] > total["present"]


def test_a_sister_county_counts_its_own_and_the_province_both(year):
    theirs = content.content_of(year.sister, Q3)
    whole = content.content_of(year.province, Q3)

    assert [branch["name"] for branch in theirs["branches"]] == ["东溪支部"]
    assert figures(theirs["total"], *MAIN) == (1, 1, 1, "2.00", "0.00")
    assert figures(whole["total"], *MAIN) == (4, 4, 7, "12.00", "2.00")
    assert [place["name"] for place in whole["places"]] == ["望湖县", "东溪县"]


def test_the_same_quarter_a_year_ago_stands_beside(year):
    before = content.content_of(year.county, Q3)["before"]

    assert (before["quarter"], before["frozen_at"]) == ("2025Q3", None)
    assert figures(before["total"], "people", "times", "hours") == (1, 1, "1.50")


def test_the_rules_that_counted_are_named(year):
    assert [rule["version"] for rule in content.content_of(year.county, Q3)["rules"]] == ["2026-1"]


@pytest.mark.parametrize(
    ("period", "times"), [(Month(2026, 8), 2), (Month(2026, 10), 0), (Year(2025), 1)]
)
def test_figures_are_counted_over_a_month_or_a_year_too(year, period, times):
    counted = counting.count(counting.scope_of(year.county), period)

    assert counted.total["times"] == times


def test_a_unit_without_branches_has_every_figure_at_nought():
    empty = school.organisation("空的单位")

    found = content.content_of(empty, Q3)

    assert found["branches"] == found["places"] == []
    assert found["total"] == catalogue.nothing()


def test_a_branch_counts_the_same_by_itself_as_in_the_report(year):
    found = content.content_of(year.county, Q3)["branches"]

    for branch, row in zip((year.first, year.second), found, strict=True):
        assert freezing.figures_of(branch, Q3) == row["figures"]


def test_no_figure_is_of_minutes_and_every_one_has_a_unit():
    assert not [code for code in FIGURES if "minute" in code]
    assert all(str(figure.unit.label) in figure.label for figure in FIGURES.values())


def test_forty_branches_cost_no_more_queries_than_one(year):
    with CaptureQueriesContext(connection) as few:
        content.content_of(year.sister, Q3)
    members = []
    for number in range(40):
        branch = school.branch(f"支部{number}", at=year.sister)
        members.append(school.person(f"成员{number}", at=year.sister))
        school.member(members[-1], branch)
    meeting(year, school.class_group(at=year.sister), AUGUST, *members)

    with CaptureQueriesContext(connection) as many:
        found = content.content_of(year.sister, Q3)

    assert found["total"]["branches"] == 41
    assert len(many) == len(few)


def test_who_was_due_and_present_at_activities_is_counted_once_at_home():
    city = school.organisation("青岚市")
    school.rule(city)
    general = school.branch("党总支", at=city, level="general")
    first, second = (school.branch(name, at=city, under=general) for name in ("一支部", "二支部"))
    people = {name: school.person(name, at=city) for name in "甲乙丙"}
    for name, home in (("甲", first), ("乙", first), ("丙", second)):
        school.member(people[name], home)
    functional = school.branch("书法缘", at=city, kind="functional")
    school.member(people["甲"], functional)
    general.refresh_from_db()
    # One of all together, which is on three records, and one of a functional branch.
    school.held(school.activity(general), people["甲"], people["丙"])
    school.held(school.activity(functional, kind="visit"), people["甲"])

    counted = counting.count(counting.scope_of_branch(general), Q3)

    figures = {row: (each["due"], each["present"]) for row, each in counted.rows.items()}
    assert figures == {general.pk: (0, 0), first.pk: (2, 1), second.pk: (1, 1)}
    assert (counted.total["due"], counted.total["present"]) == (3, 2)


def test_activities_of_each_kind_are_counted_where_they_were_called(year):
    branch = school.branch("四支部", at=year.sister)
    school.member(school.person("甲", at=year.sister), branch)
    before = content.content_of(year.sister, Q3)["total"]
    for kind in ("meeting", "lecture", "lecture", "volunteer"):
        school.held(school.activity(branch, kind=kind))
    school.activity(branch, kind="visit")  # Planned, and nobody wrote down who came.

    total = content.content_of(year.sister, Q3)["total"]

    held = {code: total[code] - before[code] for code in total if code.startswith("held_")}
    assert {code: n for code, n in held.items() if n} == {
        "held_meeting": 1,
        "held_lecture": 2,
        "held_volunteer": 1,
    }
    assert FIGURES["held_lecture"].label == "党课（次）"


def test_a_branch_that_there_was_not_is_asked_nothing_and_its_lines_count(year):
    Branch.objects.filter(pk=year.first.pk).update(ended_on=date(2026, 7, 1))
    Branch.objects.filter(pk=year.second.pk).update(founded_on=date(2026, 10, 1))
    nobodys = school.branch("空支部", at=year.county)
    Branch.objects.filter(pk=nobodys.pk).update(ended_on=date(2026, 7, 1))

    found = content.content_of(year.county, Q3)

    assert found["total"]["branches"] == 0
    assert [branch["name"] for branch in found["branches"]] == ["第一支部", "第二支部𠮷"]
    assert found["total"]["times"] == sum(place["figures"]["times"] for place in found["places"])

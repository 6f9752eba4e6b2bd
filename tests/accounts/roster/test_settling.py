from datetime import date

import pytest
from django.http import Http404
from django.utils import timezone

from accounts import audit
from accounts.errors import FileFrozen, RosterRefused
from accounts.models import AuditLine, Person, RosterRow
from accounts.roster import queries, settling
from tests.accounts.roster import school
from tests.accounts.roster.school import ID, kept, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county():
    return school.county()


def waiting(*rows, **options) -> RosterRow:
    """The one row of a roster that is in doubt."""
    return kept(*rows, **options).rows.get()


def names():
    found = Person.objects.exclude(kind="staff").order_by("pk")
    return list(found.values_list("name", "organisation__name"))


# Deciding


def test_somebody_new_gets_a_file_at_once():
    doubtful = waiting(row(born="1990-03-08"))
    by = school.registrar()

    settling.settle(row=doubtful, decision="new", by=by)

    assert names() == [("王秀兰", "档案局")]
    doubtful.refresh_from_db()
    assert (doubtful.decision, doubtful.decided_by) == ("new", by)
    assert doubtful.person == Person.objects.get(name="王秀兰")
    lines = AuditLine.objects.filter(person=doubtful.person).order_by("number")
    assert [(line.action, line.actor) for line in lines] == [
        ("file.opened", by),
        ("roster.settled", by),
    ]
    assert lines[1].details == {
        "roster": doubtful.roster_id,
        "row": doubtful.number,
        "decision": "new",
    }
    assert audit.verify().broken is None


def test_a_file_is_updated_with_what_the_row_says():
    person = school.file("王秀芝", id_number=ID("19500308", "022"))
    doubtful = waiting(row(id_number=ID("19500308", "022"), phone="13800000001"))
    settling.settle(row=doubtful, decision="update", person=person, by=school.registrar())
    person.refresh_from_db()
    assert (person.phone, person.name) == ("13800000001", "王秀芝")


def test_a_row_that_is_left_out_changes_nothing():
    doubtful = waiting(row(born="1990-03-08"))
    settling.settle(row=doubtful, decision="skip", by=school.registrar())
    doubtful.refresh_from_db()
    assert (doubtful.decision, names()) == ("skip", [])


def test_the_first_decision_stands():
    doubtful, by = waiting(row(born="1990-03-08")), school.registrar()
    settling.settle(row=doubtful, decision="skip", by=by)
    settling.settle(row=doubtful, decision="new", by=by)
    assert names() == []


def test_an_unknown_unit_is_chosen_by_the_reviewer():
    doubtful, by = waiting(row(unit="纺织厂")), school.registrar()
    with pytest.raises(RosterRefused, match="哪个单位"):
        settling.settle(row=doubtful, decision="new", by=by)
    with pytest.raises(RosterRefused, match="您管理的机构"):
        settling.settle(row=doubtful, decision="new", by=by, organisation=school.unit("远山中学"))
    settling.settle(row=doubtful, decision="new", by=by, organisation=school.unit("机械厂"))
    assert names() == [("王秀兰", "机械厂")]


def test_without_a_birth_date_nobody_is_new():
    doubtful = waiting(row(born=""))
    with pytest.raises(RosterRefused, match="出生日期"):
        settling.settle(row=doubtful, decision="new", by=school.registrar())


def test_an_id_number_that_has_a_file_opens_no_second():
    school.file("王秀芝", id_number=ID("19500308", "022"))
    doubtful = waiting(row(id_number=ID("19500308", "022")))
    with pytest.raises(RosterRefused, match="已经有档案"):
        settling.settle(row=doubtful, decision="new", by=school.registrar())


def test_only_a_file_that_the_row_may_be_about_is_updated():
    doubtful = waiting(row(born="1990-03-08"))
    for other in (None, school.file("李国强")):
        with pytest.raises(RosterRefused, match="哪一份"):
            settling.settle(row=doubtful, decision="update", person=other, by=school.registrar())


def test_a_file_that_was_frozen_meanwhile_is_not_updated():
    person = school.file(sex="m")
    doubtful = waiting(row())
    Person.objects.filter(pk=person.pk).update(frozen_at=timezone.now())
    with pytest.raises(FileFrozen):
        settling.settle(row=doubtful, decision="update", person=person, by=school.registrar())


def test_a_doubtful_id_number_is_not_kept_whatever_is_decided():
    bad = ID("19500308", "022")[:-1] + "0"
    doubtful = waiting(row(id_number=bad), with_consent=True)
    settling.settle(row=doubtful, decision="new", by=school.registrar())
    assert Person.objects.get(name="王秀兰").id_number == ""


# Whose it is


def test_only_reviewers_of_the_organisation_find_a_row():
    doubtful = waiting(row(born="1990-03-08"))
    for at, sees in (("青岚市", True), ("银杏区", True), ("机械厂", False), ("远山县", False)):
        user = school.registrar(at)
        assert list(queries.rows_to_settle(user)) == [doubtful] * sees
        if not sees:
            with pytest.raises(Http404):
                settling.settle(row=doubtful, decision="new", by=user)
    assert names() == []


def test_of_a_file_elsewhere_a_reviewer_learns_nothing_and_whoever_leads_both_moves_it():
    person = school.file(at="远山中学", phone="13800000009", residence="远山县1号")
    doubtful = waiting(row(phone="13800000001"))
    here, above = school.registrar(), school.registrar("青岚市")

    [seen] = settling.doubtful([doubtful], user=here)
    assert (seen.candidates, seen.has_hidden) == ([], True)
    with pytest.raises(RosterRefused, match="上级教务"):
        settling.settle(row=doubtful, decision="update", person=person, by=here)

    [seen] = settling.doubtful([doubtful], user=above)
    assert ([person for person, _changes in seen.candidates], seen.has_hidden) == ([person], False)
    settling.settle(row=doubtful, decision="update", person=person, by=above)
    person.refresh_from_db()
    assert (person.phone, person.organisation) == ("13800000001", school.unit())


def test_the_reviewer_sees_what_would_change_in_each_file():
    one, other = school.file(), school.file(phone="13800000002")
    doubtful = waiting(row(phone="13800000001"))
    [seen] = settling.doubtful([doubtful], user=school.registrar())
    assert {
        person.pk: [(change.old, change.new) for change in changes]
        for person, changes in seen.candidates
    } == {one.pk: [("", "138****0001")], other.pk: [("138****0002", "138****0001")]}


@pytest.mark.parametrize("rows", [1, 6])
def test_showing_doubtful_rows_costs_no_query_for_each(rows, django_assert_num_queries):
    typed = [row(f"王秀{sign}", phone="13800000001") for sign in "兰英芳珍芬华"[:rows]]
    for cells in typed:
        school.file(cells[0], sex="m", born_on=date(1950, 3, 8))
    roster = kept(*typed)
    user = school.registrar()
    with django_assert_num_queries(11):
        found = settling.doubtful(queries.rows_to_settle(user), user=user)
    assert [len(one.candidates) for one in found] == [1] * rows
    assert roster.rows.count() == rows


# Many


def test_many_rows_are_settled_at_once_and_those_that_do_not_fit_stay():
    typed = [row("王秀兰", "1990-03-08"), row("王秀英", ""), row("李国强", "1991-01-01")]
    roster, by = kept(*typed), school.registrar()

    settled = settling.settle_many(rows=roster.rows.all(), decision="new", by=by)

    assert settled.done == 2
    assert [number for number, _why in settled.refused] == [3]
    assert [name for name, _unit in names()] == ["王秀兰", "李国强"]
    assert [row.name for row in queries.rows_to_settle(by)] == ["王秀英"]


def test_files_are_updated_at_once_where_there_is_only_one():
    one = school.file(sex="m")
    for _ in range(2):
        school.file("李国强", born_on=date(1949, 1, 1))
    typed = [row(phone="13800000001"), row("李国强", "1949-01-01", unit="机械厂")]
    roster = kept(*typed)

    settled = settling.settle_many(
        rows=roster.rows.all(), decision="update", by=school.registrar()
    )

    assert (settled.done, [number for number, _why in settled.refused]) == (1, [3])
    one.refresh_from_db()
    assert one.phone == "13800000001"

"""Inspections: a sample anybody can draw again, read only, for its days, written down."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import AuditLine, RoleGrant
from branches import inspecting, ledger, queries
from branches.errors import InspectionRefused
from branches.models import BranchRecord, Inspection, Source, StudyEntry
from live.models import StudyMode
from tests.branches import school
from tests.branches.school import NINE, THAT_DAY

pytestmark = pytest.mark.django_db

Action = AuditLine.Action


def said(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def bureau(city):
    zheng = school.person("郑敏", at=city)
    accounts.grant_role(person=zheng, role=RoleGrant.Role.BUREAU, organisation=city)
    return school.login(zheng)


@pytest.fixture
def auditor(city):
    return school.login(school.person("宋明", at=school.organisation("省审计组")))


@pytest.fixture
def records(city, wang, sister):
    """Three of the branch and one of the sister branch."""
    li = school.person("李国强", at=city)
    school.member(li, sister)
    group = school.class_group(at=city)
    for number in range(3):
        met = school.session(group, number=number + 1, starts_at=NINE + timedelta(days=number))
        school.studied(wang, met)
        if not number:
            school.studied(li, met)
    return list(BranchRecord.objects.order_by("pk"))


def granted(city, auditor, bureau, **facts):
    today = timezone.localdate()
    return inspecting.grant(
        **{
            "organisation": city,
            "auditor": auditor.person,
            "purpose": "年度检查",
            "held_from": date(2026, 7, 1),
            "held_before": date(2026, 10, 1),
            "opens_on": today,
            "closes_on": today,
            "size": 2,
            "seed": "20260930",
            "by": bureau,
        }
        | facts
    )


def test_a_seed_draws_the_same_whatever_the_order_and_whatever_comes_later(
    city, auditor, bureau, records, wang
):
    keys = [record.pk for record in records]
    assert inspecting.sample(keys, seed="7", size=3) == inspecting.sample(
        reversed(keys), seed="7", size=3
    )
    assert len({tuple(inspecting.sample(keys, seed=str(n), size=2)) for n in range(30)}) > 3

    made = granted(city, auditor, bureau)
    school.studied(wang, school.session(school.class_group(at=city), starts_at=NINE))
    drawn = list(made.drawn.values_list("record", flat=True))
    assert drawn == inspecting.sample(keys, seed="20260930", size=2)
    assert (made.population, inspecting.drawn_again(made)) == (len(keys), drawn)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"held_from": date(2026, 10, 1)}, "held_before"),
        ({"held_from": date(2020, 1, 1), "held_before": date(2020, 2, 1)}, "held_from"),
        ({"closes_on": date(2026, 1, 1)}, "closes_on"),
        ({"closes_on": date(2199, 1, 1)}, "closes_on"),
    ],
    ids=["no days", "no records", "over already", "for ever"],
)
def test_what_makes_no_sense_is_refused_at_its_field(city, auditor, bureau, records, facts, field):
    with pytest.raises(InspectionRefused) as refused:
        granted(city, auditor, bureau, **facts)
    assert refused.value.field == field


def test_pressed_twice_is_granted_once(city, auditor, bureau, records):
    made = granted(city, auditor, bureau)

    assert granted(city, auditor, bureau) == made == granted(city, auditor, bureau, seed="")
    assert granted(city, auditor, bureau, seed="7") != made
    inspecting.end(inspection=made, by=bureau)
    assert granted(city, auditor, bureau) != made


def test_nobody_inspects_their_own_branch(city, secretary, bureau, records):
    with pytest.raises(InspectionRefused, match="任职"):
        granted(city, secretary, bureau)


def test_the_auditor_reads_what_was_drawn_and_every_look_is_written_down(
    client, city, auditor, bureau, records
):
    made = granted(city, auditor, bureau)
    record = made.drawn.first().record
    others = [each for each in records if not made.drawn.filter(record=each).exists()]
    line = StudyEntry.objects.filter(session=record.session, branch=record.branch).get()
    client.force_login(auditor)
    assert "年度检查" in said(client.get("/branches/inspections/"))
    page = f"/branches/inspections/{made.pk}/"
    assert "20260930" in said(client.get(page))
    assert line.person.name in said(client.get(f"{page}records/{record.pk}/"))
    assert "在教室" in said(client.get(f"{page}records/{record.pk}/lines/{line.pk}/"))

    looks = AuditLine.objects.filter(action=Action.INSPECTION_SEEN).order_by("number")
    assert [(each.person, each.details) for each in looks] == [
        (None, {"inspection": made.pk}),
        (None, {"inspection": made.pk, "record": record.pk}),
        (line.person, {"inspection": made.pk, "record": record.pk, "line": line.pk}),
    ]
    # What was not drawn is closed, and so are the branch's own pages.
    for other in others:
        assert client.get(f"{page}records/{other.pk}/").status_code == 404
    elsewhere = StudyEntry.objects.exclude(pk=line.pk).first()
    assert client.get(f"{page}records/{record.pk}/lines/{elsewhere.pk}/").status_code == 404
    own = f"/branches/{record.branch_id}/records/{record.pk}/"
    assert client.get(own).status_code == 404
    assert client.post(f"{page}end/").status_code == 404

    client.force_login(bureau)
    assert made.drawn.get(record=record).seen_at
    assert "还没看" in said(client.get(page))


def test_before_its_days_and_after_its_end_there_is_nothing(
    client, city, auditor, bureau, records
):
    today = timezone.localdate()
    later = granted(
        city,
        auditor,
        bureau,
        opens_on=today + timedelta(days=1),
        closes_on=today + timedelta(days=2),
    )
    made = granted(city, auditor, bureau)
    record = made.drawn.first().record_id
    client.force_login(auditor)
    assert client.get(f"/branches/inspections/{later.pk}/").status_code == 404
    assert client.get(f"/branches/inspections/{made.pk}/").status_code == 200

    client.force_login(bureau)
    client.post(f"/branches/inspections/{made.pk}/end/")
    client.force_login(auditor)
    for address in ("", f"{made.pk}/", f"{made.pk}/records/{record}/"):
        assert client.get(f"/branches/inspections/{address}").status_code == 404
    over = granted(city, auditor, bureau)
    Inspection.objects.filter(pk=over.pk).update(
        opens_on=THAT_DAY, closes_on=today - timedelta(days=1)
    )
    assert client.get(f"/branches/inspections/{over.pk}/").status_code == 404


def test_an_inspection_is_extended_with_the_same_sample_also_when_it_has_run_out(
    client, city, auditor, bureau, records
):
    made = granted(city, auditor, bureau)
    drawn = list(made.drawn.values_list("record", flat=True))
    today = timezone.localdate()
    over = today - timedelta(days=1)
    Inspection.objects.update(opens_on=today - timedelta(days=9), closes_on=over)
    client.force_login(auditor)
    page = f"/branches/inspections/{made.pk}/"
    assert client.get(page).status_code == 404
    assert client.post(f"{page}extension/", {"closes_on": today}).status_code == 404

    client.force_login(bureau)
    for wrong in (today - timedelta(days=3), today + timedelta(days=92), date(1, 1, 1)):
        refused = client.post(f"{page}extension/", {"closes_on": wrong.isoformat()})
        assert refused.status_code == 422
    assert client.post(f"{page}extension/", {"closes_on": today.isoformat()}).status_code == 302

    client.force_login(auditor)
    assert client.get(page).status_code == 200
    assert list(made.drawn.values_list("record", flat=True)) == drawn
    assert AuditLine.objects.filter(action=Action.INSPECTION_GRANTED).count() == 2


def test_what_was_ended_is_not_extended(city, auditor, bureau, records):
    made = granted(city, auditor, bureau)
    inspecting.end(inspection=made, by=bureau)

    with pytest.raises(InspectionRefused, match="重新开放"):
        inspecting.extend(inspection=made, closes_on=timezone.localdate(), by=bureau)


def test_an_office_grants_only_over_itself_and_a_sister_county_sees_nothing(
    client, city, auditor, bureau, records
):
    county = school.organisation("西县", under=city)
    wu = school.person("吴桐", at=county)
    accounts.grant_role(person=wu, role=RoleGrant.Role.BUREAU, organisation=county)
    made = granted(city, auditor, bureau)
    client.force_login(school.login(wu))
    assert client.get(f"/branches/inspections/{made.pk}/").status_code == 404
    today = timezone.localdate()
    facts = {
        "organisation": city.pk,
        "name": "宋明",
        "born_on": "1956-5-4",
        "purpose": "检查",
        "held_from": "2026-7-1",
        "held_before": "2026-10-1",
        "size": 5,
        "opens_on": today,
        "closes_on": today,
    }
    assert client.post("/branches/inspections/new/", facts).status_code == 422
    client.force_login(bureau)
    answer = client.post("/branches/inspections/new/", facts)
    assert client.get(answer.url).status_code == 200
    assert Inspection.objects.latest("pk").drawn.count() == 4


def test_a_record_of_an_activity_rests_on_its_own_lines(
    client, city, auditor, bureau, branch, wang
):
    """Of those who came, of its own members; a line that was taken back carries nothing."""
    li, sun = (school.person(name, at=city) for name in ("李国强", "孙立"))
    for person in (li, sun):
        school.member(person, branch)
    school.line(wang)
    made = school.activity(branch, by=bureau)
    school.held(made, wang, li, by=bureau)
    ledger.reverse(
        entry=StudyEntry.objects.get(source=Source.ACTIVITY, person=li), reason="写错了", by=bureau
    )
    other = school.activity(branch, by=bureau, starts_at=NINE + timedelta(hours=2))
    school.held(other, wang, sun, by=bureau, now=NINE + timedelta(hours=5))

    record = BranchRecord.objects.get(activity=made)
    line = StudyEntry.objects.get(source=Source.ACTIVITY, source_key=made.pk, person=wang)
    assert list(inspecting.lines_of(record)) == [line]
    inspection = granted(city, auditor, bureau)
    client.force_login(auditor)
    page = f"/branches/inspections/{inspection.pk}/records/{record.pk}/"
    assert f"{page}lines/{line.pk}/" in said(client.get(page))
    assert "王秀兰" in said(client.get(f"{page}lines/{line.pk}/"))
    for elsewhere in StudyEntry.objects.exclude(pk=line.pk):
        assert client.get(f"{page}lines/{elsewhere.pk}/").status_code == 404


def test_a_class_watched_together_is_the_evidence_of_the_activity(
    city, bureau, branch, wang, session
):
    """Who was in the class has its line, who only watched along that of the activity; a replay
    seen later belongs to no meeting."""
    club = school.branch("书法缘", at=city, kind="functional")
    li = school.person("李国强", at=city)
    school.member(li, branch)
    sun = school.person("孙立", at=city)
    school.member(sun, branch)
    for person in (wang, li, sun):
        school.member(person, club)
    school.studied(wang, session)
    made = school.activity(club, by=bureau, session=session)
    school.held(made, wang, sun, by=bureau)
    replay = school.line(
        li, branch=branch, session=session, source=Source.REPLAY, mode=StudyMode.REPLAY
    )
    assert replay in StudyEntry.objects.filter(queries.STANDS, session=session)
    record = BranchRecord.objects.get(activity=made, branch=club)
    assert [(line.person, line.source) for line in inspecting.lines_of(record)] == [
        (sun, Source.ACTIVITY),
        (wang, Source.SESSION),
    ]


def test_a_functional_branch_shows_its_members_lines_at_their_home(city, bureau, branch, wang):
    club = school.branch("书法缘", at=city, kind="functional")
    li = school.person("李国强", at=city)
    for person, home in ((wang, club), (li, branch)):
        school.member(person, home)
    made = school.activity(club, by=bureau)
    school.held(made, wang, by=bureau)
    record = BranchRecord.objects.get(activity=made, branch=club)
    assert [(line.person, line.branch) for line in inspecting.lines_of(record)] == [(wang, branch)]

"""What somebody missed of a meeting, made up for by a replay, a booklet or a talk."""

from datetime import timedelta
from decimal import Decimal

import pytest

from branches import ledger, queries
from branches.activities import closing, making_up
from branches.activities.closing import Mark
from branches.errors import CannotMakeUp
from branches.models import (
    Absence,
    BranchRecord,
    StudyEntry,
)
from courses.models import Letter
from live.models import ReplayStudy, StudyMode
from live.signals import replay_watched
from tests.branches import school
from tests.branches.school import LATER, THAT_DAY, is_well, sheet, standing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("how", "mode"), [("booklet", StudyMode.OWN_STUDY), ("talk", StudyMode.DELIVERED)]
)
def test_what_is_made_up_is_posted_once_and_follows_its_correction(
    activity, wang, li, secretary, how, mode
):
    school.held(activity, wang, by=secretary)
    facts = {
        "record": BranchRecord.objects.get(),
        "person": li,
        "how": how,
        "material": "读本",
        "made_up_on": THAT_DAY + timedelta(days=2),
        "by": secretary,
    }
    for hour in range(2):
        making_up.make_up(minutes=45, now=LATER + timedelta(days=3, hours=hour), **facts)
        ledger.post_missed(now=LATER + timedelta(days=3, hours=hour))
    line = StudyEntry.objects.get(person=li)
    assert (line.mode, line.minutes, line.title) == (mode, 45, "补学：主题党日 参观长征纪念馆")

    making_up.make_up(minutes=90, now=LATER + timedelta(days=4), **facts)
    assert standing(person=li) == [("李国强", 90, Decimal(2))]
    # There after all: what was made up counts no more.
    closing.correct(
        activity=activity,
        marks={li.pk: Mark(True)},
        reason="漏了",
        by=secretary,
        seen_at=activity.edited_at,
        now=LATER + timedelta(days=5),
    )
    assert [line.source for line in StudyEntry.objects.filter(queries.STANDS, person=li)] == [
        "activity"
    ]
    is_well()


def test_a_replay_seen_is_made_up_by_itself_and_posted_once(city, branch, wang, session):
    li = school.person("李国强", at=city)
    school.member(li, branch)
    for person in (wang, li):
        school.seat(person, session)
    school.studied(wang, session)
    facts = dict.fromkeys(("material", "made_up_on", "minutes", "by"))
    making_up.make_up(
        record=BranchRecord.objects.get(),
        person=li,
        how="replay",
        now=LATER,
        **facts | {"material": ""},
    )
    seen_at = LATER + timedelta(days=2)
    study = ReplayStudy.objects.create(
        classroom=session.classroom,
        person=li,
        spans=[[0, 5400]],
        seconds=5400,
        replay_seconds=5400,
        seen_at=seen_at,
        enough_at=seen_at,
    )

    for _again in range(2):
        replay_watched.send(None, study=study)

    assert [(line.mode, line.minutes) for line in StudyEntry.objects.filter(person=li)] == [
        ("replay", 90)
    ]
    absence = Absence.objects.get()
    assert (absence.made_up_on, absence.minutes) == (THAT_DAY + timedelta(days=2), 90)
    assert not queries.my_make_ups(li)
    is_well()


def test_a_booklet_read_and_a_replay_seen_count_once(city, branch, wang, session, secretary):
    li = school.person("李国强", at=city)
    school.member(li, branch)
    for person in (wang, li):
        school.seat(person, session)
    school.studied(wang, session)
    making_up.make_up(
        record=BranchRecord.objects.get(),
        person=li,
        how="booklet",
        material="",
        made_up_on=THAT_DAY,
        minutes=45,
        by=secretary,
        now=LATER,
    )
    assert [line.mode for line in StudyEntry.objects.filter(person=li)] == ["own"]
    seen_at = LATER + timedelta(days=2)
    study = ReplayStudy.objects.create(
        classroom=session.classroom,
        person=li,
        spans=[[0, 5400]],
        seconds=5400,
        replay_seconds=5400,
        seen_at=seen_at,
        enough_at=seen_at,
    )

    replay_watched.send(None, study=study)

    standing_now = StudyEntry.objects.filter(queries.STANDS, person=li)
    assert [line.mode for line in standing_now] == ["replay"]
    is_well()


def test_what_a_killed_process_left_unposted_is_repaired_once(activity, wang, secretary):
    """The list was written, and nothing came after it."""
    row = activity.people.get(person=wang)
    row.is_present, row.known_by, row.noted_at = True, "list", LATER
    row.save()
    activity.closed_at = activity.edited_at = LATER
    activity.save()

    assert [ledger.post_missed(now=LATER) for _again in range(2)] == [1, 0]
    assert sheet().present == [("on_site", ["王秀兰"])]
    is_well()


def test_a_make_up_is_written_in_one_record_only(city):
    general = school.branch("党总支", at=city, level="general")
    first = school.branch("第一支部", at=city, under=general)
    one, two = (school.person(name, at=city) for name in "甲乙")
    for person in (one, two):
        school.member(person, first)
    general.refresh_from_db()
    school.held(school.activity(general), one)
    facts = {
        "person": two,
        "how": "booklet",
        "material": "",
        "made_up_on": None,
        "minutes": None,
        "by": None,
        "now": LATER,
    }
    making_up.make_up(record=BranchRecord.objects.get(branch=first), **facts)

    with pytest.raises(CannotMakeUp, match="第一支部"):
        making_up.make_up(record=BranchRecord.objects.get(branch=general), **facts)
    assert list(queries.my_make_ups(two)) == [Absence.objects.get()]
    assert Letter.objects.get(person=two).text == (
        "乙没来的“主题党日 参观长征纪念馆”（9月17日 星期四）请补学：看读本。补学在“支部活动”里。"
    )


def test_an_activity_without_a_class_has_no_replay(activity, wang, li, secretary):
    school.held(activity, wang, by=secretary)
    facts = dict.fromkeys(("made_up_on", "minutes"))
    with pytest.raises(CannotMakeUp) as refused:
        making_up.make_up(
            record=BranchRecord.objects.get(),
            person=li,
            how="replay",
            material="",
            by=secretary,
            **facts,
        )
    assert refused.value.field == "how"

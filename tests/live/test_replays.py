"""A recorded class: cut, named, released and withheld, and what learners may see then."""

from datetime import date, timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import AuditLine
from live import keeping, library, replays, services
from live.chapters import Run, Slide, chapters, place_of
from live.errors import ReplayRefused
from live.gate import may_watch
from live.library import Standing
from live.models import Attendance, Replay, ReplayRule, RoomEvent
from live.recordings import folder_of
from live.video.playlist import replay_playlist
from live.video.timeline import MAIN, SOUND
from live.video.tokens import COPY, LIVE, REPLAY, REVIEW
from tests import factories


@pytest.fixture
def teacher(school):
    return factories.login(school.teacher)


@pytest.fixture
def login(school):
    return factories.login(school.learner)


def sees(school, login, kind=REPLAY, **options):
    person = options.pop("person", school.learner)
    return may_watch(
        login=login.pk,
        person=person.pk if person else 0,
        session=school.session.pk,
        kind=kind,
        **options,
    )


def names(replay, rendition=MAIN):
    timeline = folder_of(replay.classroom).timeline()
    text = replay_playlist(timeline.renditions[rendition], timeline.shown(rendition))
    return [line for line in text.splitlines() if line.endswith(".m4s")]


def rule(school, opens=ReplayRule.Opens.AFTER_REVIEW, **facts):
    facts.setdefault("organisation", school.group.organisation)
    facts.setdefault("valid_from", date(2020, 1, 1))
    return ReplayRule.objects.create(opens=opens, set_at=school.now, **facts)


# Measuring


def test_a_recording_is_measured_once(recorded, school):
    assert (recorded.whole_seconds, recorded.seconds) == (600, 600)
    assert recorded.bytes > 6000
    assert replays.of(school.room) == recorded
    assert replays.measure_new() == 0


def test_a_class_without_a_recording_has_no_replay(school, settings, tmp_path):
    settings.RECORDINGS_ROOT = tmp_path
    services.begin(classroom=school.room)
    services.end(classroom=school.room)
    school.room.refresh_from_db()

    assert replays.of(school.room) is None
    assert replays.measure_new() == 0


# Cutting


def test_a_cut_is_made_at_the_nearest_key_frame_and_taken_back(recorded):
    cut = replays.cut(replay=recorded, start=33.4, end=551.0)

    assert (cut.cut_start, cut.cut_end, cut.seconds) == (30, 550, 520)
    for rendition in (MAIN, SOUND):
        shown = names(recorded, rendition)
        assert (shown[0], shown[-1]) == (f"{rendition}-3.m4s", f"{rendition}-54.m4s")

    replays.uncut(replay=recorded)

    assert len(names(recorded)) == 60
    assert Replay.objects.get().seconds == 600


def test_a_cut_may_begin_in_a_later_run(recorded):
    replays.cut(replay=recorded, start=300, end=None)

    timeline = folder_of(recorded.classroom).timeline()
    text = replay_playlist(timeline.renditions[MAIN], timeline.shown(MAIN))
    assert "main-init-1.mp4" in text
    assert "DISCONTINUITY" not in text
    assert names(recorded, SOUND)[0] == "sound-30.m4s"


def test_a_cut_that_leaves_nothing_is_refused_and_changes_nothing(recorded):
    with pytest.raises(ReplayRefused, match="什么也不剩"):
        replays.cut(replay=recorded, start=300, end=301)

    assert Replay.objects.get().seconds == 600
    assert len(names(recorded)) == 60


def test_a_cut_outlives_a_repair_of_the_index(recorded):
    replays.cut(replay=recorded, start=30, end=None)

    folder_of(recorded.classroom).end()

    assert names(recorded)[0] == "main-3.m4s"


# Releasing and withholding


def test_without_a_rule_a_replay_is_open_at_once(recorded, school, login):
    assert library.standing(recorded, school.session) is Standing.OPEN
    assert sees(school, login)


def test_where_it_is_reviewed_learners_wait_and_the_teacher_does_not(
    recorded, school, login, teacher
):
    rule(school)
    assert not sees(school, login)
    assert sees(school, teacher, person=school.teacher)

    replays.release(replay=recorded, by=teacher)

    assert sees(school, login)


def test_the_rule_of_the_class_goes_before_that_of_its_school(recorded, school):
    rule(school)
    rule(school, ReplayRule.Opens.AT_ONCE, organisation=None, class_group=school.group)

    assert library.standing(recorded, school.session) is Standing.OPEN


def test_the_rule_of_the_day_of_the_class_decides(recorded, school):
    later = timezone.localdate(school.session.starts_at) + timedelta(days=1)
    rule(school, valid_from=later)

    assert library.standing(recorded, school.session) is Standing.OPEN


def test_the_nearest_organisation_above_decides(recorded, school):
    parent = school.group.organisation
    child = parent.add_child(name="石桥", code="sq", kind="community")
    school.group.organisation = child
    school.group.save()
    rule(school, organisation=parent)
    today = timezone.localdate()
    assert library.rule_for(school.group, today).opens == ReplayRule.Opens.AFTER_REVIEW

    rule(school, ReplayRule.Opens.AT_ONCE, organisation=child)

    assert library.rule_for(school.group, today).opens == ReplayRule.Opens.AT_ONCE


def test_what_is_withheld_is_seen_by_nobody_but_those_who_teach(recorded, school, login, teacher):
    replays.withhold(replay=recorded, reason="有学员的家事", by=teacher)

    assert not sees(school, login)
    assert sees(school, teacher, person=school.teacher)
    assert sees(school, teacher, kind=REVIEW, person=None)
    replays.release(replay=recorded, by=teacher)
    assert sees(school, login)
    lines = AuditLine.objects.filter(action__startswith="replay.").order_by("number")
    assert [line.action for line in lines] == ["replay.withheld", "replay.released"]


@pytest.mark.parametrize("reason", ["", "  \n "], ids=["empty", "blank"])
def test_withholding_needs_a_reason(recorded, teacher, reason):
    with pytest.raises(ReplayRefused, match="为什么"):
        replays.withhold(replay=recorded, reason=reason, by=teacher)


@pytest.mark.parametrize("kind", [REVIEW, COPY])
def test_the_whole_recording_and_its_copy_are_for_those_who_teach(
    recorded, school, login, teacher, kind
):
    assert not sees(school, login, kind=kind)
    assert sees(school, teacher, kind=kind, person=None)


def test_the_live_address_ends_shortly_after_the_class(recorded, school, login):
    ended = school.room.ended_at

    assert sees(school, login, kind=LIVE, now=ended + timedelta(minutes=1))
    assert not sees(school, login, kind=LIVE, now=ended + timedelta(minutes=3))


# Keeping


def kept(school, days_after, **facts):
    now = school.room.ended_at + timedelta(days=days_after)
    return keeping.keep_by_rule(now=now)


def test_a_recording_is_announced_a_week_before_it_is_deleted(
    recorded, school, login, django_capture_on_commit_callbacks
):
    rule(school, ReplayRule.Opens.AT_ONCE, keep_days=30)
    Attendance.objects.create(
        session=school.session,
        person=school.learner,
        mode="live",
        seconds=60,
        session_seconds=60,
        is_present=True,
    )
    ended_on = timezone.localdate(school.room.ended_at)

    kept(school, 22)
    assert Replay.objects.get().leaves_on is None
    kept(school, 23)
    assert Replay.objects.get().leaves_on == ended_on + timedelta(days=30)
    assert kept(school, 29) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert kept(school, 30) == 1

    replay = Replay.objects.get()
    assert replay.deleted_at is not None
    assert not folder_of(school.room).path.exists()
    assert not sees(school, login)
    assert Attendance.objects.count() == 1
    line = AuditLine.objects.get(action="replay.deleted")
    assert (line.actor, line.details) == (None, {"session": school.session.pk})
    assert kept(school, 31) == 0


def test_what_a_new_rule_makes_old_is_announced_first(recorded, school):
    rule(school, ReplayRule.Opens.AT_ONCE, keep_days=7)

    assert kept(school, 100) == 0

    leaves = timezone.localdate(school.room.ended_at) + timedelta(days=107)
    assert Replay.objects.get().leaves_on == leaves


@pytest.mark.parametrize("how", ["withheld", "pinned"])
def test_what_is_withheld_or_pinned_is_never_deleted(recorded, school, teacher, how):
    rule(school, ReplayRule.Opens.AT_ONCE, keep_days=30)
    kept(school, 25)
    if how == "pinned":
        replays.pin(replay=recorded, pinned=True)
    else:
        replays.withhold(replay=recorded, reason="再看看", by=teacher)

    assert kept(school, 365) == 0

    assert Replay.objects.get().leaves_on is None
    with pytest.raises(ReplayRefused):
        keeping.delete(replay=Replay.objects.get(), by=teacher)


def test_a_longer_rule_takes_the_announcement_back(recorded, school):
    rule(school, ReplayRule.Opens.AT_ONCE, keep_days=30)
    kept(school, 25)
    ReplayRule.objects.update(keep_days=300)

    assert kept(school, 26) == 0

    assert Replay.objects.get().leaves_on is None


def test_what_a_crash_left_on_the_disk_goes_with_the_next_round(recorded, school, teacher):
    keeping.delete(replay=recorded, by=teacher)
    assert folder_of(school.room).path.exists()

    assert keeping.clear_away() == 1

    assert not folder_of(school.room).path.exists()
    assert keeping.clear_away() == 0


def test_a_rule_for_days_gone_by_is_refused(school, teacher):
    with pytest.raises(ReplayRefused, match="过去"):
        keeping.set_rule(
            opens="at_once",
            valid_from=timezone.localdate() - timedelta(days=1),
            organisation=school.group.organisation,
            by=teacher,
        )


# The shelf


def test_a_class_is_on_the_shelf_of_those_who_teach_it(recorded, school, teacher, login):
    [group] = library.classes_recorded(teacher)

    assert (group.count, group.room, group.seconds) == (1, recorded.bytes, 600)
    assert library.replays_in(user=teacher, class_group=school.group) == [recorded]
    assert library.classes_recorded(login) == []
    with pytest.raises(Http404):
        library.replays_in(user=login, class_group=school.group)


# Chapters


RUNS = [Run(began_at=1000, start=0, seconds=300), Run(began_at=1360, start=300, seconds=300)]


@pytest.mark.parametrize(
    ("moment", "place"),
    [(990, 0), (1000, 0), (1120, 120), (1310, 300), (1360, 300), (1400, 340), (1660, None)],
    ids=["before", "begin", "within", "line lost", "back", "second run", "after"],
)
def test_a_moment_has_a_place_in_the_recording(moment, place):
    assert place_of(moment, RUNS) == place


def found(*slides, start=0.0, end=600.0, names=None):
    shown = [Slide(number, at, page, title) for number, at, page, title in slides]
    return [
        (one.start, one.page, one.title)
        for one in chapters(shown, RUNS, start=start, end=end, names=names or {})
    ]


def test_chapters_follow_the_slides():
    assert found((1, 1000, 1, "开头"), (2, 1100, 2, ""), (3, 1400, 3, "结尾")) == [
        (0, 1, "开头"),
        (100, 2, ""),
        (340, 3, "结尾"),
    ]


def test_a_page_that_was_leafed_over_is_no_chapter():
    assert found((1, 1000, 1, "一"), (2, 1100, 2, "二"), (3, 1103, 3, "三")) == [
        (0, 1, "一"),
        (103, 3, "三"),
    ]


def test_slides_put_away_end_a_chapter_and_begin_none():
    assert found((1, 1000, 1, "一"), (2, 1100, 0, "")) == [(0, 1, "一")]


def test_chapters_keep_within_the_cut_and_bear_the_names_given():
    slides = [(1, 1000, 1, "一"), (2, 1100, 2, "二"), (3, 1500, 3, "三")]

    assert found(*slides, start=50, end=400, names={"2": "起笔"}) == [
        (50, 1, "一"),
        (100, 2, "起笔"),
    ]


def test_a_name_of_the_teacher_is_kept_and_taken_back(recorded, school):
    RoomEvent.objects.create(
        classroom=school.room,
        number=school.room.last_number + 1,
        kind="slide",
        body={"deck": "ab", "page": 2, "of": 3, "title": "横画"},
        happened_at=school.now + timedelta(seconds=60),
    )
    [chapter] = library.chapters_of(recorded)
    assert (chapter.start, chapter.title) == (60, "横画")

    replays.name_chapters(replay=recorded, names={chapter.key: " 横画 怎么写 "})
    recorded.refresh_from_db()
    assert library.chapters_of(recorded)[0].title == "横画 怎么写"

    replays.name_chapters(replay=recorded, names={chapter.key: ""})
    recorded.refresh_from_db()
    assert library.chapters_of(recorded)[0].title == "横画"

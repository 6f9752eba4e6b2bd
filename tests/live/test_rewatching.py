"""Who has seen how much of a replay, by the server's clock and the recording's own time."""

import uuid
from datetime import timedelta

import pytest

from courses.models import ClassSession
from live import library, rewatching, services
from live.models import Attendance, Replay, ReplayStudy, StudyMode, Visit
from live.rewatching import Shown
from live.signals import replay_watched

BEAT = 15


class Page:
    """A page that plays: it beats every 15 s and says what it has shown."""

    def __init__(self, replay, *persons, now):
        self.replay, self.persons, self.now = replay, persons, now
        self.device = uuid.uuid4()
        self.at = 0.0

    def open(self, at=0.0, *, now=None):
        self.now = now or self.now
        self.at = at
        return self._say(at, at)

    def play(self, seconds, *, speed=1.0):
        for _ in range(int(seconds // BEAT)):
            self.now += timedelta(seconds=BEAT)
            start, self.at = self.at, self.at + BEAT * speed
            self._say(start, self.at, speed=round(speed * 100))

    def _say(self, start, end, speed=100):
        return rewatching.watch(
            replay=self.replay,
            persons=self.persons,
            device=self.device,
            shown=Shown(start, end, position=end, speed_percent=speed),
            now=self.now,
        )


@pytest.fixture
def replay(school):
    services.begin(classroom=school.room, now=school.now)
    services.end(classroom=school.room, now=school.now + timedelta(minutes=10))
    school.room.refresh_from_db()
    return Replay.objects.create(classroom=school.room, whole_seconds=600)


@pytest.fixture
def later(school):
    return school.now + timedelta(days=1)


def study(person):
    return ReplayStudy.objects.get(person=person)


@pytest.fixture
def told():
    news = []

    def hear(sender, study, **kwargs):
        news.append((study.person_id, study.seconds))

    replay_watched.connect(hear)
    yield news
    replay_watched.disconnect(hear)


def test_what_was_played_is_seen_and_the_place_is_kept(school, replay, later):
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(60)

    row = study(school.learner)
    assert (row.spans, row.seconds, row.position) == ([[0, 60]], 60, 60)
    visit = Visit.objects.get(person=school.learner)
    assert (visit.mode, visit.entered_at, visit.last_seen_at) == (
        StudyMode.REPLAY,
        later,
        later + timedelta(seconds=60),
    )


def test_the_same_stretch_again_counts_once(school, replay, later):
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(60)
    page.open(30)
    page.play(60)

    assert study(school.learner).spans == [[0, 90]]


def test_skipping_counts_what_was_shown_only(school, replay, later):
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(30)
    page.open(500)
    page.play(30)

    row = study(school.learner)
    assert (row.spans, row.seconds) == ([[0, 30], [500, 530]], 60)


def test_a_page_that_claims_the_whole_class_gets_what_its_clock_allows(school, replay, later):
    page = Page(replay, school.learner, now=later)
    page.open()
    page.at, page.now = 600, later + timedelta(seconds=10)
    page._say(0, 600)

    assert study(school.learner).seconds == 15


def test_the_first_word_of_a_page_counts_nothing(school, replay, later):
    Page(replay, school.learner, now=later)._say(0, 600)

    assert study(school.learner).seconds == 0


def test_after_a_long_silence_nothing_is_made_up_for(school, replay, later):
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(30)
    page.now += timedelta(seconds=100)
    page._say(30, 130)

    assert study(school.learner).seconds == 30


def test_two_tabs_at_different_places_are_one_pair_of_eyes(school, replay, later):
    one = Page(replay, school.learner, now=later)
    other = Page(replay, school.learner, now=later)
    one.open(0)
    other.open(300)
    for _ in range(4):
        one.play(BEAT)
        other.play(BEAT)

    # At the fastest speed they could show a half more.
    assert study(school.learner).seconds <= 60 * 1.5


def test_two_replays_at_once_are_one_pair_of_eyes(school, replay, later):
    second = services.open_room(session=_another_meeting(school))
    pages = [
        Page(each, school.learner, now=later)
        for each in (replay, Replay.objects.create(classroom=second, whole_seconds=600))
    ]
    for page in pages:
        page.open()
    for _ in range(4):
        for page in pages:
            page.play(BEAT)

    assert sum(row.seconds for row in ReplayStudy.objects.all()) <= 60 * 1.5


def test_a_fast_replay_counts_by_what_was_heard(school, replay, later):
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(60, speed=1.5)

    row = study(school.learner)
    assert (row.seconds, row.speed_percent) == (90, 150)
    assert library.last_speed(school.learner) == 150


def test_both_of_a_couple_have_seen_it(school, replay, later):
    page = Page(replay, *school.learners, now=later)
    page.open()
    page.play(60)

    assert [study(person).seconds for person in school.learners] == [60, 60]


def test_what_is_cut_away_does_not_count(school, replay, later):
    replay.cut_start, replay.cut_end = 30, 60
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(60)

    row = study(school.learner)
    assert (row.seconds, row.replay_seconds) == (30, 30)
    assert row.enough_at is not None


def test_enough_is_the_share_of_the_term(school, replay, later):
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(345)
    assert study(school.learner).enough_at is None

    page.play(15)

    assert study(school.learner).enough_at == later + timedelta(seconds=360)
    assert [row.person for row in library.made_up(school.session)] == [school.learner]


def test_who_was_in_the_class_itself_has_nothing_to_make_up(school, replay, later):
    Attendance.objects.create(
        session=school.session,
        person=school.learner,
        mode=StudyMode.LIVE,
        seconds=600,
        session_seconds=600,
        is_present=True,
    )
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(600)

    assert study(school.learner).enough_at is not None
    assert list(library.made_up(school.session)) == []
    assert list(library.made_up_since()) == []


def test_the_news_is_sent_once_they_have_stopped(
    school, replay, later, told, django_capture_on_commit_callbacks
):
    page = Page(replay, school.learner, now=later)
    page.open()
    page.play(360)

    def tell(after):
        with django_capture_on_commit_callbacks(execute=True):
            rewatching.tell_watched(now=page.now + timedelta(minutes=after))

    tell(9)
    assert told == []
    tell(10)
    tell(11)
    assert told == [(school.learner.pk, 360)]

    page.open(360)
    page.play(60)
    tell(10)
    assert told[1:] == [(school.learner.pk, 420)]
    assert [row.pk for row in library.made_up_since()] == [study(school.learner).pk]


def _another_meeting(school):
    first = school.session
    return ClassSession.objects.create(
        class_group=school.group,
        number=2,
        starts_at=first.starts_at + timedelta(days=1),
        ends_at=first.ends_at + timedelta(days=1),
    )

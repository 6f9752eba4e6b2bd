import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest

from live import presence, services
from live.models import Attendance, Visit
from live.reception import Mode, Reception, Sound, reading
from tests import factories

GOOD = Reception(Sound.OK, Mode.PICTURE)
WEAK = Reception(Sound.NO, Mode.SOUND, stalled=True)


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        ({}, Reception(Sound.UNKNOWN, Mode.PICTURE, False)),
        ({"sound": "ok", "mode": "slides"}, Reception(Sound.OK, Mode.SLIDES, False)),
        ({"sound": "no", "mode": "sound", "stalled": True}, WEAK),
        ({"sound": "ok", "battery": 7}, GOOD),
    ],
    ids=["nothing", "slides", "stalled", "more than we ask"],
)
def test_what_a_page_tells_is_understood(told, understood):
    assert reading(told) == understood


@pytest.mark.parametrize(
    "told",
    [None, [], "ok", {"sound": "loud"}, {"mode": 3}, {"mode": ["sound"]}, {"stalled": "no"}],
    ids=["none", "list", "word", "loud", "number", "a list inside", "a word for yes"],
)
def test_what_no_page_of_ours_tells_is_refused(told):
    with pytest.raises((TypeError, ValueError)):
        reading(told)


def enter(school, learner):
    return services.enter(classroom=school.room, persons=[learner], device=uuid.uuid4())[
        learner.pk
    ]


def told():
    rows = Visit.objects.order_by("pk").values_list("pk", "sound", "shows", "is_stalled")
    return {pk: tuple(facts) for pk, *facts in rows}


def test_receptions_of_many_visits_are_one_update(school, django_assert_num_queries):
    wang, li = [enter(school, learner) for learner in school.learners]

    with django_assert_num_queries(1):
        assert presence.note_receptions({wang: GOOD, li: WEAK}) == 2

    assert told() == {wang: ("ok", "picture", False), li: ("no", "sound", True)}


def test_nothing_to_note_asks_nothing(school, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert presence.note_receptions({}) == 0


def test_a_closed_class_forgets_how_it_arrived(school):
    visit = enter(school, school.learner)
    presence.note_receptions({visit: WEAK})
    services.begin(classroom=school.room)
    services.end(classroom=school.room)

    services.close(classroom=school.room)

    assert told() == {visit: ("unknown", "picture", False)}


# What a page could not send


@pytest.fixture
def page(school):
    """A learner's page whose line broke: seen until `school.now`, in a class that began then."""
    user = factories.login(school.learner)
    school.room = services.open_room(session=school.session)
    services.begin(classroom=school.room, now=school.now)
    device = uuid.uuid4()
    services.enter(
        classroom=school.room, persons=[school.learner], device=device, by=user, now=school.now
    )

    def hand_in(*seconds, at, says=None, device=device, by=user):
        return presence.hand_in(
            classroom=school.room,
            device=device,
            by=by,
            moments=[school.now + timedelta(seconds=second) for second in seconds],
            says_now=school.now + timedelta(seconds=at if says is None else says),
            now=school.now + timedelta(seconds=at),
        )

    return SimpleNamespace(hand_in=hand_in, device=device, user=user)


def spans(school):
    rows = Visit.objects.order_by("entered_at").values_list("entered_at", "last_seen_at")
    return [tuple(round((at - school.now).total_seconds()) for at in row) for row in rows]


def come_back(school, page, seconds):
    services.enter(
        classroom=school.room,
        persons=[school.learner],
        device=page.device,
        by=page.user,
        now=school.now + timedelta(seconds=seconds),
    )


MINUTES = range(15, 301, 15)


def test_missed_beats_join_the_visits_before_and_after(school, page):
    come_back(school, page, 305)

    assert page.hand_in(*MINUTES, at=306) == 1

    assert spans(school) == [(0, 305), (305, 305)]


def test_handed_in_before_the_return_they_make_the_visit_longer(school, page):
    assert page.hand_in(*MINUTES, at=301) == 1

    assert spans(school) == [(0, 300)]


def test_handed_in_twice_they_count_once(school, page):
    page.hand_in(*MINUTES, at=301)

    assert page.hand_in(*MINUTES, at=302) == 0
    assert spans(school) == [(0, 300)]


def test_an_old_answer_sent_once_more_credits_nothing(school, page):
    assert page.hand_in(*MINUTES, at=900, says=301) == 0
    assert spans(school) == [(0, 0)]


def test_a_tablet_that_slept_is_not_credited_with_its_sleep(school, page):
    # Its watch stood still: an hour later it says that five minutes have passed.
    assert page.hand_in(*MINUTES, at=3900, says=300) == 0
    assert spans(school) == [(0, 0)]


def test_the_future_is_not_credited(school, page):
    assert page.hand_in(30, 60, 90, 120, at=60) == 1
    assert spans(school) == [(0, 60)]


def test_after_a_long_silence_a_visit_of_its_own_begins(school, page):
    assert page.hand_in(*range(600, 901, 15), at=901) == 1
    assert spans(school) == [(0, 0), (600, 900)]


def test_another_device_or_login_is_credited_nothing(school, page):
    other = factories.login(school.learners[1])

    assert page.hand_in(*MINUTES, at=301, device=uuid.uuid4()) == 0
    assert page.hand_in(*MINUTES, at=301, by=other) == 0
    assert spans(school) == [(0, 0)]


def test_who_was_said_to_have_gone_is_credited_nothing(school, page):
    Visit.objects.update(is_over=True)

    assert page.hand_in(*MINUTES, at=301) == 0
    assert spans(school) == [(0, 0)]


def test_a_class_closed_meanwhile_is_closed_anew(school, page):
    services.end(classroom=school.room, now=school.now + timedelta(seconds=290))
    services.close(classroom=school.room)
    assert not Attendance.objects.get().seconds

    page.hand_in(*MINUTES, at=301)
    once = Attendance.objects.get().seconds
    page.hand_in(*MINUTES, at=302)

    assert once == Attendance.objects.get().seconds == 290

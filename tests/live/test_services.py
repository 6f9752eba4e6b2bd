import uuid
from datetime import timedelta

import pytest

from live import consoles, queries, services
from live.attendance import GONE_AFTER
from live.errors import ConsoleTaken, RoomClosed
from live.models import Attendance, Classroom, RoomEvent, Visit
from live.signals import session_closed
from tests import factories

Kind = RoomEvent.Kind


def minutes(count):
    return timedelta(minutes=count)


def watch(school, person, *spans):
    """Visits of `person`, in minutes from the planned start."""
    for start, end in spans:
        Visit.objects.create(
            classroom=school.room,
            person=person,
            device=uuid.uuid4(),
            entered_at=school.session.starts_at + minutes(start),
            last_seen_at=school.session.starts_at + minutes(end),
        )


def enter(school, *, device=None, now):
    """The visit of the learner on a device."""
    visits = services.enter(
        classroom=school.room,
        persons=[school.learner],
        device=device or uuid.uuid4(),
        by=None,
        now=now,
    )
    return Visit.objects.get(pk=visits[school.learner.pk])


def teach(school, start=0, end=90):
    services.begin(classroom=school.room, now=school.session.starts_at + minutes(start))
    services.end(classroom=school.room, now=school.session.starts_at + minutes(end))


def test_entering_again_soon_goes_on_with_the_same_visit(school):
    device = uuid.uuid4()
    first = enter(school, device=device, now=school.now)

    soon = school.now + GONE_AFTER
    again = enter(school, device=device, now=soon)

    again.refresh_from_db()
    assert (again.pk, again.last_seen_at) == (first.pk, soon)


def test_a_tablet_waking_from_sleep_begins_a_new_visit(school):
    device = uuid.uuid4()
    first = enter(school, device=device, now=school.now)

    late = school.now + GONE_AFTER + timedelta(seconds=1)
    again = enter(school, device=device, now=late)

    first.refresh_from_db()
    assert again.pk != first.pk
    assert first.last_seen_at == school.now


@pytest.mark.parametrize("pages", [1, 30])
def test_all_beats_of_a_tick_cost_one_update(school, django_assert_num_queries, pages):
    visits = [enter(school, now=school.now).pk for _ in range(pages)]
    later = school.now + timedelta(seconds=15)

    with django_assert_num_queries(1):
        silent = services.record_beats(visits=visits, now=later)

    assert silent == set()
    assert set(Visit.objects.values_list("last_seen_at", flat=True)) == {later}


def test_a_beat_after_a_long_silence_is_told_apart_and_credits_nothing(school):
    sleeper = enter(school, now=school.now)
    late = school.now + GONE_AFTER + timedelta(seconds=1)

    assert services.record_beats(visits=[sleeper.pk], now=late) == {sleeper.pk}
    sleeper.refresh_from_db()
    assert sleeper.last_seen_at == school.now


def test_a_clock_set_back_moves_nothing_and_ends_nothing(school):
    visit = enter(school, now=school.now)

    earlier = school.now - minutes(5)

    assert services.record_beats(visits=[visit.pk], now=earlier) == set()
    visit.refresh_from_db()
    assert visit.last_seen_at == school.now


def test_messages_are_numbered_and_a_repeated_one_is_the_same(school):
    name = uuid.uuid4()
    say = {"classroom": school.room, "person": school.learner, "client_id": name}

    first = services.say(text="墨太淡是水多了吗？", **say)
    again = services.say(text="墨太淡是水多了吗？", **say)
    other = services.say(
        classroom=school.room, person=school.learners[1], text="好", client_id=name
    )

    assert again == first
    assert [first.number, other.number] == [1, 2]
    assert RoomEvent.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   \n ", "字" * 201])
def test_an_empty_or_endless_message_is_refused_in_words(school, text):
    with pytest.raises(RoomClosed, match="请"):
        services.say(
            classroom=school.room, person=school.learner, text=text, client_id=uuid.uuid4()
        )

    assert RoomEvent.objects.count() == 0
    assert Classroom.objects.get().last_number == 0


def test_paused_messages_are_for_the_teacher_only(school):
    services.pause_messages(classroom=school.room, paused=True)
    say = {"classroom": school.room, "text": "好", "client_id": uuid.uuid4()}

    with pytest.raises(RoomClosed, match="暂停"):
        services.say(person=school.learner, **say)
    services.say(person=school.teacher, by_teacher=True, **say)

    assert [event.kind for event in RoomEvent.objects.all()] == [Kind.PAUSED, Kind.MESSAGE]


def test_a_hand_goes_up_once_and_down_once(school):
    up = services.raise_hand(classroom=school.room, person=school.learner)
    assert services.raise_hand(classroom=school.room, person=school.learner) == up
    services.raise_hand(classroom=school.room, person=school.learners[1])
    services.lower_hand(classroom=school.room, person=school.learner)
    assert services.lower_hand(classroom=school.room, person=school.learner) is None

    assert [hand.person for hand in queries.hands_up(school.room.pk)] == [school.learners[1]]


def test_a_second_console_is_refused_until_the_first_is_silent_or_it_takes_over(school):
    first, second, third = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    consoles.hold(classroom=school.room, console=first, now=school.now)

    with pytest.raises(ConsoleTaken):
        consoles.hold(classroom=school.room, console=second, now=school.now)
    consoles.hold(classroom=school.room, console=second, take=True, now=school.now)
    assert not consoles.still_holds(classroom=school.room, console=first, now=school.now)
    consoles.hold(
        classroom=school.room,
        console=third,
        now=school.now + consoles.GONE_AFTER,
    )

    assert Classroom.objects.get().console == third


def test_beginning_twice_keeps_the_first_beginning(school):
    services.begin(classroom=school.room, now=school.now)
    services.begin(classroom=school.room, now=school.now + minutes(3))

    assert Classroom.objects.get().started_at == school.now
    assert RoomEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("when", "sentence"), [(-16, "还没到时间"), (91, "已经结束")], ids=["too early", "too late"]
)
def test_a_class_cannot_begin_outside_its_time(school, when, sentence):
    with pytest.raises(RoomClosed, match=sentence):
        services.begin(classroom=school.room, now=school.session.starts_at + minutes(when))

    assert Classroom.objects.get().started_at is None


def test_a_class_that_never_began_cannot_end(school):
    with pytest.raises(RoomClosed):
        services.end(classroom=school.room, now=school.now)


def test_closing_unites_devices_and_leaves_one_attendance_each(school):
    whole, part = school.learners
    watch(school, whole, (-10, 60), (30, 90), (0, 5))
    watch(school, part, (0, 30), (80, 90))
    teach(school)

    services.close(classroom=school.room)

    found = {
        (row.person, row.minutes, row.session_minutes, row.is_present)
        for row in Attendance.objects.all()
    }
    assert found == {(whole, 90, 90, True), (part, 40, 90, False)}


def test_closing_again_changes_nothing_and_sends_the_news_again(
    school, django_capture_on_commit_callbacks
):
    watch(school, school.learner, (0, 90))
    teach(school)
    heard = []
    session_closed.connect(
        lambda session, **_: heard.append(session), weak=False, dispatch_uid="t"
    )

    try:
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                services.close(classroom=school.room)
            rows = list(Attendance.objects.values_list("pk", "seconds"))
    finally:
        session_closed.disconnect(dispatch_uid="t")

    assert heard == [school.session, school.session]
    assert [seconds for _pk, seconds in rows] == [5400]


@pytest.mark.parametrize("people", [1, 5])
def test_closing_costs_the_same_queries_for_any_roster(school, django_assert_num_queries, people):
    for number in range(people):
        watch(school, factories.person(f"学员{number}"), (0, 90))
    teach(school)

    with django_assert_num_queries(7):
        services.close(classroom=school.room)

    assert Attendance.objects.count() == people


def test_the_scheduler_ends_what_was_forgotten_and_closes_what_was_left_open(school):
    watch(school, school.learner, (0, 90))
    services.begin(classroom=school.room, now=school.now)
    much_later = school.session.ends_at + minutes(31)

    assert services.end_forgotten(now=much_later) == 1
    assert services.close_ended(now=much_later) == 1
    assert (services.end_forgotten(now=much_later), services.close_ended(now=much_later)) == (0, 0)

    attendance = Attendance.objects.get()
    assert (attendance.minutes, attendance.session_minutes) == (90, 120)


def test_nothing_happens_in_a_room_after_the_end(school):
    teach(school)

    with pytest.raises(RoomClosed, match="下课"):
        services.raise_hand(classroom=school.room, person=school.learner)
    assert services.show_picture(classroom=school.room, on=True) is None


def test_letters_that_cannot_be_sent_are_left_out_of_a_message(school):
    said = services.say(
        classroom=school.room,
        person=school.learner,
        text="\ud800墨\x00太淡",
        client_id=uuid.uuid4(),
    )

    assert said.body["text"] == "墨太淡"


def test_a_learner_who_writes_too_fast_is_asked_to_wait_and_the_teacher_is_not(school):
    def say(person, **limit):
        return services.say(
            classroom=school.room, person=person, text="好", client_id=uuid.uuid4(), **limit
        )

    for _ in range(services.MOST_MESSAGES):
        say(school.learner, is_limited=True)
    with pytest.raises(RoomClosed, match="几秒"):
        say(school.learner, is_limited=True)

    say(school.learners[1], is_limited=True)
    say(school.teacher)


def test_an_old_stream_that_ends_late_does_not_say_that_the_teacher_is_gone(school):
    def show(on, stream):
        return services.show_picture(classroom=school.room, on=on, stream=stream)

    show(True, "old")
    show(True, "new")

    assert show(False, "old") is None
    assert queries.is_picture_on(school.room.pk)
    show(False, "new")
    assert not queries.is_picture_on(school.room.pk)

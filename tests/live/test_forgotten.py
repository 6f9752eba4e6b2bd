"""What the timetable does where a teacher forgot to press."""

from datetime import timedelta

from live import consoles, rooms, services
from live.models import Classroom


def begun(school, *, after):
    services.begin_forgotten(now=school.now + after)
    return Classroom.objects.get(pk=school.room.pk).started_at


def sit(school, *, after):
    consoles.seen(classroom=school.room, now=school.now + after)


def test_a_class_whose_teacher_is_there_begins_by_itself_after_its_time(school):
    late = rooms.BEGINS_LATE
    sit(school, after=late)

    assert begun(school, after=late - timedelta(seconds=1)) is None
    assert begun(school, after=late) == school.now + late
    assert begun(school, after=late * 2) == school.now + late


def test_without_a_teacher_no_class_begins_whoever_waits(school):
    sit(school, after=timedelta())
    services.enter(
        classroom=school.room,
        persons=[school.learner],
        device="6f1d1c1e000040008000000000000001",
        now=school.now,
    )

    assert begun(school, after=rooms.TEACHER_GONE_AFTER + rooms.BEGINS_LATE) is None


def test_a_class_that_ended_or_is_over_does_not_begin_again(school):
    over = timedelta(minutes=90)
    sit(school, after=over)
    assert begun(school, after=over) is None

    services.begin(classroom=school.room, now=school.now)
    services.end(classroom=school.room, now=school.now + timedelta(minutes=1))
    sit(school, after=timedelta(minutes=5))
    assert services.begin_forgotten(now=school.now + timedelta(minutes=5)) == 0

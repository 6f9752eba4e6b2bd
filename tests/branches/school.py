"""A small school for the tests of branches: each function makes one thing, wholly."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from wagtail.models import Page

from accounts import services as accounts
from accounts.models import Organisation, Person, User
from branches import appending, ledger, queries, verification
from branches.activities import closing, planning
from branches.activities.closing import Mark
from branches.models import (
    Branch,
    BranchMembership,
    BranchOffice,
    BranchRecord,
    HoursRule,
    Source,
    StudyEntry,
)
from branches.sheets import sheet_of
from courses.models import (
    ClassGroup,
    ClassSession,
    CoursePage,
    Enrolment,
    SeatPool,
    Subject,
    Term,
)
from live.models import Attendance, Classroom, StudyMode

numbers = count(1)

# A Thursday, nine o'clock in the morning at the school.
NINE = datetime(2026, 9, 17, 1, 0, tzinfo=UTC)
THAT_DAY = date(2026, 9, 17)
LATER = NINE + timedelta(hours=3)


def organisation(name="市", *, under=None):
    node = Organisation(name=name, code=f"org-{next(numbers)}", kind=Organisation.Kind.CITY)
    return under.add_child(instance=node) if under else Organisation.add_root(instance=node)


def person(name="王秀兰", *, at=None):
    return accounts.open_file(
        name=name,
        sex=Person.Sex.FEMALE,
        born_on=date(1956, 5, 4),
        organisation=at or organisation(),
    )


def login(person=None, **fields):
    return User.objects.create_user(f"138{next(numbers):08}", person=person, **fields)


def branch(name="第三党支部", *, at=None, under=None, **fields):
    node = Branch(name=name, organisation=at or organisation(), **fields)
    return under.add_child(instance=node) if under else Branch.add_root(instance=node)


def member(person, branch, *, since=date(2020, 1, 1), until=None):
    return BranchMembership.objects.create(
        person=person, branch=branch, kind=branch.kind, starts_on=since, ends_on=until
    )


def office(person, branch, *, office="secretary", since=date(2020, 1, 1), until=None):
    return BranchOffice.objects.create(
        person=person, branch=branch, office=office, starts_on=since, ends_on=until
    )


def rule(at, *, version="2026-1", since=date(2026, 1, 1), **fields):
    return HoursRule.objects.create(organisation=at, version=version, valid_from=since, **fields)


def class_group(*, at=None, name="行书入门", teacher=None, **fields):
    at = at or organisation()
    number = next(numbers)
    course = CoursePage(
        title=f"课程{number}",
        slug=f"course-{number}",
        subject=Subject.CALLIGRAPHY,
        organisation=at,
        summary="从执笔学起",
        description="<p>从执笔学起</p>",
    )
    Page.get_first_root_node().add_child(instance=course)
    term, _created = Term.objects.get_or_create(
        name="2026年秋季",
        defaults={
            "organisation": at.get_root(),
            "starts_on": date(2026, 9, 1),
            "ends_on": date(2027, 1, 15),
        },
    )
    facts = {
        "weekday": 3,
        "starts_at_time": "09:00",
        "room": "二楼书画室",
    } | fields
    group = ClassGroup.objects.create(
        course=course,
        term=term,
        organisation=at,
        code=f"c-{number}",
        name=name,
        teacher=teacher or person("沈文清", at=at),
        **facts,
    )
    SeatPool.objects.create(class_group=group, capacity=50)
    return group


def session(group=None, *, number=1, starts_at=NINE, minutes=90, title="", closed=True):
    """A meeting; taught as planned and closed unless told otherwise."""
    made = ClassSession.objects.create(
        class_group=group or class_group(),
        number=number,
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
    )
    if closed:
        Classroom.objects.create(
            session=made, started_at=made.starts_at, ended_at=made.ends_at, closed_at=made.ends_at
        )
    return made


def seat(person, session, *, since=NINE - timedelta(days=9), until=None):
    return Enrolment.objects.create(
        person=person,
        class_group=session.class_group,
        pool=session.class_group.pools.get(),
        source=Enrolment.Source.ONLINE,
        seated_at=since,
        withdrawn_at=until,
    )


def seat_once(person, session, **fields):
    """A seat in the class of `session`, unless there is one."""
    if not session.class_group.enrolments.filter(person=person).exists():
        seat(person, session, **fields)


def attendance(person, session, *, minutes=90, mode=StudyMode.LIVE, present=None, spans=None):
    """`spans` are minutes from the beginning; without them one stretch of `minutes`."""
    whole = round((session.ends_at - session.starts_at).total_seconds())
    spans = [(0, minutes)] if spans is None else spans
    seconds = sum((end - start) * 60 for start, end in spans)
    return Attendance.objects.create(
        person=person,
        session=session,
        mode=mode,
        seconds=seconds,
        session_seconds=whole,
        spans=[
            [(session.starts_at + timedelta(minutes=at)).isoformat() for at in span]
            for span in spans
        ],
        is_present=seconds * 100 >= whole * 60 if present is None else present,
    )


def correct(attendance, *, minutes, mode=None):
    """What a teacher does who was asked: the attendance says something else now."""
    attendance.seconds = minutes * 60
    attendance.is_present = attendance.seconds * 100 >= attendance.session_seconds * 60
    attendance.mode = mode or attendance.mode
    attendance.save()


def studied(person, session, *, minutes=90, mode=StudyMode.LIVE):
    """Attendance that was posted to the ledger."""
    attendance(person, session, minutes=minutes, mode=mode, present=True)
    ledger.post_session(session=session, now=LATER)
    return StudyEntry.objects.filter(person=person, session=session).latest("pk")


def line(person, *, title="送学读本 第 3 册", minutes=90, hours=2, on=THAT_DAY, **fields):
    """A line of evidence that nobody can be asked about again, written as any other."""
    facts = {
        "mode": StudyMode.DELIVERED,
        "source": Source.EXTERNAL,
        "source_key": next(numbers),
        "rule": HoursRule.objects.order_by("pk").first(),
    } | fields
    made = StudyEntry(
        person=person,
        studied_on=on,
        minutes=minutes,
        credit_hours=Decimal(hours),
        title=title,
        **facts,
    )
    appending.append([made], now=LATER)
    return made


def activity(branch, *, by=None, kind="theme", starts_at=NINE, minutes=90, **fields):
    """A theme day planned the day before, at nine."""
    facts = {
        "topic": "参观长征纪念馆",
        "place": "二楼会议室",
        "now": NINE - timedelta(days=1),
    } | fields
    return planning.plan(
        branch=branch,
        by=by,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **facts,
    )


def held(activity, *there, by=None, away=(), now=LATER, **fields):
    """Closed with `there` present and `away` [(person, reason)] absent."""
    marks = {person.pk: Mark(True) for person in there}
    marks |= {person.pk: Mark(False, reason=reason) for person, reason in away}
    closing.close(
        activity=activity, marks=marks, by=by, seen_at=activity.edited_at, now=now, **fields
    )
    activity.refresh_from_db()
    return activity


def standing(**fields):
    lines = StudyEntry.objects.filter(queries.STANDS, **fields).order_by("person__pinyin")
    return [(line.person.name, line.minutes, line.credit_hours) for line in lines]


def is_well():
    report = verification.verify()
    assert (report.differences, report.broken, report.unasked) == (0, None, {}), report.first
    return report.lines


def sheet(**fields):
    record = queries.with_everything(BranchRecord.objects.filter(**fields)).get()
    return sheet_of(record)

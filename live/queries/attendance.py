"""How often somebody came."""

from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Person
from courses.models import ClassGroup, ClassSession, Enrolment
from live.models import Attendance


def attended_enough(class_group: ClassGroup) -> QuerySet[Enrolment]:
    """The seats of the class whose persons were present in the term's share of all its
    planned meetings, and are not noted as having completed it."""
    own = Q(class_group=class_group.pk)
    joined = Q(joined__class_group=class_group.pk, joined__ended_at=None)
    meetings = ClassSession.objects.filter(own | joined)
    here = Attendance.objects.filter(
        person=OuterRef("person"), session__in=meetings.values("pk"), is_present=True
    )
    times = here.order_by().values("person").annotate(count=Count("pk")).values("count")
    planned = meetings.distinct().count()
    # Whole numbers: 60 % of 16 meetings are 10 of them, and 9.6 are not 9.
    wanted = -(-class_group.term.present_from_percent * planned // 100)
    return class_group.enrolments.annotate(times=Subquery(times)).filter(
        withdrawn_at=None, completed_on=None, times__gte=max(wanted, 1)
    )


def attendance_of_month(person: Person, *, now: datetime) -> dict[str, int]:
    """To how many closed sessions of this month `person` came (`all`), and in how many of
    them they were `present` by the rule."""
    first = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return person.attendances.filter(
        session__starts_at__gte=first, session__starts_at__lte=now
    ).aggregate(all=Count("pk"), present=Count("pk", filter=Q(is_present=True)))

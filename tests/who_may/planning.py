"""Terms, rounds, classes, timetable and school calendar: the registrar and administrators."""

from datetime import timedelta

from django.utils import timezone

from courses.models import CalendarDay, RegistrationRound
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:term_list                GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:term_new                 GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:day_list                 GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:timetable_board          GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:timetable_excel          GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:class_new                GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:term_new                 POST 302   404   404   404   404   404   404   404   404   404   422   422   404   404   404   404   422   422
courses:day_list                 POST 302   404   404   404   404   404   404   404   404   404   422   422   404   404   404   404   422   422
courses:term                     GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:term_edit                GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:term_copy                GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:round_new                GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:round_edit               GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:day_remove               GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:class_edit               GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:class_cancel             GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:class_merge              GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:class_meetings           GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:class_completion         GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:meeting                  GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:term_edit                POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:term_copy                POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:round_new                POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:round_edit               POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:day_remove               POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:class_edit               POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:class_cancel             POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:class_merge              POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:meeting                  POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:round_remove             POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:class_remove             POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:class_completion         POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
"""


def furnish(town):
    now = timezone.now()
    term = town.group.term
    opened = RegistrationRound.objects.create(
        term=term,
        name="以后的一批",
        opens_at=now + timedelta(days=20),
        closes_at=now + timedelta(days=30),
    )
    planned = factories.class_group(name="新班", organisation=town.unit, term=term)
    unused = factories.class_group(name="没人报的班", organisation=town.unit, term=term)
    session = factories.session(planned, starts_at=now + timedelta(days=3))
    day = CalendarDay.objects.create(
        organisation=town.unit, on=timezone.localdate(now) + timedelta(days=40), name="停课"
    )
    of_term, of_class = [term.pk], [planned.pk]
    return Needs(
        arguments={
            "courses:term": of_term,
            "courses:term_edit": of_term,
            "courses:term_copy": of_term,
            "courses:round_new": of_term,
            "courses:round_edit": [opened.pk],
            "courses:round_remove": [opened.pk],
            "courses:day_remove": [day.pk],
            "courses:class_edit": of_class,
            "courses:class_cancel": of_class,
            "courses:class_merge": of_class,
            "courses:class_meetings": of_class,
            "courses:class_completion": of_class,
            "courses:class_remove": [unused.pk],
            "courses:meeting": [session.pk],
        },
    )

"""The counter, for registrars."""

from datetime import timedelta

from django.utils import timezone

from courses import registration
from courses.draws import applying
from courses.models import RegistrationRound
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:counter                  GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:counter                  POST 302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:counter_guest            POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:counter_partners         POST 302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_new              GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:counter_new              POST 302   404   404   404   404   404   404   404   404   404   422   422   404   404   404   404   422   422
courses:counter_person           GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_class            GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_class            POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:counter_admit            POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:counter_consent          POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:counter_wishes           GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_wishes           POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:counter_application      GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_seat             GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_withdraw         GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_withdraw         POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:counter_transfer         GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_transfer         POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:counter_waiting          GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:counter_leave            POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:counter_answer           POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
"""


def furnish(town):
    """A class with a line, somebody who is offered its seat, and wishes for a draw."""
    now = timezone.now()
    course = factories.course("素描", organisation=town.unit)
    group = factories.class_group(name="素描", course=course, capacity=1)
    names = ("退班的", "等着的", "还等着的")
    gone, offered, waiting = (factories.person(name, organisation=town.unit) for name in names)
    seat = factories.seat(group, gone, now=now - timedelta(hours=1))
    factories.seat(group, offered)
    entry = factories.seat(group, waiting)
    registration.withdraw(enrolment=seat, because="其他")
    drawn = factories.term(now=now)
    RegistrationRound.objects.filter(term=drawn).update(method="draw")
    wished = factories.class_group(name="篆刻", course=course, term=drawn)
    application = applying.apply(
        person=gone, round=drawn.rounds.get(), pools=list(wished.pools.all())
    )
    return Needs(
        arguments={
            "courses:counter_person": [town.helped.pk],
            "courses:counter_class": [town.helped.pk, town.group.pk],
            "courses:counter_partners": [town.helped.pk, town.group.pk],
            "courses:counter_admit": [town.helped.pk, town.group.pk],
            "courses:counter_consent": [town.helped.pk, town.group.pk],
            "courses:counter_wishes": [gone.pk, application.round.pk],
            "courses:counter_application": [application.pk],
            "courses:counter_seat": [town.seat.pk],
            "courses:counter_withdraw": [town.seat.pk],
            "courses:counter_transfer": [town.seat.pk],
            "courses:counter_waiting": [entry.pk],
            "courses:counter_leave": [entry.pk],
            "courses:counter_answer": [group.pools.get().offers.get().pk],
        },
        fields={
            "courses:counter": {},
            "courses:counter_new": {},
            "courses:counter_class POST": {},
            "courses:counter_wishes POST": {"changed": 1},
            "courses:counter_admit": {"because": "从外地回来"},
            "courses:counter_answer": {"answer": "no"},
        },
    )

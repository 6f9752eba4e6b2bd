"""The telephone desk, for registrars."""

from datetime import timedelta

from django.utils import timezone

from courses import registration
from courses.registration import offering
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:phone_desk               GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:phone_desk_excel         GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:phone_desk_call          POST 302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:phone_desk_log           POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:phone_desk_extend        POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:phone_desk_missed        GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:phone_desk_missed_excel  GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:phone_desk_reinstate     POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
"""


def furnish(town):
    """One seat that is offered, and one whose offer was refused before."""
    now = timezone.now()
    course = factories.course("口琴", organisation=town.unit)
    group = factories.class_group(name="口琴", course=course, capacity=1)
    seat = factories.seat(
        group, factories.person("退了的", organisation=town.unit), now=now - timedelta(hours=1)
    )
    for name in ("不要的", "想要的"):
        factories.seat(group, factories.person(name, organisation=town.unit, phone="13700009999"))
    registration.withdraw(enrolment=seat, because="其他")
    pool = group.pools.get()
    missed = pool.offers.get()
    offering.refuse(offer=missed, channel="phone")
    offer = pool.offers.get(answer="")
    return Needs(
        arguments={
            "courses:phone_desk_call": [offer.pk],
            "courses:phone_desk_log": [offer.pk],
            "courses:phone_desk_extend": [offer.pk],
            "courses:phone_desk_reinstate": [missed.pk],
        },
        fields={
            "courses:phone_desk_log": {"outcome": "none"},
            "courses:phone_desk_extend": {"hours": 24, "seen": offer.expires_at.isoformat()},
        },
    )

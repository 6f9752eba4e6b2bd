"""Meetings that others join, and who stands in by a link."""

from datetime import timedelta

from django.utils import timezone

from courses.models import JoinedClass
from courses.planning import standing_in
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:invitations              GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:together                 GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:together                 POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:join                     POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:leave_meeting            POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:substitute_link          GET  302   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
courses:substitute_link          POST 302   404   404   404   404   302   404   404   404   404   302   404   404   404   404   404   302   302
courses:stand_in                 GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
"""


def furnish(town):
    now = timezone.now()
    session = factories.session(town.group, starts_at=now + timedelta(days=3))
    towns = [factories.organisation(name, parent=town.unit) for name in ("石桥镇", "柳河镇")]
    guests = factories.class_group(
        name="镇上的班",
        course=town.group.course,
        organisation=towns[0],
        teacher=town.people["teacher"],
    )
    joined = JoinedClass.objects.create(session=session, organisation=towns[0], offered_at=now)
    link = standing_in.make(session=session, by=town.logins["admin"], now=now)
    token = standing_in.address_of(link).rstrip("/").rpartition("/")[2]
    return Needs(
        arguments={
            "courses:invitations": [],
            "courses:together": [session.pk],
            "courses:join": [joined.pk],
            "courses:leave_meeting": [joined.pk],
            "courses:substitute_link": [session.pk],
            "courses:stand_in": [token],
        },
        fields={
            "courses:together POST": {"organisation": towns[1].pk},
            "courses:join": {"class_group": guests.pk},
        },
    )

"""Records of branches: signed, corrected, printed, made up for."""

from datetime import date, timedelta

from django.utils import timezone

from branches import signing
from branches.models import BranchMembership, BranchRecord
from courses.models import Enrolment
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:record_pdf              GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:versions                GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:scan                    GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:correct                 GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:correct                 POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:add_scan                POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:follow_facts            POST 302   404   404   404   404   404   404   302   302   404   404   404   404   404   404   404   404   302
branches:make_up                 GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:make_up                 POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:sign                    POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:record                  POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
"""

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def furnish(town):
    """A meeting long ago with one record signed and one drafted, from which somebody was away."""
    now = timezone.now()
    group = factories.class_group(name="记录班", course=town.group.course)
    signed, drafted = (_record(town, group, now - timedelta(days=days)) for days in (9, 2))
    away = factories.person("没来的", organisation=town.unit)
    BranchMembership.objects.create(
        branch=town.branches[0], person=away, kind="home", starts_on=date(2020, 1, 1)
    )
    Enrolment.objects.create(
        person=away,
        class_group=group,
        pool=group.pools.get(),
        source=Enrolment.Source.ONLINE,
        seated_at=now - timedelta(days=20),
    )
    version = signing.sign(
        record=signed,
        signed_on=timezone.localdate(now),
        by=town.logins["secretary"],
        seen_at=None,
        scan=PDF,
    )
    of_signed, of_drafted = ([town.branches[0].pk, record.pk] for record in (signed, drafted))
    return Needs(
        arguments={
            "branches:record_pdf": of_signed,
            "branches:versions": of_signed,
            "branches:scan": [*of_signed, version.scans.get().pk],
            "branches:correct": of_signed,
            "branches:add_scan": [*of_signed, 1],
            "branches:follow_facts": of_signed,
            "branches:make_up": [*of_drafted, away.pk],
            "branches:sign": of_drafted,
            "branches:record": of_drafted,
        },
        fields={"branches:record POST": {"chair": "0"}},
    )


def _record(town, group, at):
    return BranchRecord.objects.create(
        branch=town.branches[0],
        session=factories.session(group, starts_at=at),
        held_on=timezone.localdate(at),
        chair=town.people["secretary"],
        recorder=town.people["learner"],
        said="学了。",
        drafted_at=at,
    )

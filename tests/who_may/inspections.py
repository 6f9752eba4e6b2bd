"""The auditor was let in to the branch's records; the learner is to be its secretary."""

from datetime import timedelta

from django.utils import timezone

from branches import handing, signing
from branches.models import BranchRecord, InspectedRecord, Inspection
from tests import factories
from tests.who_may import Needs
from tests.who_may.records import PDF

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:inspections             GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   200   404   200
branches:new_inspection          GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:inspection              GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   200   404   200
branches:inspected_record        GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   404   404
branches:inspected_line          GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   404   404
branches:inspected_scan          GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   404   404
branches:extend_inspection       GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:end_inspection          POST 302   404   404   404   404   404   404   404   404   404   404   404   302   404   404   404   404   302
branches:new_handover            GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:handover                GET  302   404   404   200   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:sign_handover           POST 302   404   404   302   404   404   404   302   302   404   404   404   302   404   404   404   404   302
branches:drop_handover           POST 302   404   404   404   404   404   404   302   302   404   404   404   302   404   404   404   404   302
"""


def furnish(town):
    """An inspection of the record of the meeting that was taught and of one that was signed."""
    now = timezone.now()
    today, branch = timezone.localdate(now), town.branches[0]
    made = Inspection.objects.create(
        organisation=town.unit,
        auditor=town.people["auditor"],
        purpose="年度检查",
        held_from=today - timedelta(days=90),
        held_before=today + timedelta(days=1),
        opens_on=today,
        closes_on=today,
        seed="1",
        population=2,
        last_record=0,
        granted_at=now,
    )
    taught = BranchRecord.objects.get(branch=branch, session=town.session)
    group = factories.class_group(name="检查班", course=town.group.course)
    signed = BranchRecord.objects.create(
        branch=branch,
        session=factories.session(group, starts_at=now - timedelta(days=30)),
        held_on=today - timedelta(days=30),
        chair=town.people["secretary"],
        recorder=town.people["learner"],
        said="学了。",
        drafted_at=now,
    )
    version = signing.sign(
        record=signed, signed_on=today, by=town.logins["secretary"], seen_at=None, scan=PDF
    )
    for place, record in enumerate((taught, signed), 1):
        InspectedRecord.objects.create(inspection=made, record=record, place=place)
    handover = handing.begin(
        branch=branch,
        incoming=town.people["learner"],
        takes_over_on=today,
        by=town.logins["secretary"],
    )
    of_handover = [branch.pk, handover.pk]
    return Needs(
        arguments={
            "branches:inspection": [made.pk],
            "branches:end_inspection": [made.pk],
            "branches:extend_inspection": [made.pk],
            "branches:inspected_record": [made.pk, taught.pk],
            "branches:inspected_line": [made.pk, taught.pk, town.entry.pk],
            "branches:inspected_scan": [made.pk, signed.pk, version.scans.get().pk],
            "branches:new_handover": [branch.pk],
            "branches:handover": of_handover,
            "branches:sign_handover": of_handover,
            "branches:drop_handover": of_handover,
        },
        fields={"branches:sign_handover": {"side": "takes", "paper": "yes"}},
    )

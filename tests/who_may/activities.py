"""Activities of a branch: planned, invited to, closed; one's own; split by branches."""

from datetime import timedelta

from django.utils import timezone

from branches import answer_links
from branches.activities import closing, inviting, planning
from branches.activities.closing import Mark
from branches.models import Absence, Branch, BranchRecord, StudyNotice
from branches.services import join_branch
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:my_activities           GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
branches:answer                  POST 302   302   404   302   404   404   404   302   302   404   404   404   404   404   404   404   404   404
branches:answer_link             GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
branches:answer_link             POST 422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422
branches:made_up                 POST 302   302   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
branches:activities              GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:activity_excel          GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:activity                GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:activity_parts          GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:plan_activity           GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:plan_activity           POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:change_activity         GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:change_activity         POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:cancel_activity         GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:cancel_activity         POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:invite                  POST 302   404   404   404   404   404   404   302   302   404   404   404   404   404   404   404   404   302
branches:presence                GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:presence                POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:paper                   GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:paper                   POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:notice_record           GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:session_parts           GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
"""


def furnish(town):
    """One activity to come with everybody asked, one held by a functional branch, from which
    the learner was away."""
    now = timezone.now()
    home = town.branches[0]
    coming = _plan(home, now + timedelta(days=1))
    inviting.invite(activity=coming)
    asked = coming.people.get(person=town.people["learner"])
    functional = Branch.add_root(name="书法缘", organisation=town.unit, kind="functional")
    learner, secretary = town.people["learner"], town.people["secretary"]
    for person in (learner, secretary):
        join_branch(branch=functional, person=person, starts_on=home.memberships.first().starts_on)
    held = _plan(functional, now - timedelta(days=3))
    closing.close(activity=held, marks={secretary.pk: Mark(True)}, by=None, seen_at=held.edited_at)
    absence = Absence.objects.create(
        record=BranchRecord.objects.get(activity=held),
        person=learner,
        how="booklet",
        noted_at=now,
    )
    of_coming = [home.pk, coming.pk]
    of_activity = (
        *("activity", "activity_parts", "change_activity", "cancel_activity", "invite"),
        *("presence", "paper"),
    )
    return Needs(
        arguments={f"branches:{name}": of_coming for name in of_activity}
        | {
            f"branches:{name}": [home.pk]
            for name in ("activities", "activity_excel", "plan_activity")
        }
        | {
            "branches:answer": [coming.pk],
            "branches:answer_link": [answer_links.make(asked)],
            "branches:made_up": [absence.pk],
            "branches:notice_record": [StudyNotice.objects.get(source="activity").pk],
            "branches:session_parts": [town.session.pk],
        },
        fields={
            "branches:answer": {"answer": "yes"},
            "branches:change_activity POST": {"topic": ""},
            "branches:presence POST": {"seen_at": coming.edited_at.isoformat()},
        },
    )


def _plan(branch, at):
    starts_at = timezone.localtime(at).replace(hour=9, minute=0)
    return planning.plan(
        branch=branch,
        by=None,
        kind="theme",
        topic="参观纪念馆",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        place="纪念馆",
    )

"""Branches as an office keeps them: the tree, members, offices, rules, notices."""

from django.utils import timezone

from branches.models import StudyNotice
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:found                   GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:found_beneath           GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:branch                  GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:change                  GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:move                    GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:merge                   GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:end                     GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:members                 GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:members_excel           GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:take_in                 GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:let_go                  GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:appoint                 GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:relieve                 GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:notices                 GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
branches:read_notice             POST 302   404   404   404   404   404   404   302   302   404   404   404   404   404   404   404   404   302
branches:rules                   GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:new_rule                GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:rule_excel              POST 302   404   404   404   404   404   404   404   404   404   404   404   422   404   404   404   404   422
branches:new_target              GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
"""


def furnish(town):
    home, other = town.branches
    notice = StudyNotice.objects.create(
        branch=home,
        at_branch=other,
        source="session",
        source_key=town.session.pk,
        title="行书入门",
        studied_on=timezone.localdate(),
        sent_at=timezone.now(),
    )
    of_branch = (
        "found_beneath",
        "branch",
        "change",
        "move",
        "merge",
        "end",
        "members",
        "members_excel",
        "take_in",
        "appoint",
    )
    membership = home.memberships.get(person=town.people["learner"])
    return Needs(
        arguments={f"branches:{name}": [home.pk] for name in of_branch}
        | {
            "branches:let_go": [home.pk, membership.pk],
            "branches:relieve": [home.pk, home.offices.first().pk],
            "branches:read_notice": [notice.pk],
        }
    )

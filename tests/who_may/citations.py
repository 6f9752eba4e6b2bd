"""Stars, points and volunteer hours where the unit has switched them on."""

from django.utils import timezone

from branches import citations
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:my_citations            GET  302   302   200   200   404   404   404   200   200   200   404   404   404   404   404   404   404   404
branches:extras                  GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:citations               GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:citations               POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:withdraw_citation       GET  302   404   404   404   404   404   404   200   200   404   404   404   404   404   404   404   404   200
branches:volunteering            GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
"""


def furnish(town):
    branch, by = town.branches[0], town.logins["secretary"]
    citations.switch(organisation=town.unit, by=None, stars=True, points=True, volunteering=True)
    line = citations.cite(
        branch=branch,
        kind="points",
        person=town.people["learner"],
        amount=2,
        happened_on=timezone.localdate(),
        words="帮邻居报名",
        by=by,
    )
    return Needs(
        arguments={
            "branches:citations": [branch.pk, "points"],
            "branches:withdraw_citation": [branch.pk, line.pk],
            "branches:volunteering": [branch.pk],
        }
    )

"""Who may act for whom, and who studies on one device."""

from accounts.acting import proposals
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
acting:grant                     GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
acting:grant                     POST 302   302   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422
acting:household                 GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
acting:propose                   POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
acting:answer                    POST 302   302   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
acting:take_back                 POST 302   302   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
acting:leave                     POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
acting:proxies                   GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
acting:proxies                   POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
acting:revoke_for                POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
acting:household_of              GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
acting:household_of              POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
acting:leave_for                 POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
"""


def furnish(town):
    learner, neighbour = town.people["learner"], factories.person("李国强", organisation=town.unit)
    asked, asking = (
        proposals.propose(proposer=one, person=other, by=town.logins["learner"])
        for one, other in ((neighbour, learner), (learner, neighbour))
    )
    for_staff = ["acting:proxies", "acting:household_of", "acting:leave_for"]
    return Needs(
        arguments={name: [learner.pk] for name in for_staff}
        | {
            "acting:revoke_for": [learner.pk, town.proxy.pk],
            "acting:answer": [asked.pk],
            "acting:take_back": [asking.pk],
        },
        fields={
            "acting:grant": {},
            "acting:grant POST": {"phone": "1"},
            "acting:propose": {"phone": "13911112222"},
            "acting:proxies": {},
            "acting:household_of": {},
        },
    )

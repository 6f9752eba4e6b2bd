"""Printed cards and links of classes."""

from django.utils import timezone

from accounts.logins import cards
from live import links
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
entrance:open_card               GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
entrance:my_card                 GET  302   404   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
entrance:my_card                 POST 302   404   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
entrance:revoke_mine             POST 302   404   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
entrance:class_sms               POST 302   404   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
entrance:person_card             GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
entrance:person_card             POST 302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
entrance:revoke_of               POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
entrance:sheet                   GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
live:send_links                  POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
"""
# Who follows these may be somebody else afterwards.
LAST = """
live:link                        GET  302   200   200   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200
entrance:open_card               POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
"""


def furnish(town):
    learner = town.people["learner"]
    session = factories.session(town.group, starts_at=timezone.now())
    return Needs(
        arguments={
            "entrance:open_card": [cards.issue_card(person=town.helped, by=None)],
            "entrance:person_card": [learner.pk],
            "entrance:revoke_of": [learner.pk],
            "live:send_links": [learner.pk],
            "live:link": [links.make_token(learner, session)],
        },
        fields={"entrance:class_sms": {"person": learner.pk, "wants": "1"}},
    )

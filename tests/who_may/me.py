"""About oneself: /me/."""

from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
accounts:me                      GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
accounts:revoke                  POST 302   404   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
accounts:reading                 POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
accounts:welcome                 GET  302   200   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
accounts:act_for                 POST 302   404   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
accounts:demo_inbox              GET  404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
"""


def furnish(town):
    return Needs(
        arguments={"accounts:revoke": [town.proxy.pk]},
        fields={"accounts:act_for": {"person": town.helped.pk}},
    )

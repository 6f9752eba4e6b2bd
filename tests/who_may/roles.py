"""Who is what where: administrators give roles and take them back."""

from accounts import services
from accounts.models import RoleGrant
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
roles:list                       GET  302   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200   200
roles:excel                      GET  302   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200   200
roles:what                       GET  302   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200   200
roles:grant                      GET  302   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200   200
roles:grant                      POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
roles:end                        GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
roles:end                        POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
"""


def furnish(town):
    person = factories.person("卫兰", organisation=town.unit)
    role = RoleGrant.Role.HELPER
    grant = services.grant_role(person=person, role=role, organisation=town.unit)
    given = {"person": person.pk, "organisation": town.unit.pk, "role": RoleGrant.Role.BUREAU}
    return Needs(arguments={"roles:end": [grant.pk]}, fields={"roles:grant POST": given})

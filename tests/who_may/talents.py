"""我愿意教 where the unit has switched it on."""

from branches import citations, talents
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:my_talents              GET  302   302   200   200   404   404   404   200   200   200   404   404   404   404   404   404   404   404
branches:my_talents              POST 302   302   422   422   404   404   404   422   422   422   404   404   404   404   404   404   404   404
branches:talents                 GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:withdraw_talent         POST 302   302   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
"""


def furnish(town):
    citations.switch(organisation=town.unit, by=None, talents=True)
    card = talents.write(person=town.people["learner"], teaches="二胡入门", by=None)
    return Needs(
        arguments={
            "branches:talents": [town.branches[0].pk],
            "branches:withdraw_talent": [card.pk],
        }
    )

"""Two files of one person, for registrars."""

from accounts.files import merging
from tests import factories
from tests.who_may import Needs

#     address, method                  nobody newc. stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
merging:duplicates               GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
merging:compare                  GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
merging:not_same                 POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
merging:compare                  POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
merging:undo                     POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
"""


def furnish(town):
    kept, dropped = [factories.person("方桂香", organisation=town.unit) for _ in range(2)]
    done = merging.merge(
        kept=factories.person("方桂英", organisation=town.unit),
        dropped=factories.person("方桂英", organisation=town.unit),
        by=None,
    )
    return Needs(
        arguments={
            "merging:compare": [kept.pk, dropped.pk],
            "merging:not_same": [kept.pk, dropped.pk],
            "merging:undo": [done.pk],
        }
    )

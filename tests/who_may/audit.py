"""The audit log, for auditors."""

from tests.who_may import Needs

#     address, method                  nobody newc. stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
audit:list                       GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   404   200
audit:excel                      GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   404   200
"""


def furnish(town):
    return Needs()

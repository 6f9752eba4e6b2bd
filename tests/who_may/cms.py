"""Pages of the school, and what editors and the office reach."""

from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
cms:search                       GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
cms:picture                      GET  404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
/                                GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
/courses/                        GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
/articles/                       GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
/cms/                            GET  302   302   302   302   302   302   302   302   302   302   302   302   302   200   200   302   302   200
/cms/pages/                      GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   200
/cms/users/                      GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   200
/cms/sites/                      GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   200
/office/                         GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   200
"""


def furnish(town):
    return Needs(arguments={"cms:picture": ["nothing.png"]})

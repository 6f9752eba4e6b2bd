"""The registrar's start page, the lists of classes and their rosters."""

from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:desk_start               GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:class_list               GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:class_list_excel         GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:class_roster             GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:roster_excel             GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:roster_pdf               GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:sign_in_pdf              GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
"""


def furnish(town):
    of_the_class = ("class_roster", "roster_excel", "roster_pdf", "sign_in_pdf")
    return Needs(arguments={f"courses:{name}": [town.group.pk] for name in of_the_class})

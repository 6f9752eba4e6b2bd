"""Letters, reminders, and one's own timetable. A feed is for whoever has its address."""

from courses.timetable import addresses
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:letters                  GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:reminder                 GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:reminder                 POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
courses:timetable                GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:calendar                 GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:open_calendar            POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
courses:calendar_feed            GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:close_calendar           POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
"""


def furnish(town):
    # Of somebody whom nobody of the table closes it for.
    address = addresses.open_address(person=town.helped)
    return Needs(
        arguments={"courses:calendar_feed": [address.token]},
        fields={"courses:reminder POST": {"by": "letter"}},
    )

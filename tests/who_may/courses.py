"""The catalogue, seats and waiting places."""

from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:class                    GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:clip                     GET  404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:my_classes               GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:seat                     GET  302   302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:withdraw                 GET  302   302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:waiting_place            GET  302   302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:leave_queue              GET  302   302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404
"""
# Gives everybody a seat.
LAST = """
courses:register                 POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
"""


def furnish(town):
    return Needs(
        arguments={
            "courses:class": [town.group.pk],
            "courses:register": [town.group.pk],
            "courses:clip": [town.lesson.pk],
            "courses:seat": [town.seat.pk],
            "courses:withdraw": [town.seat.pk],
            "courses:waiting_place": [town.waiting.pk],
            "courses:leave_queue": [town.waiting.pk],
        },
        fields={
            "courses:register": lambda visitor: {
                "person": getattr(town.people.get(visitor), "pk", "")
            }
        },
    )

"""Money at the desk."""

from decimal import Decimal

from courses import fees
from courses.fees import charging
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:cash_report              GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:cash_report_excel        GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:open_fees                GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:open_fees_excel          GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:seat_fees                GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:pay_fee                  POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:waive_fee                POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:refund_fee               POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:keep_fee                 POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
courses:receipt                  GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
"""


def furnish(town):
    now = town.seat.seated_at
    charging.add(town.seat, "charge", Decimal(180), now=now)
    line = fees.pay(
        enrolment=town.seat,
        amount=Decimal(80),
        method="cash",
        by=town.logins["registrar"],
        now=now,
    )
    of_a_seat = ("seat_fees", "pay_fee", "waive_fee", "refund_fee", "keep_fee")
    return Needs(
        arguments={
            **{f"courses:{name}": [town.seat.pk] for name in of_a_seat},
            "courses:receipt": [line.pk],
        }
    )

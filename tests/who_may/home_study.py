"""Study brought home: the learner is its senior, the teacher brings it."""

from django.utils import timezone

from branches.models import Delivery
from tests.branches import home
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:my_home_study           GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
branches:cancel_my_order         POST 302   404   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
branches:today                   GET  302   404   404   404   404   404   404   200   200   200   404   404   404   404   404   404   404   404
branches:home_study              GET  302   404   404   404   404   404   200   200   200   200   200   200   200   404   404   404   404   200
branches:order_card              GET  302   404   404   404   404   404   200   200   200   200   200   200   200   404   404   404   404   200
branches:choose_person           GET  302   404   404   404   404   200   200   200   200   200   200   200   404   404   404   404   404   200
branches:new_order               GET  302   404   404   404   404   200   404   200   200   404   404   404   404   404   404   404   404   200
branches:pack_orders             POST 302   404   404   404   404   404   302   302   302   302   302   302   404   404   404   404   404   302
branches:study_order             GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:cancel_order            POST 302   404   404   404   404   404   404   302   302   404   404   404   404   404   404   404   404   302
branches:booklet                 GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:order_sounds            GET  302   404   404   404   404   404   404   302   302   404   404   404   302   404   404   404   404   302
branches:deliveries              GET  302   404   404   404   404   200   200   200   200   200   200   200   404   404   404   404   404   200
branches:deliveries_excel        GET  302   404   404   404   404   200   200   200   200   200   200   200   404   404   404   404   404   200
branches:send_deliveries         POST 302   404   404   404   404   404   422   422   422   422   422   422   404   404   404   404   404   422
branches:hand_delivery           GET  302   404   404   404   404   200   404   200   200   404   404   404   404   404   404   404   404   200
branches:find_slip               GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
branches:return_slip             GET  302   404   404   404   404   200   404   200   200   404   404   404   404   404   404   404   404   200
branches:take_slip_back          POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
"""


def furnish(town):
    learner, secretary = town.people["learner"], town.logins["secretary"]
    now = timezone.now()
    delivery = home.pack(learner, town.lesson, by=secretary, now=now)
    Delivery.objects.filter(pk=delivery.pk).update(visitor=town.people["teacher"])
    # Given up by the learner before anybody else asks for it.
    order = home.order(learner, town.lesson, by=secretary, now=now)
    kept = home.order(learner, town.lesson, by=secretary, now=now)
    one = [delivery.order_id]
    return Needs(
        arguments={
            "branches:cancel_my_order": [order.pk],
            "branches:new_order": [learner.pk],
            "branches:study_order": one,
            "branches:cancel_order": [kept.pk],
            "branches:booklet": one,
            "branches:order_sounds": one,
            "branches:hand_delivery": [delivery.pk],
            "branches:return_slip": [delivery.code],
            "branches:take_slip_back": [delivery.code],
        },
        fields={"branches:pack_orders": {}, "branches:send_deliveries": {}},
    )

"""Seats by lot: a round open, one frozen, one drawn."""

from datetime import timedelta

from django.utils import timezone

from courses.draws import applying, drawing, freezing
from courses.models import RegistrationRound
from tests import factories
from tests.who_may import Needs

#     address, method                       nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:apply                         GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:application                   GET  302   302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:withdraw_application          POST 302   302   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:draw                          GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:draw_check                    POST 200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:draw_numbers                  GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:draw_list_file                GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:draw_result_file              GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:draw_script                   GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:draw_list                     GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
courses:draw_round                    GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:draw_round_excel              GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:draw_applications             GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:draw_applications_excel       GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:freeze_draw                   POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
courses:make_draw                     GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:draw_results                  GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
courses:draw_results_excel            GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
"""


def furnish(town):
    now = timezone.now()
    rounds = [_round(name, now) for name in ("还开着", "定了名单", "抽好了")]
    open_round, frozen, drawn = rounds
    for one in rounds:
        pool = factories.class_group(term=one.term, name=one.name).pools.get()
        applying.apply(
            person=town.people["learner"],
            round=one,
            pools=[pool],
            by=town.logins["learner"],
            now=now,
        )
    RegistrationRound.objects.filter(pk__in=[frozen.pk, drawn.pk]).update(closes_at=now)
    for one in (frozen, drawn):
        freezing.freeze(round=one, number_source="彩票", now=now)
    drawing.draw(draw=drawn.draw, public_number="1", witnesses="周敏", now=now)
    mine = open_round.applications.get()
    return Needs(
        arguments={
            "courses:apply": [open_round.pk],
            "courses:application": [mine.pk],
            "courses:withdraw_application": [mine.pk],
            "courses:draw": [drawn.draw.pk],
            "courses:draw_check": [drawn.draw.pk],
            "courses:draw_numbers": [drawn.draw.pk],
            "courses:draw_list_file": [drawn.draw.pk],
            "courses:draw_result_file": [drawn.draw.pk],
            "courses:draw_round": [open_round.pk],
            "courses:draw_round_excel": [open_round.pk],
            "courses:draw_applications": [open_round.pk],
            "courses:draw_applications_excel": [open_round.pk],
            "courses:freeze_draw": [frozen.pk],
            "courses:make_draw": [frozen.pk],
            "courses:draw_results": [drawn.pk],
            "courses:draw_results_excel": [drawn.pk],
        },
        fields={"courses:freeze_draw": {"number_source": "彩票"}},
    )


def _round(name, now):
    return RegistrationRound.objects.create(
        term=factories.term(now=now, open_round=False),
        name=name,
        method=RegistrationRound.Method.DRAW,
        opens_at=now - timedelta(days=5),
        closes_at=now + timedelta(days=5),
    )

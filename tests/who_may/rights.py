"""Consent, export, erasure, a dead relative's file: /me/rights/."""

from datetime import date, timedelta

from django.utils import timezone

from accounts.rights import asking, freezing
from tests import factories
from tests.who_may import Needs

#     address, method                  nobody newc. stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
rights:home                      GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
rights:notice                    GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
rights:agree                     POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
rights:withdrawal                GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
rights:withdrawal                POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
rights:export_json               GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
rights:export_excel              GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
rights:erasure                   GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
rights:erasure                   POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
rights:correction                GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
rights:take_back                 POST 302   404   404   302   404   404   404   404   404   404   404   404   404   404   404   404   404   404
rights:relatives                 GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
rights:relatives                 POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
rights:relatives_file            GET  302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
rights:relatives_json            GET  302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
rights:relatives_excel           GET  302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
"""


def furnish(town):
    now = timezone.now()
    learner, stranger = town.logins["learner"], town.logins["stranger"]
    asked = asking.ask(
        person=town.people["learner"],
        kind="correction",
        way="online",
        words="名字写错了",
        by=learner,
    )
    dead = factories.person("去世的人", organisation=town.unit)
    freezing.freeze_file(
        person=dead, deceased_on=timezone.localdate() - timedelta(days=9), by=None, now=now
    )
    reads = asking.ask_as_relative(
        name=dead.name, born_on=dead.born_on, relation="女儿", words="想看看", by=stranger
    )
    asking.decide(request=reads, granted=True, answer="核对过了", by=town.logins["registrar"])
    return Needs(
        arguments={
            "rights:notice": ["basic"],
            "rights:agree": ["basic"],
            "rights:take_back": [asked.pk],
            "rights:relatives_file": [reads.pk],
            "rights:relatives_json": [reads.pk],
            "rights:relatives_excel": [reads.pk],
        },
        fields={
            "rights:agree": {"answer": "yes"},
            "rights:withdrawal POST": {"kind": "sensitive"},
            "rights:erasure POST": {"words": ""},
            "rights:relatives POST": {
                "name": "没有这个人",
                "born_on": date(1940, 1, 1),
                "relation": "儿子",
                "words": "想看看",
            },
        },
    )

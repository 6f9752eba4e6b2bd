"""A kept seat and a relative's word, by one's own page and by the link of an SMS; transfer."""

from courses import offers_links, registration, relatives
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
courses:offer                    GET  302   302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:offer                    POST 302   302   404   422   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:offer_link               GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:offer_link               POST 422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422
courses:relative                 GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
courses:relative                 POST 302   302   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422
courses:relative_link            GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
courses:relative_link            POST 422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422   422
courses:transfer                 GET  302   302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404
courses:transfer                 POST 302   302   404   422   404   404   404   404   404   404   404   404   404   404   404   404   404   404
"""


def furnish(town):
    offered = factories.class_group(name="空出来的班", capacity=1, term=factories.term())
    first = factories.seat(offered, factories.person("先走的", organisation=town.unit))
    entry = factories.seat(offered, town.people["learner"])
    registration.withdraw(enrolment=first)
    offer = entry.offers.get()
    asked = relatives.ask(
        person=town.people["learner"],
        term=offered.term,
        relative="何雅琴",
        relation="子女",
        phone="13900000999",
        by=town.logins["learner"],
    )
    return Needs(
        arguments={
            "courses:offer": [offer.pk],
            "courses:offer_link": [offers_links.make(offer)],
            "courses:relative": [offered.pk],
            "courses:relative_link": [relatives.token_of(asked)],
            "courses:transfer": [town.seat.pk],
        },
        fields={
            name: {}
            for name in (
                "courses:offer",
                "courses:offer_link",
                "courses:relative",
                "courses:relative_link",
                "courses:transfer",
            )
        },
    )

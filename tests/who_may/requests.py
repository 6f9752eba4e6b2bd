"""What people ask about their files, for staff: /people/requests/."""

from accounts.rights import asking
from tests import factories
from tests.who_may import Needs

#     address, method                  nobody newc. stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
requests:list                    GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
requests:excel                   GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
requests:decide                  GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
requests:decide                  POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
requests:person                  GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
requests:consent                 POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
requests:export                  POST 302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
requests:ask                     POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
requests:ask_as_relative         POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
requests:death                   GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
requests:death                   POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
requests:thaw                    POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
"""


def furnish(town):
    asker = factories.person("来办事的人", organisation=town.unit)
    asked = asking.ask(
        person=asker, kind="correction", way="phone", words="名字写错了", by=town.logins["helper"]
    )
    dying = factories.person("快要去世的人", organisation=town.unit)
    return Needs(
        arguments={
            "requests:decide": [asked.pk],
            **{
                f"requests:{name}": [asker.pk]
                for name in ("person", "consent", "export", "ask", "ask_as_relative")
            },
            "requests:death": [dying.pk],
            "requests:thaw": [dying.pk],
        },
        fields={
            "requests:decide POST": {"decision": "refuse", "answer": "没有写错"},
            "requests:consent": {"kind": "basic", "answer": "give", "paper": "同意书 1"},
            "requests:export": {"export-paper": "申请 1"},
            "requests:ask": {"request-kind": "erasure", "request-paper": "申请 2"},
            "requests:ask_as_relative": {
                "relative-relation": "女儿",
                "relative-paper": "申请 3",
            },
            "requests:death POST": {"deceased_on": "2020-1-1", "sure": "on"},
        },
    )

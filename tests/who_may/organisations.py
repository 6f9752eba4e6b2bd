"""The tree of organisations: read by who reads files, changed by administrators."""

from accounts.models import Organisation, TeachingPoint
from tests import factories
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
organisations:list               GET  302   404   404   404   404   404   200   404   404   404   200   200   200   404   404   404   200   200
organisations:excel              GET  302   404   404   404   404   404   200   404   404   404   200   200   200   404   404   404   200   200
organisations:unit               GET  302   404   404   404   404   404   200   404   404   404   200   404   200   404   404   404   200   200
organisations:new                GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
organisations:new                POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
organisations:rename             GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
organisations:rename             POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
organisations:move               GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
organisations:move               POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
organisations:merge              GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
organisations:merge              POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
organisations:end                GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
organisations:end                POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
organisations:reopen             GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
organisations:reopen             POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
organisations:new_point          GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
organisations:new_point          POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
organisations:point              GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   200   200
organisations:point              POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   302   302
"""


def furnish(town):
    def beneath(name, **facts):
        made = factories.organisation(name, parent=Organisation.objects.get(pk=town.unit.pk))
        Organisation.objects.filter(pk=made.pk).update(**facts)
        return made

    renamed, moved, merged, ended, other = map(beneath, ("甲", "乙", "丙", "丁", "戊"))
    closed = beneath("己", ended_on="2026-01-01")
    point = TeachingPoint.objects.create(organisation=other, name="教学点", address="二楼")
    facts = {"name": "新", "kind": "unit", "confirmed": "1"}
    place = {"name": "教学点", "address": "三楼", "organisation": other.code}
    return Needs(
        arguments={
            "organisations:unit": [renamed.pk],
            "organisations:rename": [renamed.pk],
            "organisations:move": [moved.pk],
            "organisations:merge": [merged.pk],
            "organisations:end": [ended.pk],
            "organisations:reopen": [closed.pk],
            "organisations:new_point": [other.pk],
            "organisations:point": [point.pk],
        },
        fields={
            "organisations:new GET": {"parent": town.unit.pk},
            "organisations:new POST": facts | {"parent": town.unit.pk, "code": "NEW"},
            "organisations:rename POST": facts | {"code": "NEW-2"},
            "organisations:move POST": {"to": other.pk},
            "organisations:merge POST": {"to": other.pk},
            "organisations:new_point POST": place,
            "organisations:point POST": place,
        },
    )

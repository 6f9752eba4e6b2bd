"""Name lists of offices, for registrars."""

from accounts.models import RosterChunk, RosterImport
from accounts.roster.entries import Entry, pack
from accounts.roster.previewing import row_to_settle
from accounts.roster.rows import Row, Values
from tests.who_may import Needs

#     address, method                  nobody newc. stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
roster:list                       GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
roster:new                        GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
roster:new                        POST 302   404   404   404   404   404   404   404   404   404   422   422   404   404   404   404   422   422
roster:template                   GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
roster:roster                     GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
roster:columns                    GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
roster:columns                    POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
roster:sheet                      POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
roster:report                     GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
roster:review                     GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
roster:settle_many                POST 302   404   404   404   404   404   404   404   404   404   422   422   404   404   404   404   422   422
roster:row                        GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
roster:row                        POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
roster:apply                      POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
roster:drop                       POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
"""


def furnish(town):
    made = roster(town)
    pk, row = made.pk, made.rows.get().pk
    addresses = ("roster", "columns", "sheet", "apply", "drop", "report")
    return Needs(
        arguments={f"roster:{name}": [pk] for name in addresses} | {"roster:row": [row]},
        fields={"roster:apply POST": {"choice": "clean"}},
    )


def roster(town):
    """One that waits to be written, with a row in doubt."""
    made = RosterImport.objects.create(
        organisation=town.unit,
        file_name="名册.xlsx",
        file="rosters/of-the-town",
        state="previewed",
        mapping={"headings": ["姓名"], "fields": {"0": "name"}},
        total=1,
    )
    row = Row(2, Values(name="王秀兰"))
    entry = Entry(row, ["王秀兰"], town.unit.pk, verdict="review")
    RosterChunk.objects.create(roster=made, number=0, marks="r", content=pack([entry]))
    row_to_settle(made, entry).save()
    return made

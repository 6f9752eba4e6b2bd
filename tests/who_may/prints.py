"""A year's records as PDF: whoever reads the books asks, and gets what they asked for."""

from django.core.files.base import ContentFile
from django.utils import timezone

from branches.models import PackPrint, YearPrint
from tests.branches import home
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:print_branch            POST 302   404   404   404   404   404   404   302   302   404   404   404   302   404   404   404   404   302
branches:print_office            POST 302   404   404   404   404   404   404   404   404   404   404   404   302   404   404   404   404   302
branches:year_print              GET  302   404   404   404   404   404   404   200   404   404   404   404   404   404   404   404   404   404
branches:print_file              GET  302   404   404   404   404   404   404   200   404   404   404   404   404   404   404   404   404   404
branches:cancel_print            POST 302   404   404   404   404   404   404   302   404   404   404   404   404   404   404   404   404   404
branches:print_packs             POST 302   404   404   404   404   404   302   302   302   302   302   302   404   404   404   404   404   302
branches:pack_print              GET  302   404   404   404   404   404   404   200   404   404   404   404   404   404   404   404   404   404
branches:pack_print_file         GET  302   404   404   404   404   404   404   200   404   404   404   404   404   404   404   404   404   404
branches:cancel_pack_print       POST 302   404   404   404   404   404   404   302   404   404   404   404   404   404   404   404   404   404
"""

NAMES = ("year_print", "print_file", "cancel_print")
OF_PACKS = ("pack_print", "pack_print_file", "cancel_pack_print")


def furnish(town):
    now = timezone.now()
    secretary = town.logins["secretary"]
    pack = home.pack(town.people["learner"], town.lesson, by=secretary, now=now)
    facts = {"state": YearPrint.State.DONE, "asked_at": now, "asked_by": secretary}
    made = YearPrint(branch=town.branches[0], year=now.year, worked_at=now, **facts)
    packs = PackPrint(packs=[pack.pk], total=1, worked_at=now, **facts)
    for each in (made, packs):
        each.file.save("one.pdf", ContentFile(b"%PDF"), save=False)
        each.save()
    of_print = {f"branches:{name}": [made.pk] for name in NAMES}
    of_print |= {f"branches:{name}": [packs.pk] for name in OF_PACKS}
    return Needs(
        arguments=of_print
        | {
            "branches:print_branch": [town.branches[0].pk],
            "branches:print_office": [town.unit.pk],
        },
        fields={
            "branches:print_branch": {"year": now.year},
            "branches:print_office": {"year": now.year},
            "branches:print_packs": {},
        },
    )

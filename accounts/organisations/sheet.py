"""The tree of organisations as a spreadsheet."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts import queries
from accounts.models import Organisation
from accounts.organisations import tree
from common import excel
from common.excel import Column, Kind


def tree_file(
    *, top: Organisation | None, organisations: QuerySet[Organisation], words: Iterable[str] = ()
) -> HttpResponse:
    """`organisations` in their order, each with the files beneath it; of `top` or of all."""
    title = " ".join([_("%(name)s组织机构") % {"name": top or ""}, *words])
    rows = list(organisations.select_related("merged_into"))
    files = queries.files_beneath(rows)
    parents = tree.above(rows, seen=Organisation.objects.all())
    data = excel.workbook(
        title=title,
        sheet_name=_("组织机构"),
        notes=[_("档案数含下级机构的档案。")],
        columns=[
            Column(_("级"), Kind.NUMBER, width=3, number_format="0"),
            Column(_("名称"), width=16),
            Column(_("代码"), width=10),
            Column(_("类别"), width=6),
            Column(_("上级"), width=14),
            Column(_("上级代码"), width=10),
            Column(_("档案"), Kind.NUMBER, width=5, number_format="0"),
            Column(_("撤销日期"), Kind.DATE, width=6),
            Column(_("并入"), width=12),
        ],
        rows=(_unit_row(row, parents[row.pk], files[row.pk]) for row in rows),
    )
    return excel.download(data=data, name=title)


def _unit_row(row, above, files):
    parent = above[-1] if above else None
    return [
        row.depth,
        row.name,
        row.code,
        row.get_kind_display(),
        parent and parent.name,
        parent and parent.code,
        files,
        row.ended_on,
        row.merged_into and row.merged_into.name,
    ]

"""The list of roles as a spreadsheet."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import RoleGrant
from common import excel
from common.excel import Column, Kind


def grants_file(*, grants: QuerySet[RoleGrant], words: Iterable[str] = ()) -> HttpResponse:
    """`grants` in their order: who is what where, since when and by whom."""
    title = " ".join([_("角色名单"), *words])
    data = excel.workbook(
        title=title,
        sheet_name=_("角色名单"),
        columns=[
            Column(_("姓名"), width=6),
            Column(_("角色"), width=7),
            Column(_("组织机构"), width=14),
            Column(_("机构代码"), width=10),
            Column(_("授予日期"), Kind.DATE, width=6),
            Column(_("授予人"), width=6),
            Column(_("收回日期"), Kind.DATE, width=6),
        ],
        rows=(_grant_row(grant) for grant in grants),
    )
    return excel.download(data=data, name=title)


def _grant_row(grant):
    return [
        grant.person.name,
        grant.get_role_display(),
        grant.organisation.name,
        grant.organisation.code,
        timezone.localdate(grant.granted_at),
        str(grant.granted_by or ""),
        grant.ended_at and timezone.localdate(grant.ended_at),
    ]

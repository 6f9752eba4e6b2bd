"""How figures of study are written, and where an office above branches goes."""

from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from common import dates

register = template.Library()


@register.simple_tag
def office_links() -> list[tuple[str, str]]:
    """(address, words) of every page of a bureau about its branches."""
    return [
        (reverse("branches:list"), _("支部")),
        (reverse("branches:reports"), _("季度通报")),
        (reverse("branches:statement_forms"), _("要支部填的表")),
        (reverse("branches:inspections"), _("检查")),
        (reverse("branches:rules"), _("学时规则")),
        (reverse("branches:extras"), _("选用的项目")),
        (reverse("branches:home_study"), _("送学上门")),
    ]


@register.filter
def hours(value: Decimal) -> str:
    """17.0, 1.25, 11,402.5: for columns and totals, at least one place behind the point."""
    tenths = value.quantize(Decimal("0.1"))
    return f"{tenths if tenths == value else value.normalize():,}"


@register.filter
def number(value: int) -> str:
    """10,740"""
    return f"{value:,}"


@register.filter
def plain(value: Decimal) -> str:
    """17, 1.5: for a sentence."""
    return dates.plain_number(value)

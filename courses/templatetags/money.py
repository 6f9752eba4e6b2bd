"""Money as people say it."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from common import dates
from courses.fees import amounts

register = template.Library()


@register.filter
def yuan(amount: Decimal) -> str:
    """180 元, 1,180.50 元"""
    return _("%(amount)s 元") % {"amount": amounts.plain(amount)}


@register.filter
def plain_yuan(amount: Decimal) -> str:
    """180, 1,180.50: for a column of amounts."""
    return amounts.plain(amount)


@register.filter
def in_capitals(amount: Decimal) -> str:
    """壹佰捌拾元整"""
    return amounts.capitals(amount)


@register.filter
def less(amount: Decimal) -> Decimal:
    """What is missing below zero, said as a plain amount."""
    return -amount


@register.filter
def number_field(amount: Decimal) -> str:
    """180, 180.5: what a field of a form takes, without commas."""
    return dates.plain_number(amount)

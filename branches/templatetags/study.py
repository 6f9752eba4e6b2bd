"""How figures of study are written."""

from decimal import Decimal

from django import template

from common import dates

register = template.Library()


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

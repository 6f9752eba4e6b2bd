"""How the number of a return slip is written."""

from django import template

from branches.home_study import codes

register = template.Library()


@register.filter
def slip_code(code: str) -> str:
    """4821 9037"""
    return codes.spoken(code)

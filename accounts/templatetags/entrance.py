"""What cards and class links need in a page: a QR code, and who may want messages."""

import segno
from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe

from accounts import queries

register = template.Library()

# What a phone's camera wants around a code.
QUIET_ZONE = 4


@register.simple_tag
def card_code(*, token):
    """The address of a card as a QR code: an SVG of numbers, which the policy allows."""
    return link_code(address=settings.PUBLIC_URL + reverse("entrance:open_card", args=[token]))


@register.simple_tag
def link_code(*, address):
    """An address as such a code."""
    code = segno.make(address, error="m", micro=False)
    return mark_safe(
        code.svg_inline(omitsize=True, border=QUIET_ZONE, light="#fff", svgclass="card__code")
    )


@register.simple_tag
def files_that_want_messages(*, user):
    """Whose classes `user` may be told of: the own file, and those they act for."""
    own = queries.own_file(user)
    return [person for person in (own, *queries.persons_acted_for(user)) if person]

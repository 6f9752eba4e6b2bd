"""The address of an offer that goes out by SMS: it answers that offer, without a login."""

from django.conf import settings
from django.http import Http404
from django.urls import reverse

from courses import signed
from courses.models import Offer

_KIND = "offer"


def make(offer: Offer) -> str:
    return signed.make(_KIND, offer.pk)


def read(token: str) -> Offer:
    """The offer, answered or not. The only door to it for who has no login. Raises Http404."""
    found = Offer.objects.select_related(
        "entry__person", "entry__partner__person", "entry__class_group__term"
    ).filter(pk=signed.read(_KIND, token))
    if offer := found.first():
        return offer
    raise Http404


def address(offer: Offer) -> str:
    """Where whoever was told of the offer answers it, as it stands in a message."""
    return settings.PUBLIC_URL + reverse("courses:offer_link", args=[make(offer)])

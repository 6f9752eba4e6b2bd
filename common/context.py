"""What every page knows: the school, how this reader reads, who is acting for whom."""

from dataclasses import dataclass

from django.conf import settings

STEPS = ("standard", "large", "largest")
THEMES = ("light", "contrast", "dark")


@dataclass(frozen=True)
class Reading:
    """How large and in which colours somebody reads."""

    step: str = STEPS[0]
    theme: str = THEMES[0]


def school(request) -> dict:
    return {
        "school": school_facts(),
        "reading": getattr(request, "reading", None) or _reading_of_cookies(request),
        "person": getattr(request, "person", None),
        # The file this request is about, where it is not the login's own.
        "acting": getattr(request, "acting", None),
    }


def school_facts() -> dict:
    """Name, phone, tel (the phone as dialled), address and hours."""
    phone = settings.SCHOOL["phone"]
    dialled = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    return settings.SCHOOL | {"tel": dialled}


def _reading_of_cookies(request) -> Reading:
    # Error pages are also made for requests that broke before the middleware ran.
    step, theme = request.COOKIES.get("step"), request.COOKIES.get("theme")
    return Reading(
        step=step if step in STEPS else STEPS[0],
        theme=theme if theme in THEMES else THEMES[0],
    )

"""{% letters_door person=… %}: the way to the letters, with how many are new."""

from django import template

from accounts.models import Person
from courses.letters import keeping

register = template.Library()


@register.simple_tag(takes_context=True)
def letters_unread(context, person: Person) -> int:
    """How many are new, for the head of one's own pages."""
    return _unread(context, person)


@register.inclusion_tag("courses/letters/_door.html", takes_context=True)
def letters_door(context, *, person: Person, only_new: bool = False):
    """A button; with `only_new` nothing where nothing is new."""
    return {"new": _unread(context, person), "only_new": only_new}


def _unread(context, person: Person) -> int:
    """Counted once for a page, whose head and body may both say it."""
    request = context["request"]
    if not hasattr(request, "letters_unread"):
        request.letters_unread = keeping.count_unread(person)
    return request.letters_unread

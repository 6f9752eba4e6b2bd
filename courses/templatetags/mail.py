"""{% letters_door person=… %}: the way to the letters, with how many are new."""

from django import template

from accounts.models import Person
from courses.letters import keeping

register = template.Library()


@register.simple_tag
def letters_unread(person: Person) -> int:
    """How many are new, for the head of one's own pages."""
    return keeping.count_unread(person)


@register.inclusion_tag("courses/letters/_door.html")
def letters_door(*, person: Person, only_new: bool = False):
    """A button; with `only_new` nothing where nothing is new."""
    return {"new": keeping.count_unread(person), "only_new": only_new}

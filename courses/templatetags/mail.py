"""{% letters_unread as new %}, {% letters_door person=… %}: how many letters are new, and the
way to them."""

from django import template

from accounts.models import Person
from courses.letters import keeping
from courses.models import CatalogueIndexPage, CoursePage, LessonPage

register = template.Library()

# The learner's pages that lie outside of /my/: of one class, of a round of wishes.
_VIEWS = {"courses:class", "courses:register", "courses:relative", "courses:apply"}
_PAGES = (CatalogueIndexPage, CoursePage, LessonPage)


@register.simple_tag(takes_context=True)
def letters_unread(context) -> int:
    """How many are new for the person of this page, for its head; none on pages of staff."""
    person = getattr(context["request"], "person", None)
    return _unread(context, person) if person and _is_for_learners(context) else 0


@register.inclusion_tag("courses/letters/_door.html", takes_context=True)
def letters_door(context, *, person: Person, only_new: bool = False):
    """A button; with `only_new` nothing where nothing is new."""
    return {"new": _unread(context, person), "only_new": only_new}


def _is_for_learners(context) -> bool:
    request = context["request"]
    if request.path.startswith("/my/") or isinstance(context.get("page"), _PAGES):
        return True
    return bool(request.resolver_match) and request.resolver_match.view_name in _VIEWS


def _unread(context, person: Person) -> int:
    """Counted once for a page, whose head and body may both say it."""
    request = context["request"]
    if not hasattr(request, "letters_unread"):
        request.letters_unread = keeping.count_unread(person)
    return request.letters_unread

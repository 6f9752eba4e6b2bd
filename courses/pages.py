"""What the pages that editors write say beside their text: the catalogue, a course, a lesson.

Wagtail finds the page; `wagtail_hooks` brings it here.
"""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone

from courses import queries
from courses.forms.catalogue import CatalogueForm
from courses.models import CatalogueIndexPage, CoursePage, LessonPage, Subject

CLASSES_ON_A_PAGE = 8


def catalogue(request, page: CatalogueIndexPage):
    """The classes that can be registered for, cut to what was asked."""
    now = timezone.now()
    form = CatalogueForm(request.GET, points=queries.points_in_use(now))
    asked = form.asked()
    classes = Paginator(queries.catalogue(now=now, **asked), CLASSES_ON_A_PAGE)
    context = page.get_context(request) | {
        "form": form,
        "asked": asked,
        "subjects": Subject.choices,
        "classes": classes.get_page(request.GET.get("page")),
        "places": _places(request),
        "terms": queries.registration_of_terms(now),
    }
    return render(request, page.template, context)


def course(request, page: CoursePage):
    """A course with its lessons and the classes in which it is taught now."""
    classes = queries.catalogue(now=timezone.now()).filter(course=page)
    context = page.get_context(request) | {
        "lessons": page.lessons(),
        "classes": classes,
        "places": _places(request),
    }
    return render(request, page.template, context)


def lesson(request, page: LessonPage):
    """A lesson with the one before and the one after it."""
    of_course = page.get_parent().specific
    lessons = list(of_course.lessons())
    here = next((at for at, other in enumerate(lessons) if other.pk == page.pk), None)
    context = page.get_context(request) | {
        "course": of_course,
        "files": page.files.select_related("document"),
        "before": lessons[here - 1] if here else None,
        "after": lessons[here + 1] if here is not None and here + 1 < len(lessons) else None,
    }
    return render(request, page.template, context)


ANSWERS = {CatalogueIndexPage: catalogue, CoursePage: course, LessonPage: lesson}


def _places(request) -> dict:
    return queries.places_by_class(request.person) if request.person else {}

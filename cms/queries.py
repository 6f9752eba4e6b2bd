"""Reading the site: what is found by a few words."""

from dataclasses import dataclass
from datetime import datetime

from wagtail.models import Page

from cms.models import ArticlePage, PlainPage
from common import search
from courses import queries as courses
from courses.models import ClassGroup, CoursePage, LessonPage, Subject

FOUND_AT_MOST = 30


@dataclass(frozen=True)
class Found:
    """Classes that can be registered for, and pages; `is_exact` if every word stands in them."""

    classes: list[ClassGroup]
    pages: list[Page]
    is_exact: bool = True

    @property
    def count(self) -> int:
        return len(self.classes) + len(self.pages)

    def __bool__(self):
        return self.count > 0


def found(query: str, *, now: datetime) -> Found:
    """What everybody may see that has to do with `query`, which may be anything at all.

    Pages in which every word stands; if there are none, those with any of the words.
    """
    words = search.cut(query)
    if not words:
        return Found([], [])
    classes = _classes(words, now)
    pages = _pages(words, operator="and")
    if classes or pages:
        return Found(classes, pages)
    return Found([], _pages(words, operator="or"), is_exact=False)


def _classes(words: str, now: datetime) -> list[ClassGroup]:
    """Classes that are called so, and those of a subject that is."""
    called = courses.catalogue(now=now, text=words)[:FOUND_AT_MOST]
    found = {group.pk: group for group in called}
    for subject in Subject:
        if search.is_in(words, str(subject.label)):
            found |= {group.pk: group for group in courses.catalogue(now=now, subject=subject)}
    return list(found.values())[:FOUND_AT_MOST]


def _pages(words: str, *, operator: str) -> list[Page]:
    public = Page.objects.live().public().type((ArticlePage, PlainPage, CoursePage, LessonPage))
    pages = public.specific().autocomplete(words, operator=operator)[:FOUND_AT_MOST]
    # The databases rank differently; on both, whoever is called so comes first.
    return sorted(pages, key=lambda page: not search.is_in(words, page.title))

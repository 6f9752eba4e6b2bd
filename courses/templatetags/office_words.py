"""What the registrar's lists say of a class, and where its other pages are."""

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.templatetags.ui import tag
from courses.models import ClassGroup

register = template.Library()


@register.simple_tag
def desk_url(name, *arguments):
    """The address of another page of the office; nothing for one that is not there."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("components/tag.html")
def state_tag(group: ClassGroup):
    """How a class that courses.lists.classes counted stands."""
    if group.cancelled_at:
        return tag(text=_("停开"), kind="no")
    if group.learners < group.min_to_open and timezone.localdate() < group.term.starts_on:
        words = _("还差 %(count)s 人") % {"count": group.min_to_open - group.learners}
        return tag(text=words, kind="needs")
    if group.seats_taken_all >= group.seats_all:
        return tag(text=_("满了"), kind="done")
    return tag(text=_("有空位"), kind="quiet")

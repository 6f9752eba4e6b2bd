"""{% desk_nav %}: where the registrar's office goes."""

from django import template

from common.templatetags.ui import staff_nav
from courses import office

register = template.Library()


@register.inclusion_tag("components/staff_nav.html", takes_context=True)
def desk_nav(context):
    """The pages of the office that this login may open, the present one marked."""
    user = context["request"].user
    return staff_nav(context, links=office.links(user), who=str(user))

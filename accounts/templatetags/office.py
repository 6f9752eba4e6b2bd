"""{% office_nav %}: where staff go in the office of people."""

from django import template

from accounts.roles.staff import office_links
from common.templatetags.ui import staff_nav

register = template.Library()


@register.inclusion_tag("components/staff_nav.html", takes_context=True)
def office_nav(context):
    """The pages of the office that this login may open, the present one marked."""
    user = context["request"].user
    return staff_nav(context, links=office_links(user), who=str(user))

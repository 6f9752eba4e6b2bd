"""The editors' pages, cut to what an editor does: texts, pictures, files, and a way back."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

# Reports and Wagtail's own help say nothing to an editor; settings are the administrator's.
EDITORS_MENU = {"explorer", "images", "documents", "back-to-school"}


@hooks.register("register_admin_menu_item")
def back_to_school():
    # The menu marks the item whose address the page's own begins with: "/" would always be.
    return MenuItem(_("回到网站"), "/#main", name="back-to-school", icon_name="home", order=9000)


@hooks.register("construct_main_menu")
def keep_the_editors_menu_short(request, menu_items):
    if not request.user.is_superuser:
        menu_items[:] = [item for item in menu_items if item.name in EDITORS_MENU]

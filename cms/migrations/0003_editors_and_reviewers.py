"""Who edits and who approves: Wagtail's two groups and its workflow, cut to the school's.

Editors write articles, courses and lessons and hand them in; reviewers publish them.
Neither sees users, groups or settings.
"""

from django.db import migrations

GROUPS = {
    "Editors": ("编辑", ["add_page", "change_page"]),
    "Moderators": (
        "审核",
        ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"],
    ),
}
WORKFLOW_NAME = "先审核，后发布"


def name_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    Page = apps.get_model("wagtailcore", "Page")
    PagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    # Articles and the catalogue with its courses and lessons; not the home page, not the
    # plain pages.
    sections = Page.objects.filter(
        content_type__model__in=["articleindexpage", "catalogueindexpage"]
    )
    for old_name, (name, codenames) in GROUPS.items():
        Group.objects.filter(name=old_name).update(name=name)
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
        PagePermission.objects.filter(group=group).delete()
        PagePermission.objects.bulk_create(
            PagePermission(
                group=group,
                page=section,
                permission=Permission.objects.get(
                    content_type__app_label="wagtailcore", codename=codename
                ),
            )
            for section in sections
            for codename in codenames
        )


def name_workflow(apps, schema_editor):
    for model in ("Workflow", "Task"):
        apps.get_model("wagtailcore", model).objects.filter(name="Moderators approval").update(
            name=WORKFLOW_NAME
        )


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_site_and_first_pages"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtaildocs", "0011_add_choose_permissions"),
        ("wagtailimages", "0023_add_choose_permissions"),
    ]

    operations = [
        migrations.RunPython(name_groups, migrations.RunPython.noop),
        migrations.RunPython(name_workflow, migrations.RunPython.noop),
    ]

"""Django's admin shows seats and waiting places to whoever runs the server; it changes none.

Terms, rounds, classes and seats have pages of their own (courses.views).
"""

from django.contrib import admin

from courses.models import Enrolment, WaitingEntry


class Shown(admin.ModelAdmin):
    """Rows that registration writes; nobody adds, changes or deletes them here."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Enrolment)
class EnrolmentAdmin(Shown):
    list_display = ("person", "class_group", "source", "seated_at", "withdrawn_at")
    list_filter = ("source", "class_group__term")
    list_select_related = ("person", "class_group")
    search_fields = ("person__name", "person__pinyin", "person__pinyin_initials")


@admin.register(WaitingEntry)
class WaitingEntryAdmin(Shown):
    list_display = ("person", "class_group", "number", "asked_at", "left_at")
    list_filter = ("class_group__term",)
    list_select_related = ("person", "class_group")
    search_fields = ("person__name", "person__pinyin", "person__pinyin_initials")

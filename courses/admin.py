"""Django's admin for terms, rounds, classes and their meetings: superusers only, for now.

Classes are written through courses.planning; seats are shown, never edited or deleted.
"""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.errors import DomainError
from courses import planning, registration
from courses.models import (
    ClassGroup,
    ClassSession,
    Enrolment,
    RegistrationRound,
    Term,
    WaitingEntry,
)

# domain rule: a term is 16 sessions of 90 minutes.
SESSIONS_OF_A_TERM = 16


class Shown(admin.ModelAdmin):
    """Rows that registration writes; nobody adds, changes or deletes them here."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False


class RoundInline(admin.TabularInline):
    model = RegistrationRound
    extra = 0


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ("name", "starts_on", "ends_on")
    inlines = (RoundInline,)


class SessionInline(admin.TabularInline):
    model = ClassSession
    fields = ("number", "title", "lesson", "starts_at", "ends_at")
    raw_id_fields = ("lesson",)
    extra = 0
    can_delete = False


class PlanForm(admin.helpers.ActionForm):
    """Asked beside the action: how many meetings, and on which dates there are none."""

    count = forms.IntegerField(
        label=gettext_lazy("一共几次课"),
        min_value=1,
        max_value=60,
        initial=SESSIONS_OF_A_TERM,
        required=False,
    )
    skip_dates = forms.CharField(
        label=gettext_lazy("停课的日子（例如 2026-10-01，用逗号隔开）"), required=False
    )


@admin.register(ClassGroup)
class ClassGroupAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "term", "teacher", "weekday", "seats_taken", "capacity")
    list_filter = ("term", "weekday", "mode")
    list_select_related = ("term", "teacher")
    search_fields = ("code", "name", "pinyin", "pinyin_initials", "teacher__name")
    autocomplete_fields = ("organisation", "teacher", "teaching_point")
    raw_id_fields = ("course",)
    inlines = (SessionInline,)
    action_form = PlanForm
    actions = ("plan_sessions", "fill_free_seats", "cancel")

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        planning.save_class(class_group=obj)

    @admin.action(description=gettext_lazy("排课：每周一次，排到这么多次"))
    def plan_sessions(self, request, classes):
        try:
            skip_dates = planning.dates_of(request.POST.get("skip_dates", ""))
            count = int(request.POST.get("count") or SESSIONS_OF_A_TERM)
        except (DomainError, ValueError) as error:
            self.message_user(request, str(error), "error")
            return
        added = sum(
            len(planning.plan_sessions(class_group=each, count=count, skip_dates=skip_dates))
            for each in classes
        )
        words = ngettext("排了 %(count)s 次课。", "排了 %(count)s 次课。", added)
        self.message_user(request, words % {"count": added})

    @admin.action(description=gettext_lazy("把空座位给候补的人"))
    def fill_free_seats(self, request, classes):
        given = sum(len(registration.fill_free_seats(each)) for each in classes)
        self.message_user(request, _("给出了 %(count)s 个座位。") % {"count": given})

    @admin.action(description=gettext_lazy("停开"))
    def cancel(self, request, classes):
        for each in classes:
            planning.cancel_class(class_group=each)
        self.message_user(request, _("停开了 %(count)s 个班。") % {"count": len(classes)})


@admin.register(Enrolment)
class EnrolmentAdmin(Shown):
    list_display = ("person", "class_group", "source", "seated_at", "withdrawn_at")
    list_filter = ("source", "class_group__term")
    list_select_related = ("person", "class_group")
    search_fields = ("person__name", "person__pinyin", "person__pinyin_initials")
    actions = ("withdraw",)

    @admin.action(description=gettext_lazy("退班"))
    def withdraw(self, request, enrolments):
        for enrolment in enrolments:
            registration.withdraw(enrolment=enrolment, by=request.user)
        self.message_user(request, _("退了 %(count)s 个座位。") % {"count": len(enrolments)})


@admin.register(WaitingEntry)
class WaitingEntryAdmin(Shown):
    list_display = ("person", "class_group", "number", "asked_at", "left_at")
    list_filter = ("class_group__term",)
    list_select_related = ("person", "class_group")
    search_fields = ("person__name", "person__pinyin", "person__pinyin_initials")

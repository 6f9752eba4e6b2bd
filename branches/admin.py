"""The office's back room: branches, memberships, offices, rules; the ledger only to read.

For superusers.  Dates of people change through branches.services alone.
"""

from django import forms
from django.contrib import admin, messages
from django.utils import timezone
from treebeard.admin import TreeAdmin
from treebeard.forms import movenodeform_factory

from branches import queries, services
from branches.hints import hints
from branches.models import (
    Branch,
    BranchMembership,
    BranchOffice,
    BranchRecord,
    HoursRule,
    StudyEntry,
)
from common.errors import DomainError


class ReadOnly:
    """To look at: nothing is added, changed or removed here."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class NeverDeleted:
    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Branch)
class BranchAdmin(NeverDeleted, TreeAdmin):
    # Ended and merged by the office's own pages, which look after members and study.
    form = movenodeform_factory(Branch, exclude=["ended_on", "merged_into"])
    list_display = ["name", "level", "kind", "organisation"]
    list_select_related = ["organisation"]
    list_filter = ["level", "kind"]
    search_fields = ["name"]

    def get_readonly_fields(self, request, obj=None):
        # Every membership keeps the kind its branch had when it began.
        return ["kind"] if obj and obj.memberships.exists() else []

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None and request.method == "GET":
            facts = queries.size_of(obj, on=timezone.localdate())
            for hint in hints(**facts):
                messages.info(request, hint)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class DatedForm(forms.ModelForm):
    """Beginning and ending go through a service; what it refuses stands in the form."""

    def _post_clean(self):
        # In place of Django's own check of the row, which the service makes and writes.
        if self.errors:
            return
        write = self.end if self.instance.pk else self.begin
        try:
            self.instance = write(**self.cleaned_data)
        except DomainError as error:
            self.add_error(None, str(error))

    def save(self, commit=True):
        return self.instance

    def save_m2m(self):
        pass


class MembershipForm(DatedForm):
    def begin(self, *, branch, person, starts_on):
        return services.join_branch(branch=branch, person=person, starts_on=starts_on)

    def end(self, *, ends_on):
        return services.leave_branch(membership=self.instance, ends_on=ends_on)


class OfficeForm(DatedForm):
    def begin(self, *, branch, person, office, starts_on):
        return services.appoint(branch=branch, person=person, office=office, starts_on=starts_on)

    def end(self, *, ends_on):
        return services.leave_office(office=self.instance, ends_on=ends_on)


class DatedAdmin(NeverDeleted, admin.ModelAdmin):
    """Rows that begin, and later end: nothing else about them changes."""

    begins_with = []
    list_select_related = ["branch", "person"]
    list_filter = [("branch", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["person__name", "person__pinyin", "person__pinyin_initials"]
    autocomplete_fields = ["branch", "person"]

    def get_fields(self, request, obj=None):
        return [*self.begins_with, "ends_on"] if obj else self.begins_with

    def get_readonly_fields(self, request, obj=None):
        return self.begins_with if obj else []

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "ends_on":
            field.required = True
        return field

    def save_model(self, request, obj, form, change):
        pass  # The form's service has written it.


@admin.register(BranchMembership)
class MembershipAdmin(DatedAdmin):
    form = MembershipForm
    begins_with = ["branch", "person", "starts_on"]
    list_display = ["person", "branch", "kind", "starts_on", "ends_on"]


@admin.register(BranchOffice)
class OfficeAdmin(DatedAdmin):
    form = OfficeForm
    begins_with = ["branch", "person", "office", "starts_on"]
    list_display = ["person", "branch", "office", "starts_on", "ends_on"]


@admin.register(HoursRule)
class HoursRuleAdmin(admin.ModelAdmin):
    """A rule that has counted something is history; a new version is a new row."""

    list_display = ["version", "organisation", "valid_from", "in_words"]
    list_select_related = ["organisation"]
    autocomplete_fields = ["organisation"]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not _has_counted(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not _has_counted(obj)


def _has_counted(rule):
    return rule is not None and rule.study_entries.exists()


@admin.register(StudyEntry)
class StudyEntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["studied_on", "person", "branch", "title", "mode", "minutes", "credit_hours"]
    list_select_related = ["person", "branch"]
    list_filter = ["mode", ("branch", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["person__name", "person__pinyin_initials", "title"]
    date_hierarchy = "studied_on"
    show_full_result_count = False


@admin.register(BranchRecord)
class BranchRecordAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["session", "branch", "chair", "recorder", "edited_at"]
    list_select_related = ["session__class_group", "branch", "chair", "recorder"]
    list_filter = [("branch", admin.RelatedOnlyFieldListFilter)]

"""Fields that the forms of the plan share."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from common.typed import number_of

REQUIRED = {"required": gettext_lazy("请填写这一项。")}


class TreeField(forms.ModelChoiceField):
    """An organisation, each set in by its depth in the tree."""

    def label_from_instance(self, organisation):
        return "\u3000" * (organisation.depth - 1) + organisation.name


def _check_number(field: forms.Field, value, code: str) -> None:
    """Django itself finds no number too large for the key of a page, or among several keys."""
    if isinstance(value, str) and value and number_of(value) is None:
        raise forms.ValidationError(field.error_messages[code], code, {"value": "", "pk": ""})


class CourseField(forms.ModelChoiceField):
    def to_python(self, value):
        _check_number(self, value, "invalid_choice")
        return super().to_python(value)


class ClassesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, group):
        return f"{group.code} {group.name}"

    def clean(self, value):
        for one in value or ():
            _check_number(self, one, "invalid_pk_value")
        return super().clean(value)


def offer(field: forms.ModelChoiceField, queryset: QuerySet, nothing: str) -> None:
    """Let `field` choose from `queryset`, or `nothing` in words."""
    field.queryset, field.empty_label = queryset, nothing


def day():
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment():
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def clock():
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

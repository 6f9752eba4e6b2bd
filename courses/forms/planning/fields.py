"""Fields that the forms of the plan share."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

REQUIRED = {"required": gettext_lazy("请填写这一项。")}


class TreeField(forms.ModelChoiceField):
    """An organisation, each set in by its depth in the tree."""

    def label_from_instance(self, organisation):
        return "\u3000" * (organisation.depth - 1) + organisation.name


def offer(field: forms.ModelChoiceField, queryset: QuerySet, nothing: str) -> None:
    """Let `field` choose from `queryset`, or `nothing` in words."""
    field.queryset, field.empty_label = queryset, nothing


def day():
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment():
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def clock():
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

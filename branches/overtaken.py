"""Somebody else was quicker: what they saved, beside what is typed in the form that came late."""

from django import forms
from django.utils.translation import gettext as _

from branches.errors import ActivityChanged, RecordChanged
from branches.snapshots import Change

SHOWN_AT_MOST = 30


def theirs(form: forms.Form, error: Exception) -> list[Change]:
    """Field by field where the page as it was saved (`before`) and what was typed (`after`)
    differ; nothing for another error. `form` has its fields filled from what was saved."""
    if not isinstance(error, RecordChanged | ActivityChanged):
        return []
    found = [
        Change(str(each.label), _in_words(each, each.initial), _in_words(each, each.data))
        for each in form
        if not each.is_hidden and each.name != "reason" and _differs(each)
    ]
    return found[:SHOWN_AT_MOST]


def _differs(bound) -> bool:
    return not bound.field.disabled and bound.field.has_changed(bound.initial, bound.data)


def _in_words(bound, value) -> str:
    field = bound.field
    value = field.prepare_value(value)
    if isinstance(field, forms.BooleanField):
        return _("打了勾") if field.to_python(value) else _("没有打勾")
    if isinstance(field, forms.ChoiceField):
        many = value if isinstance(value, list | tuple) else [value]
        chosen = {str(each) for each in many if each not in field.empty_values}
        names = [str(name) for key, name in field.choices if str(key) in chosen]
        return "、".join(names) or _("空着")
    return str(field.widget.format_value(value) or "").strip() or _("空着")

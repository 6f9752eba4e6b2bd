"""How somebody wants to be reminded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import ReminderChoice


class ReminderForm(forms.Form):
    by = forms.ChoiceField(
        label=_("上课前一天晚上"),
        choices=ReminderChoice.By,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(["required", "invalid_choice"], _("请选一个。")),
    )

"""What an auditor types to find lines."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.audit.reading import LogChoice
from accounts.models import AuditLine
from common.typed_days import DayField


class LogFilter(forms.Form):
    """Every field may be left out; one that is wrong says so and chooses nothing away."""

    q = forms.CharField(label=_("姓名"), max_length=40, required=False)
    action = forms.ChoiceField(
        label=_("事项"), choices=[("", _("全部")), *AuditLine.Action.choices], required=False
    )
    since = DayField(label=_("从哪天"), required=False)
    until = DayField(label=_("到哪天"), required=False)
    person = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def choice(self) -> LogChoice:
        self.is_valid()
        data = self.cleaned_data
        return LogChoice(
            words=data.get("q", "").strip(),
            action=data.get("action", ""),
            since=data.get("since"),
            until=data.get("until"),
            person=data.get("person"),
        )

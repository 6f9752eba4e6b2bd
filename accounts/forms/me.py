"""What people type about themselves."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries
from accounts.forms.fields import OrganisationField
from accounts.models import Organisation, Person


class NewFileForm(forms.Form):
    """The few facts of somebody who has no file yet."""

    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写姓名。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("性别"),
        choices=Person.Sex,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择性别。")},
    )
    year = forms.IntegerField(
        label=gettext_lazy("出生年份"),
        help_text=gettext_lazy("例如 1955"),
        error_messages={
            "required": gettext_lazy("请填写出生年份。"),
            "invalid": gettext_lazy("出生年份要写四位数字，例如 1955。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "bday-year"}),
    )
    month = forms.IntegerField(
        label=gettext_lazy("月"),
        min_value=1,
        max_value=12,
        error_messages={
            "required": gettext_lazy("请填写月份。"),
            "invalid": gettext_lazy("月份是 1 到 12 的数字。"),
            "min_value": gettext_lazy("月份是 1 到 12 的数字。"),
            "max_value": gettext_lazy("月份是 1 到 12 的数字。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "bday-month"}),
    )
    day = forms.IntegerField(
        label=gettext_lazy("日"),
        min_value=1,
        max_value=31,
        error_messages={
            "required": gettext_lazy("请填写日子。"),
            "invalid": gettext_lazy("日子是 1 到 31 的数字。"),
            "min_value": gettext_lazy("日子是 1 到 31 的数字。"),
            "max_value": gettext_lazy("日子是 1 到 31 的数字。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "bday-day"}),
    )
    organisation = OrganisationField(
        label=gettext_lazy("所在地区或单位"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages={"required": gettext_lazy("请选择所在地区或单位。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = queries.organisations_open()

    def clean(self):
        data = super().clean()
        if {"year", "month", "day"} <= data.keys():
            data["born_on"] = self._born_on(data["year"], data["month"], data["day"])
        return data

    def _born_on(self, year, month, day):
        today = timezone.localdate()
        if not today.year - 120 <= year <= today.year:
            self.add_error("year", _("请检查出生年份，例如 1955。"))
            return None
        try:
            born_on = date(year, month, day)
        except ValueError:
            self.add_error("day", _("%(month)s 月没有这一天，请检查。") % {"month": month})
            return None
        if born_on > today:
            self.add_error("year", _("出生日期还没有到，请检查。"))
            return None
        return born_on

"""What people type about themselves."""

import unicodedata
from datetime import date

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePhoneForm,
    ConfirmLoginCodeForm,
    RequestLoginCodeForm,
    VerifyPhoneForm,
)
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services, sms
from accounts.errors import TooManyCodes
from accounts.models import Organisation, Person


class PhoneForm(RequestLoginCodeForm):
    """The first step of logging in: where should the code go?

    A number nobody has used yet gets a login here, so that known and unknown numbers are
    answered alike and a newcomer needs no other page.
    """

    def clean_phone(self):
        try:
            sent = services.begin_login(phone=self.cleaned_data["phone"])
        except TooManyCodes as error:
            raise ValidationError(str(error)) from error
        setattr(context.request, sms.RESERVED, sent)
        return super().clean_phone()


class CodeForm(ConfirmLoginCodeForm):
    """The second step: the six digits, five tries for each code however they come."""

    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=20,
        error_messages={"required": gettext_lazy("请填写短信里的 6 个数字。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self):
        # Full-width digits are what some Chinese keyboards give.
        self.cleaned_data["code"] = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        if not sms.take_try(sent=context.request.session.get(sms.SENT_CODE)):
            raise get_adapter().validation_error("incorrect_code")
        return super().clean_code()


class NewPhoneForm(ChangePhoneForm):
    """Another number for one's login: where should the code go?"""

    def clean_phone(self):
        phone = super().clean_phone()
        try:
            sent = sms.reserve_code(user=self.user, phone=phone)
        except TooManyCodes as error:
            raise ValidationError(str(error)) from error
        setattr(context.request, sms.RESERVED, sent)
        return phone


class NewPhoneCodeForm(CodeForm, VerifyPhoneForm):
    """The six digits that prove a new number, with the same tries."""


class OrganisationField(forms.ModelChoiceField):
    """An organisation, each set in by its depth in the tree."""

    def label_from_instance(self, organisation):
        return "\u3000" * (organisation.depth - 1) + organisation.name


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
        self.fields["organisation"].queryset = Organisation.objects.all()

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

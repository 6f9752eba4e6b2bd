"""Telephone numbers as people type them."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOBILE = re.compile(r"1[3-9]\d{9}")


def clean(typed: str) -> str:
    """The eleven digits of a mobile number, however it was typed.

    Takes full-width digits, spaces, dashes and +86. Raises ValidationError in words that
    say what to do next.
    """
    digits = re.sub(r"[\s\-()\u2010-\u2015]", "", unicodedata.normalize("NFKC", typed))
    digits = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", digits)
    if not digits.isascii() or not digits.isdigit():
        raise ValidationError(_("手机号只能是数字，请检查。"))
    if len(digits) < 11:
        short = 11 - len(digits)
        raise ValidationError(_("手机号少了 %(short)s 位，请检查。") % {"short": short})
    if len(digits) > 11:
        extra = len(digits) - 11
        raise ValidationError(_("手机号多了 %(extra)s 位，请检查。") % {"extra": extra})
    if not MOBILE.fullmatch(digits):
        raise ValidationError(_("这不像手机号，请检查前几位。"))
    return digits


class PhoneField(forms.CharField):
    """A mobile number; its value is eleven digits."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})

    def __init__(self, **kwargs):
        kwargs.setdefault("label", gettext_lazy("手机号"))
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("error_messages", {"required": gettext_lazy("请填写手机号。")})
        super().__init__(**kwargs)

    def clean(self, value):
        value = super().clean(value)
        return clean(value) if value else value

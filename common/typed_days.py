"""Dates as people type them."""

import re
import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SEPARATED = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")


def parse(typed: str) -> date:
    """2026-11-22, 2026.11.22, 2026/11/22, 20261122 or 2026年11月22日, full-width as well.

    Raises ValidationError in words that say what to do next.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    found = SEPARATED.fullmatch(text) or TOGETHER.fullmatch(text)
    if not found:
        raise ValidationError(_("请写成 2026-11-22 这样。"))
    year, month, day = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValidationError(_("没有这一天，请检查。")) from error


class DayField(forms.Field):
    """A day, typed in any of the usual ways; shown again as 2026-11-22."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value):
        if value in self.empty_values:
            return None
        return value if isinstance(value, date) else parse(value)

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, date) else value

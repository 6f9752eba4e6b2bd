"""A name and a birth date as people type them, for every form in which a file is opened."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roster import births, checks, names


class NameField(forms.CharField):
    """A person's name, without spaces between Chinese signs."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", gettext_lazy("姓名"))
        # Room for what cleaning takes out; how long a name may be, cleaning says.
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("error_messages", {"required": gettext_lazy("请填写姓名。")})
        super().__init__(**kwargs)
        self.doubts = ()

    def clean(self, value):
        answer = names.clean(super().clean(value), column="name")
        if answer.others:
            raise ValidationError(_("姓名里不要写括号，别的话请写在说明里。"))
        self.doubts = [problem.message for problem in answer.problems]
        if not answer.value:
            raise ValidationError(self.doubts or self.error_messages["required"])
        return answer.value


class BirthField(forms.CharField):
    """A birth date as people write it; its value is (day, whether the day is known)."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", gettext_lazy("出生日期"))
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("help_text", gettext_lazy("例如 1955-3-8；只知道年月就写 1955-3"))
        kwargs.setdefault("error_messages", {"required": gettext_lazy("请填写出生日期。")})
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        if not isinstance(value, tuple):
            return value
        day, is_known = value
        return day.isoformat() if is_known else f"{day:%Y-%m}"

    def clean(self, value):
        answer = births.clean(super().clean(value))
        if answer.problems or answer.value[0] is None:
            raise ValidationError([problem.message for problem in answer.problems])
        born_on, is_known = answer.value
        today = timezone.localdate()
        age = today.year - born_on.year
        if born_on > today or age not in checks.AGES:
            raise ValidationError(_("请检查出生年份，例如 1955。"))
        return born_on, is_known

"""What is typed about study at home: an order card, who brings it, a return slip."""

import re
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from branches.home_study import codes
from branches.models import StudyOrder

# Beyond this many the number on the card finds the rest.
SHOWN = 24

NOT_A_DAY = gettext_lazy("请写成 2026-3-1 这样。")


def day_field(label, *, required=False):
    return forms.DateField(
        label=label,
        required=required,
        error_messages={"required": gettext_lazy("请填写日期。"), "invalid": NOT_A_DAY},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class OrderForm(forms.Form):
    """What somebody wants to read; `shown` is what can be ticked, as (key, title)."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    pages = forms.TypedMultipleChoiceField(
        label=gettext_lazy("想读什么"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("有一篇已经撤下来了，请重新选。")},
    )
    numbers = forms.CharField(
        label=gettext_lazy("点单卡上的编号"),
        help_text=gettext_lazy("上面没有列出的，写编号，几个编号用逗号隔开"),
        max_length=100,
        required=False,
    )
    wants = forms.CharField(
        label=gettext_lazy("还想学什么"),
        help_text=gettext_lazy("可以不填，例如：想听听京剧"),
        max_length=200,
        required=False,
    )
    letters = forms.ChoiceField(
        label=gettext_lazy("字要多大"),
        choices=StudyOrder.Letters.choices,
        widget=forms.RadioSelect,
    )
    with_sound = forms.BooleanField(label=gettext_lazy("有声音的，声音也要"), required=False)
    street = forms.CharField(
        label=gettext_lazy("送到哪个街道、小区"),
        help_text=gettext_lazy("例如：文化路幸福小区"),
        max_length=60,
        error_messages={"required": gettext_lazy("请写街道或小区，好安排人送。")},
    )
    address = forms.CharField(
        label=gettext_lazy("门牌"),
        help_text=gettext_lazy("例如：3 号楼 2 单元 401"),
        max_length=100,
        required=False,
    )

    def __init__(self, *args, shown, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["pages"].choices = shown

    def clean_numbers(self) -> list[int]:
        typed = re.split(r"[\s,，、;；]+", self.cleaned_data["numbers"].strip())
        typed = [word for word in typed if word]
        if wrong := [word for word in typed if not (word.isdecimal() and len(word) < 9)]:
            raise forms.ValidationError(
                _("“%(word)s”不是编号，编号只有数字。") % {"word": wrong[0]}
            )
        return [int(word) for word in typed]

    def written(self) -> dict:
        """What branches.home_study.orders asks for."""
        facts = dict(self.cleaned_data)
        facts["pages"] = [*facts["pages"], *facts.pop("numbers")]
        return facts


class StaffOrderForm(OrderForm):
    way = forms.ChoiceField(
        label=gettext_lazy("怎样点的"),
        choices=[choice for choice in StudyOrder.Way.choices if choice[0] != StudyOrder.Way.PAGE],
        widget=forms.RadioSelect,
        initial=StudyOrder.Way.PAPER,
    )
    field_order = ["key", "way"]


def initial_of(person: Person, last: StudyOrder | None) -> dict:
    """A new order: where the last one went, or where the file says that somebody lives."""
    return {
        "key": uuid4(),
        "letters": last.letters if last else StudyOrder.Letters.LARGE,
        "with_sound": bool(last and last.with_sound),
        "street": last.street if last else person.residence[:60],
        "address": last.address if last else "",
    }


class SendForm(forms.Form):
    """Who brings the chosen packs, and when."""

    visitor = forms.CharField(
        label=gettext_lazy("谁去送"),
        help_text=gettext_lazy("写姓名；同名的，后面加手机号后四位"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "names", "autocomplete": "off"}),
    )
    planned_on = day_field(gettext_lazy("哪天送"))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_visitor(self) -> Person | None:
        words = self.cleaned_data["visitor"].split()
        if not words:
            return None
        tail = words.pop() if len(words) > 1 and words[-1].isdecimal() else ""
        found = self.people.filter(name="".join(words))
        if tail:
            found = found.filter(phone_tail=tail)
        found = list(found[:2])
        if not found:
            raise forms.ValidationError(
                _("没有找到这个人。能派的是本支部的成员和工作人员，请写全名。")
            )
        if len(found) > 1:
            raise forms.ValidationError(_("有几个人叫这个名字，请在后面写手机号后四位。"))
        return found[0]


class HandForm(forms.Form):
    handed_on = day_field(gettext_lazy("哪天送到的"))
    note = forms.CharField(
        label=gettext_lazy("送的情况"),
        help_text=gettext_lazy("没送到的，写为什么，例如：家里没人"),
        max_length=100,
        required=False,
    )


class CodeForm(forms.Form):
    """The short number of a slip, as it is printed."""

    code = forms.CharField(
        label=gettext_lazy("回执号"),
        help_text=gettext_lazy("八位数字，印在回执下面"),
        max_length=20,
        error_messages={"required": gettext_lazy("请写回执号。")},
    )

    def clean_code(self) -> str:
        if code := codes.read(self.cleaned_data["code"]):
            return code
        raise forms.ValidationError(_("回执号是八位数字，有一位不对，请对着回执再看一遍。"))


class SlipForm(forms.Form):
    studied_on = day_field(gettext_lazy("学完日期"), required=True)
    minutes = forms.IntegerField(
        label=gettext_lazy("一共学了几分钟"),
        help_text=gettext_lazy("照回执上写的填；没写的，问一问本人"),
        min_value=1,
        error_messages={
            "required": gettext_lazy("请写学了几分钟。"),
            "invalid": gettext_lazy("请写整数，例如 60。"),
            "min_value": gettext_lazy("至少写 1 分钟。"),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("想说的话"),
        help_text=gettext_lazy("回执上写了什么，可以抄在这里"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CorrectSlipForm(SlipForm):
    reason = forms.CharField(
        label=gettext_lazy("为什么改"),
        max_length=100,
        error_messages={"required": gettext_lazy("请写为什么改。")},
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么"),
        max_length=100,
        error_messages={"required": gettext_lazy("请写为什么。")},
    )

"""What people type about their rights, and what staff type when they decide."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Notice, RightsRequest
from accounts.phones import PhoneField
from accounts.rights.asking import Choice
from common.typed_days import DayField

_PAPER_MISSING = {"required": gettext_lazy("请写明签字的纸放在哪里，或它的编号。")}
_DAY_MISSING = {"required": gettext_lazy("请填写日期，例如 1944-5-6。")}


class WordsForm(forms.Form):
    """A request in the person's own words."""

    words = forms.CharField(
        label=gettext_lazy("想说明的话"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CorrectionForm(WordsForm):
    """What is wrong and what it should be."""

    words = forms.CharField(
        label=gettext_lazy("哪里不对，应该是什么"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("请写明哪里不对，应该是什么。")},
    )


class RelativeForm(forms.Form):
    """Of whom a relative asks, and as whose what."""

    name = forms.CharField(
        label=gettext_lazy("逝者的姓名"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写逝者的姓名。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    born_on = DayField(label=gettext_lazy("逝者的出生日期"), error_messages=_DAY_MISSING)
    relation = forms.CharField(
        label=gettext_lazy("您是逝者的"),
        max_length=20,
        error_messages={"required": gettext_lazy("请填写您和逝者的关系。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    words = forms.CharField(
        label=gettext_lazy("为什么要看，怎样联系您"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写几句，教务好和您核对。")},
    )

    def clean_name(self):
        return self.cleaned_data["name"].strip()


# Staff


class RequestFilter(forms.Form):
    """Every field may be left out; one that is wrong chooses nothing away."""

    q = forms.CharField(label=gettext_lazy("姓名"), max_length=40, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("事项"),
        choices=[("", gettext_lazy("全部")), *RightsRequest.Kind.choices],
        required=False,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=[*RightsRequest.State.choices, ("all", gettext_lazy("全部"))],
        required=False,
    )

    def choice(self) -> Choice:
        self.is_valid()
        data = self.cleaned_data
        state = data.get("state") or RightsRequest.State.OPEN
        return Choice(
            state="" if state == "all" else state,
            kind=data.get("kind", ""),
            words=data.get("q", "").strip(),
        )


class DecisionForm(forms.Form):
    """Yes or no, and an answer that the person reads."""

    answer = forms.CharField(
        label=gettext_lazy("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写一句答复，本人看得到。")},
    )
    decision = forms.ChoiceField(choices=[("grant", ""), ("refuse", "")])
    until = DayField(label=gettext_lazy("开放到哪一天"), required=False)
    sure = forms.BooleanField(label=gettext_lazy("已经核对过本人的意思"), required=False)

    def __init__(self, *args, needs_sure=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.needs_sure = needs_sure

    def clean(self):
        data = super().clean()
        if self.needs_sure and data.get("decision") == "grant" and not data.get("sure"):
            self.add_error("sure", _("注销以后找不回来。请先和本人核对，再打勾。"))
        return data


class PaperForm(forms.Form):
    """Where the signed paper lies."""

    paper = forms.CharField(
        label=gettext_lazy("签字的纸：编号或放在哪里"),
        max_length=100,
        error_messages=_PAPER_MISSING,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ConsentPaperForm(PaperForm):
    """A consent that somebody signed on paper, or took back."""

    kind = forms.ChoiceField(
        label=gettext_lazy("哪一份告知书"), choices=Notice.Kind, widget=forms.RadioSelect
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("纸上写的是"),
        choices=[("give", gettext_lazy("同意")), ("withdraw", gettext_lazy("撤回同意"))],
        widget=forms.RadioSelect,
    )


class PaperRequestForm(PaperForm):
    """A correction or an erasure asked for on paper."""

    kind = forms.ChoiceField(
        label=gettext_lazy("要办什么"),
        choices=[
            (kind, kind.label)
            for kind in (RightsRequest.Kind.CORRECTION, RightsRequest.Kind.ERASURE)
        ],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("纸上的说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PaperRelativeForm(PaperForm):
    """A relative who asks on paper to read the file of somebody who died."""

    relation = forms.CharField(
        label=gettext_lazy("家属是逝者的"),
        max_length=20,
        error_messages={"required": gettext_lazy("请填写和逝者的关系。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = PhoneField(
        label=gettext_lazy("家属的手机号"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label=gettext_lazy("纸上的说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DeathForm(forms.Form):
    """On which day somebody died, and that it is really this person."""

    deceased_on = DayField(label=gettext_lazy("去世日期"), error_messages=_DAY_MISSING)
    sure = forms.BooleanField(
        label=gettext_lazy("已经核对过证明，确实是这位学员"),
        error_messages={"required": gettext_lazy("请先核对，再打勾。")},
    )

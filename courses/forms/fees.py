"""What the desk types about money."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from common.typed import near_day
from courses.forms.lists import ALL, Filter
from courses.models import ClassGroup, FeeLine, Term

Method = FeeLine.Method

_AMOUNT = {
    "required": _("请填写金额。"),
    "invalid": _("金额只写数字，例如 180 或 180.50。"),
    "max_decimal_places": _("金额最多写到分。"),
    "max_digits": _("金额太大了，请检查。"),
    "max_whole_digits": _("金额太大了，请检查。"),
}


class AmountField(forms.DecimalField):
    """Yuan, and fen at most."""

    def __init__(self, **kwargs):
        super().__init__(
            label=kwargs.pop("label", _("金额（元）")),
            max_digits=8,
            decimal_places=2,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages=_AMOUNT,
            **kwargs,
        )


class MoneyForm(forms.Form):
    """The amount, and what the page knew: two clicks and an old page write nothing twice."""

    amount = AmountField()
    expected = forms.DecimalField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def facts(self) -> dict:
        return self.cleaned_data


class PayForm(MoneyForm):
    """The method is the button that was pressed."""

    method = forms.ChoiceField(
        label=_("怎样收"),
        choices=Method,
        error_messages={"required": _("请按一种收款方式。")},
    )
    prefix = "pay"


class WaiveForm(MoneyForm):
    reason = forms.CharField(
        label=_("为什么减免"),
        max_length=200,
        error_messages={"required": _("请写一句为什么减免，以后查得到。")},
    )
    prefix = "waive"


class RefundForm(MoneyForm):
    method = forms.ChoiceField(
        label=_("怎样退"),
        choices=Method,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选怎样退：现金、转账还是扫码。")},
    )
    reason = forms.CharField(
        label=_("为什么退费"),
        max_length=200,
        error_messages={"required": _("请写一句为什么退费，以后查得到。")},
    )
    prefix = "refund"


class KeepForm(forms.Form):
    """Why the money of a seat that was given up stays with the school."""

    expected = forms.DecimalField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("为什么不退"),
        help_text=_("例如：开学一个月以后退班，按学校规定"),
        max_length=200,
        error_messages={"required": _("请写一句为什么不退，以后查得到。")},
    )
    prefix = "keep"

    def facts(self) -> dict:
        return self.cleaned_data


class CashFilter(Filter):
    """Which receipts to report."""

    first = forms.DateField(
        label=_("从哪天"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[near_day],
    )
    last = forms.DateField(
        label=_("到哪天"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[near_day],
    )
    method = forms.ChoiceField(label=_("方式"), choices=[ALL, *Method.choices], required=False)
    kind = forms.ChoiceField(
        label=_("收还是退"),
        choices=[ALL, ("paid", _("收款")), ("refunded", _("退款"))],
        required=False,
    )
    cashier = forms.ModelChoiceField(
        label=_("经手人"), queryset=User.objects.none(), empty_label=_("全部"), required=False
    )
    organisation = forms.ModelChoiceField(
        label=_("哪个单位的收据"),
        queryset=Organisation.objects.none(),
        empty_label=_("全部"),
        required=False,
    )

    def __init__(self, data, *, cashiers: QuerySet[User], organisations: QuerySet[Organisation]):
        super().__init__(data)
        self.fields["cashier"].queryset = cashiers
        self.fields["organisation"].queryset = organisations
        if len(organisations) < 2:
            del self.fields["organisation"]
        self.is_valid()


class OpenFeesFilter(Filter):
    """Which seats with unsettled money to list."""

    state = forms.ChoiceField(
        label=_("哪一种"),
        choices=[
            ("owed", _("学费没交齐")),
            ("back", _("要退的")),
            ("gone", _("退了班，要定退不退")),
        ],
        required=False,
    )
    q = forms.CharField(
        label=_("找人"), help_text=_("姓名、拼音、手机末四位"), max_length=60, required=False
    )
    term = forms.ModelChoiceField(
        label=_("学期"), queryset=Term.objects.none(), empty_label=_("全部"), required=False
    )
    class_group = forms.ModelChoiceField(
        label=_("班"), queryset=ClassGroup.objects.none(), empty_label=_("全部"), required=False
    )

    def __init__(self, data, *, terms: QuerySet[Term], classes: QuerySet[ClassGroup]):
        super().__init__(data)
        self.fields["term"].queryset = terms
        self.fields["class_group"].queryset = classes
        self.is_valid()

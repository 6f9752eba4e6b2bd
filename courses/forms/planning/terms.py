"""Terms and their rounds."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.typed import near_day
from courses.forms.planning.fields import REQUIRED, ClassesField, TreeField, day, moment, offer
from courses.models import RegistrationRound, Term
from courses.planning import scope, terms


class TermForm(forms.ModelForm):
    """A term and what holds for all its classes."""

    class Meta:
        model = Term
        fields = (
            "organisation",
            "name",
            "starts_on",
            "ends_on",
            "present_from_percent",
            "offer_hours",
            "transfer_days",
        )
        field_classes = {"organisation": TreeField}
        widgets = {"starts_on": day(), "ends_on": day()}
        help_texts = {
            "organisation": gettext_lazy("学期的班可以开在它和它的下级"),
            "name": gettext_lazy("例如：2027年春季学期"),
            "offer_hours": gettext_lazy("最少 48 小时"),
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self.fields["organisation"], scope.open_organisations(user), _("请选择"))
        for name in ("starts_on", "ends_on"):
            self.fields[name].validators.append(near_day)


class CopyForm(forms.Form):
    """What is new in a copied term."""

    name = forms.CharField(
        label=gettext_lazy("新学期的名称"), max_length=40, error_messages=REQUIRED
    )
    starts_on = forms.DateField(
        label=gettext_lazy("新学期的开始日期"),
        help_text=gettext_lazy("别的日子都跟着移同样的天数"),
        widget=day(),
        validators=[near_day],
        error_messages=REQUIRED,
    )
    suffix = forms.CharField(
        label=gettext_lazy("新班号的后缀"),
        help_text=gettext_lazy("可以不填，按开始日期定：27C 是 2027 年春季，27Q 是秋季"),
        max_length=4,
        required=False,
    )

    def __init__(self, data=None, *, source: Term):
        # 26 weeks on, on the same weekday: what comes nearest to the next term.
        super().__init__(data, initial={"starts_on": source.starts_on + timedelta(weeks=26)})

    def clean(self):
        # Of the day that was written in the end: the first one proposed is often changed.
        if "starts_on" in self.cleaned_data and not self.cleaned_data.get("suffix"):
            self.cleaned_data["suffix"] = terms.proposed_suffix(self.cleaned_data["starts_on"])
        return self.cleaned_data


class RoundForm(forms.ModelForm):
    """Who may ask for which seats, when, and how many."""

    class Meta:
        model = RegistrationRound
        fields = (
            "name",
            "method",
            "who",
            "organisation",
            "opens_at",
            "closes_at",
            "max_classes",
            "max_wishes",
            "classes",
        )
        field_classes = {"organisation": TreeField, "classes": ClassesField}
        widgets = {
            "method": forms.RadioSelect,
            "who": forms.RadioSelect,
            "opens_at": moment(),
            "closes_at": moment(),
            "classes": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "name": gettext_lazy("例如：老学员优先报名"),
            "organisation": gettext_lazy("上面选“本单位的人”才要填"),
            "classes": gettext_lazy("一个也不勾，就是这个学期的所有班"),
            "max_wishes": gettext_lazy("抽签的批次才用"),
        }
        error_messages = {
            "name": REQUIRED,
            "opens_at": {"required": gettext_lazy("请选开始报名的时间。")},
            "closes_at": {"required": gettext_lazy("请选截止报名的时间。")},
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        term = self.instance.term
        offer(self.fields["organisation"], scope.open_organisations(user), _("没有选"))
        for name in ("opens_at", "closes_at"):
            self.fields[name].validators.append(near_day)
        self.fields["classes"].queryset = term.class_groups.filter(cancelled_at=None)

    def clean(self):
        data = super().clean()
        if data.get("who") == RegistrationRound.Who.ORGANISATION and not data.get("organisation"):
            self.add_error("organisation", _("请选是哪个单位的人。"))
        return data

    def _save_m2m(self):
        """terms.save_round writes the classes with the round."""

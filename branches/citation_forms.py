"""What a secretary types about stars and points, a member about what they would teach, and an
office about what is used at all."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from branches.models import BranchActivity
from branches.models.talents import SUITS_AT_MOST, TEACHES_AT_MOST
from branches.office_forms import day_field
from branches.people_fields import offer

WHO = {"required": _("请选一位同志。"), "invalid_choice": _("请选一位同志。")}


class MemberForm(forms.Form):
    person = forms.ModelChoiceField(
        label=_("谁"),
        queryset=Person.objects.none(),
        empty_label=_("请选"),
        error_messages=WHO,
    )

    def __init__(self, *args, people, meetings, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, people, "person")
        if "activity" in self.fields:
            self.fields["activity"].queryset = meetings


class StarForm(MemberForm):
    """What a meeting decided."""

    amount = forms.TypedChoiceField(
        label=_("几星"), coerce=int, choices=[("", _("请选")), *((n, str(n)) for n in range(1, 6))]
    )
    year = forms.IntegerField(label=_("哪一年的"), min_value=2000, max_value=2199)
    activity = forms.ModelChoiceField(
        label=_("哪次会定的"),
        help_text=_("到会已经写好的党员大会、组织生活会"),
        queryset=BranchActivity.objects.none(),
        empty_label=_("不在里面，写在下面"),
        required=False,
    )
    words = forms.CharField(
        label=_("别的会"),
        help_text=_("不在上面的，写明日期和什么会，例如：2025年12月20日组织生活会"),
        max_length=200,
        required=False,
    )

    def clean_year(self):
        year = self.cleaned_data["year"]
        if year > timezone.localdate().year:
            raise forms.ValidationError(_("年份不能晚于今年。"))
        return year


class PointsForm(MemberForm):
    """So many points, for what, on which day."""

    amount = forms.IntegerField(label=_("几分"), min_value=1, max_value=100)
    words = forms.CharField(
        label=_("为什么"),
        help_text=_("例如：帮邻居报名"),
        max_length=200,
        error_messages={"required": _("请写明为什么。")},
    )
    happened_on = day_field(_("哪天"))


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么撤回"),
        help_text=_("写一句话。原来的一行不会消失，旁边注明撤回和原因。"),
        max_length=200,
        error_messages={"required": _("请写明为什么撤回。")},
    )


class TalentForm(forms.Form):
    teaches = forms.CharField(
        label=_("愿意教什么"),
        help_text=_("例如：二胡入门、手机拍照"),
        max_length=TEACHES_AT_MOST,
        error_messages={"required": _("请写愿意教什么。")},
    )
    suits = forms.CharField(
        label=_("什么时候、在哪里方便"),
        help_text=_("可以不写。例如：星期三下午，社区活动室"),
        max_length=SUITS_AT_MOST,
        required=False,
    )


class ExtrasForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label=_("哪个机构"),
        queryset=Organisation.objects.none(),
        help_text=_("它和它下面的都照这个，除非下面另外定了"),
        empty_label=_("请选"),
        error_messages={"required": _("请选机构。")},
    )
    stars = forms.BooleanField(label=_("用星级评定"), required=False)
    points = forms.BooleanField(label=_("用积分"), required=False)
    volunteering = forms.BooleanField(label=_("用志愿服务时间的名单"), required=False)
    talents = forms.BooleanField(label=_("用“我愿意教”的卡"), required=False)

    def __init__(self, *args, organisations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations

"""What an office types about branches, their members and offices, and rules of 学时."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.files.fields import BirthField, NameField
from accounts.models import Organisation, Person
from branches.models import Branch, BranchOffice, HoursRule, StudyTarget
from branches.people_fields import offer
from common.typed import day_of_a_life, near_day
from courses.models import ClassGroup, Subject

DAY = {"required": gettext_lazy("请填写日期。"), "invalid": gettext_lazy("请写成 2026-3-1 这样。")}


def day_field(label, hint="", *, check=near_day):
    return forms.DateField(
        label=label,
        help_text=hint,
        validators=[check],
        error_messages=DAY,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class NoteMixin(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("依据或说明"),
        help_text=gettext_lazy("可以不填，例如：依据哪个文件"),
        max_length=200,
        required=False,
    )


class ChangeBranchForm(NoteMixin):
    """A branch's name and what it is."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=100,
        error_messages={"required": gettext_lazy("请填写名称。")},
    )
    level = forms.ChoiceField(label=gettext_lazy("级别"), choices=Branch.Level.choices)
    organisation = forms.CharField(
        label=gettext_lazy("所属单位"),
        help_text=gettext_lazy("单位、社区或者大学的全名或代码"),
        max_length=100,
        error_messages={"required": gettext_lazy("请填写所属单位。")},
    )
    class_group = forms.CharField(
        label=gettext_lazy("所在的班"),
        help_text=gettext_lazy("设在老年大学班上的，写班的编号；没有就空着"),
        max_length=50,
        required=False,
    )
    term_years = forms.IntegerField(
        label=gettext_lazy("任期（年）"),
        min_value=1,
        max_value=10,
        error_messages={"invalid": gettext_lazy("请写 1 到 10 的整数。")},
    )
    field_order = ["name", "level", "kind", "organisation", "class_group", "term_years"]

    def __init__(self, *args, organisations, steers=True, **kwargs):
        self.organisations = organisations
        super().__init__(*args, **kwargs)
        # What a branch is and whose it is, those above it say.
        for name in () if steers else ("level", "organisation"):
            self.fields[name].disabled = True
            self.fields[name].help_text = _("要改请上级来改")

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean_organisation(self) -> Organisation:
        words = self.cleaned_data["organisation"].strip()
        offered = self.organisations
        found = list(offered.filter(name=words)[:2]) or list(offered.filter(code=words)[:2])
        if not found:
            raise forms.ValidationError(_("没有找到这个单位，请写全名或者代码。"))
        if len(found) > 1:
            raise forms.ValidationError(_("有几个单位叫这个名字，请写代码。"))
        return found[0]

    def clean_class_group(self) -> ClassGroup | None:
        code = self.cleaned_data["class_group"].strip()
        if not code:
            return None
        group = ClassGroup.objects.filter(code=code).order_by("-pk").first()
        if group is None:
            raise forms.ValidationError(_("没有找到这个班，请看一看编号。"))
        return group


class FoundBranchForm(ChangeBranchForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=Branch.Kind.choices,
        help_text=gettext_lazy("功能型和临时的，学习记在各人组织关系所在的支部"),
    )
    founded_on = day_field(gettext_lazy("成立日期"), check=day_of_a_life)
    field_order = [*ChangeBranchForm.field_order, "founded_on", "note"]


class OtherBranchForm(NoteMixin):
    """Another branch, and from which day on."""

    other = forms.ChoiceField(label=gettext_lazy("党组织"))
    on = day_field(gettext_lazy("从哪天起"))
    field_order = ["other", "on", "note"]

    def __init__(self, *args, offered, top="", **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = {str(branch.pk): branch for branch in offered}
        choices = [("", _("请选")), *((pk, branch.name) for pk, branch in self.offered.items())]
        if top:
            choices.append(("top", top))
        self.fields["other"].choices = choices
        self.fields["other"].error_messages["required"] = _("请选一个党组织。")

    def clean_other(self) -> Branch | None:
        return self.offered.get(self.cleaned_data["other"])


class EndForm(NoteMixin):
    ends_on = day_field(
        gettext_lazy("从哪天起不再有"),
        gettext_lazy("这一天不算；前一天是最后一天"),
        check=day_of_a_life,
    )
    field_order = ["ends_on", "note"]


class DayForm(forms.Form):
    ends_on = day_field(
        gettext_lazy("从哪天起不算"),
        gettext_lazy("这一天不算；前一天是最后一天"),
        check=day_of_a_life,
    )


class FoundPersonForm(forms.Form):
    """Somebody is found by what only those know who know them: no list is given away."""

    name = NameField()
    born_on = BirthField()

    def clean(self):
        facts = super().clean()
        if "name" not in facts or "born_on" not in facts:
            return facts
        born_on, is_known = facts["born_on"]
        found = Person.objects.kept().filter(name=facts["name"], frozen_at=None, erased_at=None)
        if is_known:
            found = found.filter(born_on=born_on)
        else:
            found = found.filter(born_on__year=born_on.year, born_on__month=born_on.month)
        people = list(found[:2])
        if not people:
            self.add_error(
                "born_on", _("没有找到这位同志的档案，请核对姓名和出生日期，或者先请教务建档。")
            )
        elif len(people) > 1:
            self.add_error("born_on", _("有两份这样的档案，请写全年月日，或者请教务先并档。"))
        else:
            facts["person"] = people[0]
        return facts


class TakeInForm(FoundPersonForm):
    starts_on = day_field(gettext_lazy("从哪天起是成员"), check=day_of_a_life)


class InspectionForm(FoundPersonForm):
    """Who is let in, to how many records of which days, and until when."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("查哪里"),
        queryset=Organisation.objects.none(),
        help_text=gettext_lazy("它和它下面所有支部的记录"),
        empty_label=gettext_lazy("请选"),
        error_messages={"required": gettext_lazy("请选单位。")},
    )
    purpose = forms.CharField(
        label=gettext_lazy("为什么查"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写为什么查。")},
    )
    held_from = day_field(gettext_lazy("记录从哪天起"))
    held_before = day_field(gettext_lazy("到哪天（不含）"))
    size = forms.IntegerField(
        label=gettext_lazy("抽几份"),
        min_value=1,
        max_value=200,
        initial=20,
        error_messages={"invalid": gettext_lazy("请写 1 到 200 的整数。")},
    )
    opens_on = day_field(gettext_lazy("从哪天起能看"))
    closes_on = day_field(gettext_lazy("看到哪天"), gettext_lazy("过了这天就打不开了"))
    seed = forms.CharField(
        label=gettext_lazy("抽样号"),
        help_text=gettext_lazy("可以不填，由系统定；填一样的号，抽到的一样"),
        max_length=32,
        required=False,
    )
    field_order = [
        "organisation",
        "name",
        "born_on",
        "purpose",
        "held_from",
        "held_before",
        "size",
        "opens_on",
        "closes_on",
        "seed",
    ]

    def __init__(self, *args, organisations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations

    def written(self) -> dict:
        """What branches.inspecting.grant asks for."""
        facts = dict(self.cleaned_data)
        facts["auditor"] = facts.pop("person")
        del facts["name"], facts["born_on"]
        return facts


class ExtensionForm(forms.Form):
    """Until when an inspection may be read instead."""

    closes_on = day_field(gettext_lazy("看到哪天"), gettext_lazy("过了这天就打不开了"))


class HandoverForm(forms.Form):
    incoming = forms.ModelChoiceField(
        label=gettext_lazy("谁来接"),
        queryset=Person.objects.none(),
        empty_label=gettext_lazy("请选"),
        error_messages={"required": gettext_lazy("请选一位同志。")},
    )
    takes_over_on = day_field(gettext_lazy("从哪天起任书记"))
    note = forms.CharField(
        label=gettext_lazy("要交代的话"),
        help_text=gettext_lazy("可以不填，例如：钥匙在谁那里，哪位同志要多关心"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, people, "incoming")


class AppointForm(forms.Form):
    person = forms.ModelChoiceField(
        label=gettext_lazy("谁"),
        queryset=Person.objects.none(),
        empty_label=gettext_lazy("请选"),
        error_messages={"required": gettext_lazy("请选一位同志。")},
    )
    office = forms.ChoiceField(label=gettext_lazy("职务"), choices=BranchOffice.Office.choices)
    starts_on = day_field(gettext_lazy("从哪天起"), check=day_of_a_life)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, people, "person")


class RuleForm(forms.Form):
    """A new version of how minutes become 学时."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("哪个机构"),
        queryset=Organisation.objects.none(),
        help_text=gettext_lazy("它和它下面的都照这个算，除非下面另有规则"),
        empty_label=gettext_lazy("请选"),
    )
    version = forms.CharField(
        label=gettext_lazy("版本"), help_text=gettext_lazy("例如 2026-2"), max_length=20
    )
    valid_from = day_field(
        gettext_lazy("从哪天起"), gettext_lazy("可以是过去的日子：从那天起的学时会重新算")
    )
    way = forms.ChoiceField(label=gettext_lazy("算法"), choices=HoursRule.Way.choices)
    minutes_per_hour = forms.IntegerField(
        label=gettext_lazy("几分钟算 1 学时"), min_value=1, max_value=480
    )
    step = forms.DecimalField(
        label=gettext_lazy("最小单位"),
        min_value=0.01,
        max_value=4,
        max_digits=3,
        decimal_places=2,
    )
    grace_minutes = forms.IntegerField(
        label=gettext_lazy("迟到早退宽限（分钟）"), min_value=0, max_value=60
    )
    cap_per_half_day = forms.DecimalField(
        label=gettext_lazy("半天最多几学时"),
        help_text=gettext_lazy("不限就空着；回放、自学另外算，也照这个数"),
        min_value=0.01,
        max_value=24,
        max_digits=4,
        decimal_places=2,
        required=False,
    )
    branch_subjects = forms.MultipleChoiceField(
        label=gettext_lazy("哪些课算支部学习"),
        help_text=gettext_lazy("一样也不选，就是所有的课都算"),
        choices=Subject.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args, organisations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        for field in self.fields.values():
            field.error_messages.setdefault("required", _("请填写这一项。"))

    def rule(self) -> HoursRule:
        """What was typed, as a rule that is not saved."""
        return HoursRule(**self.cleaned_data)


class TargetForm(forms.Form):
    """How many 学时 a year are aimed at, from a day on."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("哪个机构"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("请选"),
    )
    valid_from = day_field(gettext_lazy("从哪天起"))
    member_hours = forms.IntegerField(
        label=gettext_lazy("党员全年学时"), min_value=0, max_value=999, initial=32
    )
    office_hours = forms.IntegerField(
        label=gettext_lazy("书记、委员全年学时"), min_value=0, max_value=999, initial=56
    )

    def __init__(self, *args, organisations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["valid_from"].initial = timezone.localdate().replace(month=1, day=1)

    def clean(self):
        facts = super().clean()
        same = StudyTarget.objects.filter(
            organisation=facts.get("organisation"), valid_from=facts.get("valid_from")
        )
        if "valid_from" in facts and same.exists():
            self.add_error("valid_from", _("从这一天起已经有一个目标，请换一天。"))
        return facts

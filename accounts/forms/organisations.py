"""What an administrator types about organisations and teaching points."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import OrganisationRefused
from accounts.models import Organisation, TeachingPoint
from accounts.organisations import checks, tree

# How many organisations of one name are told apart by their codes.
NAMESAKES = 5


class TreeFilter(forms.Form):
    """What of the tree is shown; a value that makes no sense chooses nothing away."""

    LEVELS = {"1": 1, "2": 2, "3": 3, "all": None}

    q = forms.CharField(
        label=gettext_lazy("找机构"),
        help_text=gettext_lazy("名称里的几个字，或者代码的开头"),
        max_length=100,
        required=False,
    )
    levels = forms.ChoiceField(
        label=gettext_lazy("看几级"),
        choices=[
            ("1", gettext_lazy("下一级")),
            ("2", gettext_lazy("下两级")),
            ("3", gettext_lazy("下三级")),
            ("all", gettext_lazy("所有下级")),
        ],
        required=False,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("类别"),
        choices=[("", gettext_lazy("全部")), *Organisation.Kind.choices],
        required=False,
    )
    ended = forms.BooleanField(label=gettext_lazy("也看已撤销的"), required=False)

    def __init__(self, data):
        super().__init__(data)
        self.is_valid()

    @property
    def words(self) -> str:
        return self.cleaned_data.get("q", "")

    @property
    def count(self) -> int | None:
        return self.LEVELS[self.cleaned_data.get("levels") or "1"]

    @property
    def chosen_kind(self) -> str:
        return self.cleaned_data.get("kind", "")

    @property
    def with_ended(self) -> bool:
        return self.cleaned_data.get("ended", False)


class CodeField(forms.CharField):
    """A code: no spaces, no full-width digits."""

    def to_python(self, value):
        return "".join(unicodedata.normalize("NFKC", super().to_python(value)).split())


class NoteForm(forms.Form):
    """Why the tree changes; kept with its history."""

    note = forms.CharField(
        label=gettext_lazy("说明"),
        help_text=gettext_lazy("可以不填，例如：依据哪个文件"),
        max_length=200,
        required=False,
    )


class UnitForm(NoteForm):
    """The name, code and kind of an organisation."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=100,
        error_messages={"required": gettext_lazy("请填写名称。")},
    )
    code = CodeField(
        label=gettext_lazy("代码"),
        help_text=gettext_lazy("每个机构一个，名册导入按它认机构"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写代码。")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("类别"),
        choices=[("", gettext_lazy("请选择")), *Organisation.Kind.choices],
        error_messages={"required": gettext_lazy("请选择类别。")},
    )

    field_order = ["name", "code", "kind", "note"]

    def __init__(self, *args, organisation: Organisation | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean_code(self):
        code = self.cleaned_data["code"]
        try:
            checks.check_code(code, but=self.organisation)
        except OrganisationRefused as error:
            raise ValidationError(str(error)) from error
        return code

    def kind_in_words(self) -> str:
        return Organisation.Kind(self.cleaned_data["kind"]).label


class UnitField(forms.CharField):
    """One of `queryset`, named by its code or its whole name."""

    queryset: QuerySet[Organisation]

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        # A code is one organisation's; a name may be several's.
        if by_code := self.queryset.filter(code__iexact=text).first():
            return by_code
        named = list(self.queryset.filter(name=text)[:NAMESAKES])
        if len(named) == 1:
            return named[0]
        if named:
            codes = _("、").join(each.code for each in named)
            raise ValidationError(
                _("叫“%(name)s”的不止一个，请写代码：%(codes)s。") % {"name": text, "codes": codes}
            )
        near = list(tree.found(self.queryset, text)[:NAMESAKES])
        if not near:
            raise ValidationError(_("您管理的机构里没有“%(name)s”，请检查。") % {"name": text})
        raise ValidationError(
            _("没有正好叫“%(name)s”的。您要的是不是：%(near)s？")
            % {"name": text, "near": _("、").join(f"{each}（{each.code}）" for each in near)}
        )


class PointForm(forms.Form):
    """A teaching point and whose it is."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=100,
        error_messages={"required": gettext_lazy("请填写名称。")},
    )
    address = forms.CharField(
        label=gettext_lazy("地址"),
        help_text=gettext_lazy("学员找得到的地址，例如：文昌路 18 号二楼"),
        max_length=200,
        error_messages={"required": gettext_lazy("请填写地址。")},
    )
    organisation = UnitField(
        label=gettext_lazy("所属机构"),
        help_text=gettext_lazy("机构的代码，或者完整的名称"),
        error_messages={"required": gettext_lazy("请填写所属机构。")},
    )

    def __init__(self, data=None, *, organisations: QuerySet[Organisation], point: TeachingPoint):
        initial = {
            "name": point.name,
            "address": point.address,
            "organisation": point.organisation.code,
        }
        super().__init__(data, initial=initial)
        self.fields["organisation"].queryset = organisations
        self.point = point

    def corrected(self) -> TeachingPoint:
        """The teaching point with what was typed, not written yet."""
        for name in ("name", "address", "organisation"):
            setattr(self.point, name, self.cleaned_data[name])
        return self.point

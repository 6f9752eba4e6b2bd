"""What registrars choose and type about rosters and their rows."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import OrganisationField
from accounts.models import Organisation, Person, RosterImport, RosterRow
from accounts.roster import wording
from accounts.roster.previewing import too_large
from accounts.roster.refusals import LARGEST_FILE
from accounts.roster.rows import Field

CONSENT = gettext_lazy("本单位已取得本人同意（纸面），身份证号和健康状况可以存入档案")
CONSENT_HINT = gettext_lazy(
    "不勾选时，身份证号只用来核对和找档案，不保存；健康状况也不保存。保存的内容都加密。"
)


LONGEST_SAMPLE = 40


class UploadForm(forms.Form):
    """Which file, for which organisation."""

    organisation = OrganisationField(
        label=gettext_lazy("名册是哪个机构的"),
        help_text=gettext_lazy("名册里的人归它或它的下级单位；只在这个范围里找已有的档案。"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages={"required": gettext_lazy("请选择机构。")},
    )
    file = forms.FileField(
        label=gettext_lazy("名册文件"),
        help_text=gettext_lazy("Excel（xlsx、xls）、ods 或 csv，最大 20 MB，最多五万行。"),
        error_messages={
            "required": gettext_lazy("请选择文件。"),
            "empty": gettext_lazy("这个文件是空的，请重新选一个。"),
        },
    )
    with_consent = forms.BooleanField(label=CONSENT, help_text=CONSENT_HINT, required=False)

    def __init__(self, *args, organisations: QuerySet[Organisation], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        if organisations.count() == 1:
            self.fields["organisation"].initial = organisations[0]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(too_large())
        return file


class ColumnsForm(forms.Form):
    """What each column of a roster says: guessed, to be confirmed."""

    with_consent = forms.BooleanField(label=CONSENT, help_text=CONSENT_HINT, required=False)

    def __init__(self, *args, roster: RosterImport, samples: list[list[str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["with_consent"].initial = roster.with_consent
        headings = roster.mapping.get("headings", [])
        guessed = roster.mapping.get("fields", {})
        width = max([len(headings), *map(len, samples)], default=0)
        self.columns = []
        for at in range(width):
            heading = headings[at] if at < len(headings) else ""
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=" ".join([_("第 %(number)s 列") % {"number": at + 1}, heading]).strip(),
                choices=[("", _("不导入")), *Field.choices],
                initial=guessed.get(str(at), ""),
                required=False,
            )
            shown = [
                wording.without_numbers(cells[at])[:LONGEST_SAMPLE]
                for cells in samples
                if at < len(cells) and cells[at]
            ]
            self.columns.append((self[f"column_{at}"], heading, shown))

    @property
    def chosen(self) -> dict[str, str]:
        """{"0": "name", …}"""
        return {
            name.removeprefix("column_"): field
            for name, field in self.cleaned_data.items()
            if name.startswith("column_")
        }

    def clean(self):
        super().clean()
        seen: dict[str, str] = {}
        for name in [name for name in self.fields if name.startswith("column_")]:
            field = self.cleaned_data.get(name)
            if field and field in seen:
                self.add_error(
                    name,
                    _("“%(field)s”已经选给了另一列，请只留一列。") % {"field": Field(field).label},
                )
            seen[field] = name
        if Field.NAME not in seen and not self.errors:
            raise ValidationError(_("请指出哪一列是姓名。"))


class RosterFilter(forms.Form):
    """Which rosters are listed; a value that makes no sense chooses nothing away."""

    q = forms.CharField(
        label=gettext_lazy("找名册"),
        help_text=gettext_lazy("文件名或机构里的几个字"),
        max_length=60,
        required=False,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=[("", gettext_lazy("全部")), *RosterImport.State.choices],
        required=False,
    )

    def chosen(self, name: str) -> str:
        self.is_valid()
        return self.cleaned_data.get(name, "")


class ReviewFilter(forms.Form):
    """Which doubtful rows are listed."""

    q = forms.CharField(
        label=gettext_lazy("找人"),
        help_text=gettext_lazy("姓名里的几个字"),
        max_length=40,
        required=False,
    )
    organisation = OrganisationField(
        label=gettext_lazy("机构"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("全部"),
        required=False,
    )
    roster = forms.ModelChoiceField(
        label=gettext_lazy("名册"),
        queryset=RosterImport.objects.none(),
        empty_label=gettext_lazy("全部"),
        required=False,
    )

    def __init__(self, *args, rows: QuerySet[RosterRow], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.filter(
            roster_rows__in=rows
        ).distinct()
        self.fields["roster"].queryset = RosterImport.objects.filter(rows__in=rows).distinct()

    def chosen(self, rows: QuerySet[RosterRow]) -> QuerySet[RosterRow]:
        self.is_valid()
        data = self.cleaned_data
        if data.get("q"):
            rows = rows.filter(name__contains=data["q"].strip())
        if data.get("organisation"):
            rows = rows.filter(organisation=data["organisation"])
        if data.get("roster"):
            rows = rows.filter(roster=data["roster"])
        return rows


_WHICH = dict.fromkeys(["required", "invalid_choice"], gettext_lazy("请选怎样处理。"))


class PlaceForm(forms.Form):
    """Where the file belongs, if not where the roster says."""

    organisation = OrganisationField(
        label=gettext_lazy("归到哪个单位"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("按名册上写的"),
        required=False,
    )

    def __init__(self, *args, organisations: QuerySet[Organisation], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations


class SettleForm(PlaceForm):
    """Who somebody on a doubtful row is: one of the files, somebody new, or left out."""

    choice = forms.ChoiceField(label=gettext_lazy("这是谁"), error_messages=_WHICH)

    def __init__(self, *args, persons: list[Person], can_be_new: bool, **kwargs):
        super().__init__(*args, **kwargs)
        Decision = RosterRow.Decision
        self._meant = {
            f"{Decision.UPDATE} {person.pk}": (Decision.UPDATE, person) for person in persons
        }
        if can_be_new:
            self._meant[Decision.NEW.value] = (Decision.NEW, None)
        self._meant[Decision.SKIP.value] = (Decision.SKIP, None)
        self.fields["choice"].choices = [(code, code) for code in self._meant]

    @property
    def meant(self) -> tuple[str, Person | None]:
        """The decision, and the file that it is about."""
        return self._meant[self.cleaned_data["choice"]]


class SettleManyForm(PlaceForm):
    """The same decision for the rows that are ticked."""

    decision = forms.ChoiceField(
        label=gettext_lazy("怎样处理"),
        choices=[("", gettext_lazy("请选择")), *RosterRow.Decision.choices],
        error_messages=_WHICH,
    )
    rows = forms.ModelMultipleChoiceField(
        label=gettext_lazy("勾选的行"),
        queryset=RosterRow.objects.none(),
        error_messages=dict.fromkeys(
            ["required", "list", "invalid_choice", "invalid_pk_value"],
            gettext_lazy("请先勾选要处理的行。"),
        ),
    )

    def __init__(self, *args, rows: QuerySet[RosterRow], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rows"].queryset = rows

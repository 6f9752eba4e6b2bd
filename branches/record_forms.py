"""What a secretary types into a record, signs it with, and makes up for who was away."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from branches.models import Absence, BranchRecord
from branches.people_fields import offer, told_apart
from branches.scans import LARGEST_FILE
from common.typed_days import DayField

LONGEST_TEXT = 20_000


class SeenForm(forms.Form):
    """Knows the record as it was when the page was opened: two people may write at once."""

    seen_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, record: BranchRecord, initial=None, **kwargs):
        initial = (initial or {}) | {"seen_at": moment(record)}
        super().__init__(*args, initial=initial, **kwargs)

    def take_as_seen(self, record: BranchRecord):
        """From now on the writer has seen `record` as it is: shown again, it may be saved."""
        self.data = self.data.copy()
        self.data["seen_at"] = moment(record)

    def clean_seen_at(self):
        try:
            return parse_datetime(self.cleaned_data["seen_at"])
        except ValueError:
            return None


class RecordForm(SeenForm):
    """What the secretary adds to a record; a reason for each who was away."""

    chair = forms.ModelChoiceField(
        label=_("主持"), queryset=Person.objects.none(), required=False, empty_label=_("请选")
    )
    recorder = forms.ModelChoiceField(
        label=_("记录"), queryset=Person.objects.none(), required=False, empty_label=_("请选")
    )
    guests = forms.CharField(
        label=_("列席"),
        help_text=_("不在这个支部、来听的人，用顿号隔开。没有就空着。"),
        max_length=300,
        required=False,
    )
    said = forms.CharField(
        label=_("讲了什么"),
        help_text=_("学习内容、谁发了言，写几句就行。"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST_TEXT,
        required=False,
    )
    decided = forms.CharField(
        label=_("定了什么事"),
        help_text=_("没有就空着。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_TEXT,
        required=False,
    )

    def __init__(
        self,
        *args,
        record: BranchRecord,
        members: QuerySet[Person],
        away: Iterable[Person] = (),
        reasons: Mapping[int, str] = MappingProxyType({}),
        **kwargs,
    ):
        names = ("chair", "recorder", "guests", "said", "decided")
        written = {name: getattr(record, name) for name in names}
        super().__init__(*args, record=record, initial=written, **kwargs)
        offer(self, members, "chair", "recorder")
        self.away = list(away)
        called = told_apart(self.away)
        for person in self.away:
            self.fields[f"reason_{person.pk}"] = forms.CharField(
                label=_("%(name)s没来的原因") % {"name": called[person.pk]},
                initial=reasons.get(person.pk, ""),
                max_length=100,
                required=False,
            )

    @property
    def reason_fields(self):
        return [self[f"reason_{person.pk}"] for person in self.away]

    def written(self) -> dict:
        """What branches.records.complete takes."""
        data = dict(self.cleaned_data)
        reasons = {person.pk: data.pop(f"reason_{person.pk}") for person in self.away}
        return data | {"reasons": reasons}


class CorrectionForm(RecordForm):
    """The same of a signed record, with the reason."""

    reason = forms.CharField(
        label=_("为什么更正"),
        help_text=_("写一句话，会和您的名字一起留在记录里。"),
        max_length=200,
        error_messages={"required": _("请写明更正的原因。")},
    )


class ScanField(forms.FileField):
    widget = forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"})

    def __init__(self, **kwargs):
        super().__init__(
            label=_("签好字的扫描件或照片"),
            help_text=_("PDF、JPG 或 PNG，10 MB 以内。"),
            error_messages={
                "required": _("请选择一个文件。"),
                "empty": _("这个文件是空的，请重新选一个。"),
            },
            **kwargs,
        )

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError(_("文件太大了，请用 10 MB 以内的。"))
        return file


class SignForm(SeenForm):
    """That the paper was signed, and when; the scan may come with it."""

    signed_on = DayField(label=_("签字日期"), error_messages={"required": _("请写签字的日期。")})
    scan = ScanField(required=False)


class ScanForm(forms.Form):
    """The signed paper of a version."""

    scan = ScanField()


class MakeUpForm(forms.Form):
    """What somebody who was away makes up."""

    how = forms.ChoiceField(label=_("怎样补学"), choices=Absence.How.choices)
    material = forms.CharField(
        label=_("补学材料"),
        help_text=_("回放的网址，或者读本的名称。"),
        max_length=200,
        required=False,
    )
    made_up_on = DayField(
        label=_("哪天补的"), help_text=_("还没补就空着，补了再来写。"), required=False
    )
    minutes = forms.IntegerField(
        label=_("补学分钟"),
        min_value=1,
        max_value=600,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


def moment(record: BranchRecord) -> str:
    return record.edited_at.isoformat() if record.edited_at else ""

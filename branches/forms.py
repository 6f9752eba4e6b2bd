"""What people type into the branches' pages."""

from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from branches import queries
from branches.choice import SHOWS, SORTS, Choice
from branches.models import Branch, BranchRecord
from branches.quarters import Quarter
from live.models import StudyMode


class LedgerFilter(forms.Form):
    """The choice of lines; every field may be left out or be wrong."""

    quarter = forms.ChoiceField(label=_("季度"), required=False)
    person = forms.ChoiceField(label=_("姓名"), required=False)
    mode = forms.ChoiceField(label=_("学习方式"), required=False)

    def __init__(self, data, *, branch: Branch, on: date):
        self.asked = data
        self.today = Quarter.of(on)
        quarter = Quarter.parse(data.get("quarter", "")) or self.today
        offered = queries.quarters_of(branch, on=on)
        self.quarter = quarter if quarter in offered else self.today
        asked = data.get("person", "")
        offered_people = queries.people_in_ledger(
            branch, self.quarter, also=int(asked) if asked.isdecimal() else None
        )
        people = [(str(pk), name) for pk, name in offered_people.values_list("pk", "name")]
        # Shown as it was understood, not as it was asked.
        super().__init__(
            initial={
                "quarter": self.quarter.code,
                "person": self._asked_for("person", [pk for pk, _name in people]),
                "mode": self._asked_for("mode", _modes()),
            }
        )
        self.fields["quarter"].choices = [(each.code, each.label) for each in offered]
        self.fields["person"].choices = [("", _("全部")), *people]
        self.fields["mode"].choices = [
            ("", _("全部")),
            (queries.ALL_COUNTED, _("现场、直播等")),
            (queries.ALL_APART, _("回放、自学")),
            *StudyMode.choices,
        ]

    def choice(self) -> Choice:
        person = self.initial["person"]
        return Choice(
            quarter=self.quarter,
            person=int(person) if person else None,
            mode=self.initial["mode"],
            show=self._asked_for("show", SHOWS) or SHOWS[0],
            sort=self._asked_for("sort", SORTS) or "date",
        )

    def words(self) -> list[str]:
        """What was chosen beside the quarter, as the page says it."""
        chosen = [name for name in ("person", "mode") if self.initial[name]]
        return [str(dict(self.fields[name].choices)[self.initial[name]]) for name in chosen]

    def _asked_for(self, name, known) -> str:
        value = self.asked.get(name, "")
        return value if value in known else ""


def _modes():
    return {queries.ALL_COUNTED, queries.ALL_APART, *StudyMode.values}


class ReversalForm(forms.Form):
    """Why a line is taken back."""

    reason = forms.CharField(
        label=_("更正的原因"),
        help_text=_("写一句话，会和您的名字一起留在台账里。"),
        max_length=200,
        error_messages={"required": _("请写明更正的原因。")},
    )


class RecordForm(forms.Form):
    """What the secretary adds to a record."""

    chair = forms.ModelChoiceField(
        label=_("主持"), queryset=Person.objects.none(), required=False, empty_label=_("请选")
    )
    recorder = forms.ModelChoiceField(
        label=_("记录"), queryset=Person.objects.none(), required=False, empty_label=_("请选")
    )
    said = forms.CharField(
        label=_("讲了什么"),
        help_text=_("学习内容、谁发了言，写几句就行。"),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
    )
    decided = forms.CharField(
        label=_("定了什么事"),
        help_text=_("没有就空着。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    # The record as it was when the page was opened: two people may write at once.
    seen_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, record: BranchRecord, members: QuerySet[Person], **kwargs):
        written = {
            name: getattr(record, name) for name in ("chair", "recorder", "said", "decided")
        }
        super().__init__(*args, initial=written | {"seen_at": _moment(record)}, **kwargs)
        for name in ("chair", "recorder"):
            self.fields[name].queryset = members

    def take_as_seen(self, record: BranchRecord):
        """From now on the writer has seen `record` as it is: shown again, it may be saved."""
        self.data = self.data.copy()
        self.data["seen_at"] = _moment(record)

    def clean_seen_at(self):
        try:
            return parse_datetime(self.cleaned_data["seen_at"])
        except ValueError:
            return None


def _moment(record):
    return record.edited_at.isoformat() if record.edited_at else ""

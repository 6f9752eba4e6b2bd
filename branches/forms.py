"""What people type into the branches' pages."""

from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from branches import queries
from branches.choice import SHOWS, SORTS, Choice
from branches.models import Branch, StatementForm
from branches.people_fields import MANY
from branches.quarters import Quarter
from common.typed import near_day, number_of, words_in
from live.models import StudyMode


class LedgerFilter(forms.Form):
    """The choice of lines; every field may be left out or be wrong."""

    quarter = forms.ChoiceField(label=_("季度"), required=False)
    person = forms.ChoiceField(label=_("姓名"), required=False)
    # Where there are many: whose name it is, before the list offers those who fit.
    name = forms.CharField(label=_("找姓名"), max_length=40, required=False)
    mode = forms.ChoiceField(label=_("学习方式"), required=False)

    def __init__(self, data, *, branch: Branch, on: date):
        self.asked = data
        self.today = Quarter.of(on)
        quarter = Quarter.parse(data.get("quarter", "")) or self.today
        offered = queries.quarters_of(branch, on=on)
        self.quarter = quarter if quarter in offered else self.today
        asked = data.get("person", "")
        also = number_of(asked)
        in_ledger = queries.people_in_ledger(branch, self.quarter, also=also)
        named = [(str(pk), name) for pk, name in in_ledger.values_list("pk", "name")[: MANY + 1]]
        typed = words_in(data, "name")[:40]
        if many := len(named) > MANY:
            named, asked = _of_many(in_ledger, typed, also)
        # Shown as it was understood, not as it was asked.
        self.nobody = typed if many and typed and not named else ""
        super().__init__(
            initial={
                "quarter": self.quarter.code,
                "person": asked if asked in dict(named) else "",
                "name": typed,
                "mode": self._asked_for("mode", _modes()),
            }
        )
        self.fields["quarter"].choices = [(each.code, each.label) for each in offered]
        self.fields["person"].choices = [("", _("全部")), *named]
        if not many:
            del self.fields["name"]
        elif not named:
            del self.fields["person"]
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


def _of_many(people: QuerySet, typed: str, also: int | None) -> tuple[list, str]:
    """Whom the list offers of very many, and who of them is meant: (key, name), key."""
    found = queries.called_like(people, typed) if typed else people.filter(pk=also)
    named = [(str(pk), name) for pk, name in found.values_list("pk", "name")[:MANY]]
    if len(named) == 1:
        return named, named[0][0]
    return named, str(also or "")


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


class FormForm(forms.Form):
    """The head of a form that an office asks for."""

    organisation = forms.ModelChoiceField(
        label=_("哪个单位要的"), queryset=Organisation.objects.none(), empty_label=None
    )
    name = forms.CharField(
        label=_("表名"),
        max_length=100,
        error_messages={"required": _("请写表名。")},
    )
    every = forms.ChoiceField(label=_("多久填一次"), choices=StatementForm.Every.choices)
    valid_from = forms.DateField(
        label=_("这一版从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[near_day],
        error_messages={
            "required": _("请写从哪天起用这一版。"),
            "invalid": _("请写成 2026-10-01 这样的日期。"),
        },
    )

    def __init__(self, data, *, found: StatementForm | None, offices: QuerySet[Organisation]):
        first = found.organisation if found else offices.first()
        initial = {"organisation": first, "valid_from": timezone.localdate()}
        if found:
            initial |= {"name": found.name, "every": found.every}
        super().__init__(data, initial=initial)
        self.fields["organisation"].queryset = offices
        if found:
            # A form stays with the office that asked for it.
            del self.fields["organisation"]
            self.fields["every"].disabled = found.statements.exists()

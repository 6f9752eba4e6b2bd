"""One meeting, days off, and which week of the timetable to see."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.typed import near_day
from courses.forms.planning.fields import REQUIRED, TreeField, day, moment, offer
from courses.forms.planning.people import NamedPerson
from courses.models import Term, Weekday
from courses.planning import holidays, scope


class MeetingForm(NamedPerson):
    """One meeting: when, how long, and who stands in."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("什么时候上"),
        widget=moment(),
        validators=[near_day],
        error_messages=REQUIRED,
    )
    minutes = forms.IntegerField(label=gettext_lazy("多少分钟"), min_value=1, max_value=600)
    person = forms.CharField(
        label=gettext_lazy("代课的老师"),
        help_text=gettext_lazy("写姓名；没有人代课就空着"),
        max_length=30,
        required=False,
    )

    field_order = ["starts_at", "minutes", "person", "pick"]

    def __init__(self, *args, user: User, session, **kwargs):
        initial = {
            "starts_at": session.starts_at,
            "minutes": int((session.ends_at - session.starts_at).total_seconds() // 60),
            "person": session.substitute.name if session.substitute else "",
        }
        super().__init__(*args, user=user, initial=initial, **kwargs)
        self.substitute = None

    def clean(self):
        data = super().clean()
        if name := data.get("person", "").strip():
            self.substitute = self.found(name, data.get("pick", ""))
        return data


class DaysForm(forms.Form):
    """Days without class, or a day that counts as another weekday (调休)."""

    OFF = "off"

    organisation = TreeField(
        label=gettext_lazy("哪个单位"),
        help_text=gettext_lazy("它和它的下级都照这个上课"),
        queryset=None,
        error_messages=REQUIRED,
    )
    name = forms.CharField(
        label=gettext_lazy("名称"),
        help_text=gettext_lazy("例如：国庆节"),
        max_length=40,
        error_messages=REQUIRED,
    )
    first = forms.DateField(
        label=gettext_lazy("哪一天"),
        widget=day(),
        validators=[near_day],
        error_messages=REQUIRED,
    )
    last = forms.DateField(
        label=gettext_lazy("到哪一天"),
        help_text=gettext_lazy("只有一天就空着"),
        required=False,
        widget=day(),
        validators=[near_day],
    )
    meaning = forms.ChoiceField(
        label=gettext_lazy("这一天"),
        choices=[
            (OFF, gettext_lazy("不上课")),
            *((str(day.value), day.label) for day in Weekday),
        ],
        initial=OFF,
    )

    def __init__(self, data=None, *, user: User):
        super().__init__(data)
        led = scope.open_organisations(user)
        offer(self.fields["organisation"], led, _("请选择"))
        # What is decided for a school is decided at its top.
        self.fields["organisation"].initial = led.first()
        self.fields["meaning"].choices = [
            (self.OFF, _("不上课")),
            *(
                (str(day.value), _("调休：上%(weekday)s的课") % {"weekday": day.label})
                for day in Weekday
            ),
        ]

    def clean(self):
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and first != last and self.as_weekday is not None:
            self.add_error("last", _("调休一天一天地写。"))
        return data

    @property
    def as_weekday(self) -> int | None:
        meaning = self.cleaned_data.get("meaning", self.OFF)
        return None if meaning == self.OFF else int(meaning)

    def days(self):
        first = self.cleaned_data["first"]
        return holidays.days_between(first, self.cleaned_data["last"] or first)

    def facts(self) -> dict:
        """What courses.planning.holidays writes."""
        return {
            "organisation": self.cleaned_data["organisation"],
            "days": self.days(),
            "name": self.cleaned_data["name"],
            "as_weekday": self.as_weekday,
        }


class BoardFilter(forms.Form):
    """Which week of the timetable, and by what; a value that makes no sense chooses nothing."""

    BY = (
        ("room", gettext_lazy("教室")),
        ("teacher", gettext_lazy("教师")),
        ("organisation", gettext_lazy("单位")),
    )

    by = forms.ChoiceField(label=gettext_lazy("按什么看"), choices=BY, required=False)
    on = forms.DateField(
        label=gettext_lazy("哪一周"), required=False, widget=day(), validators=[near_day]
    )
    term = forms.ModelChoiceField(
        label=gettext_lazy("学期"),
        queryset=Term.objects.none(),
        required=False,
        empty_label=gettext_lazy("所有"),
    )

    def __init__(self, data, *, terms: QuerySet[Term], on):
        data = data.copy()
        data.setdefault("by", "room")
        data.setdefault("on", f"{on:%Y-%m-%d}")
        super().__init__(data)
        self.fields["term"].queryset = terms
        self.is_valid()
        self.chosen_on = self.cleaned_data.get("on") or on

    @property
    def chosen_by(self) -> str:
        return self.cleaned_data.get("by") or "room"

    @property
    def chosen_term(self) -> Term | None:
        return self.cleaned_data.get("term")

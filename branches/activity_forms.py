"""What a secretary types about an activity: the plan, who was there, names from paper; and what
a member answers."""

from datetime import date, datetime
from functools import cached_property

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from branches import queries
from branches.activities.closing import MODES, Mark
from branches.models import Branch, BranchActivity, Participation
from branches.people_fields import MANY, offer, told_apart
from common import typed_days
from common.typed import is_near, near_day, number_of
from common.typed_days import DayField
from courses.models import ClassSession
from live.models import StudyMode

Audience, KnownBy = BranchActivity.Audience, Participation.KnownBy


def reason_field():
    return forms.CharField(
        label=_("为什么更正"),
        help_text=_("写一句话，会和您的名字一起留在台账里。"),
        max_length=200,
        error_messages={"required": _("请写明更正的原因。")},
    )


class SeenMixin:
    """Knows the activity as it was when the page was opened: two people may write at once."""

    def clean_seen_at(self):
        try:
            return parse_datetime(self.cleaned_data["seen_at"])
        except ValueError:
            return None

    def take_as_seen(self, activity: BranchActivity):
        """From now on the writer has seen `activity` as it is: shown again, it may be saved."""
        self.data = self.data.copy()
        self.data["seen_at"] = activity.edited_at.isoformat()


class ClockField(forms.TimeField):
    """A time of day, typed or picked."""

    def __init__(self, **kwargs):
        super().__init__(
            input_formats=["%H:%M", "%H:%M:%S", "%H：%M", "%H.%M", "%H点", "%H点%M", "%H点%M分"],
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={
                "required": _("请写几点。"),
                "invalid": _("请写成 9:30 这样。"),
            },
            **kwargs,
        )


class PeopleField(forms.ModelMultipleChoiceField):
    """Django looks for a number too large for any key, and the database refuses it."""

    def clean(self, value):
        for one in value or ():
            if isinstance(one, str) and number_of(one) is None:
                raise forms.ValidationError(_("点到的人里有那一天不在支部的，请再看一看。"))
        return super().clean(value)


class ActivityForm(SeenMixin, forms.Form):
    """The plan of an activity."""

    kind = forms.ChoiceField(
        label=_("什么活动"),
        choices=[("", _("请选")), *BranchActivity.Kind.choices],
        error_messages={"required": _("请选是什么活动。")},
    )
    topic = forms.CharField(
        label=_("主题"), max_length=150, error_messages={"required": _("请写主题。")}
    )
    day = DayField(
        label=_("哪一天"),
        validators=[near_day],
        error_messages={"required": _("请写哪一天。")},
    )
    starts = ClockField(label=_("几点开始"))
    ends = ClockField(label=_("几点结束"))
    place = forms.CharField(
        label=_("地点"), max_length=100, error_messages={"required": _("请写地点。")}
    )
    session = forms.ModelChoiceField(
        label=_("一起看哪次课"),
        help_text=_("看直播课的选上，谁进了课堂会自己记好。不看课就空着。"),
        queryset=ClassSession.objects.none(),
        required=False,
        empty_label=_("不看课"),
    )
    audience = forms.ChoiceField(
        label=_("请哪些人"), choices=Audience.choices, widget=forms.RadioSelect
    )
    group = forms.ModelChoiceField(
        label=_("哪个党小组"),
        queryset=Branch.objects.none(),
        required=False,
        empty_label=_("请选"),
    )
    chosen = PeopleField(
        label=_("点名"),
        help_text=_("上面选了“点名的几位”才用。"),
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    chair = forms.ModelChoiceField(
        label=_("主持"), queryset=Person.objects.none(), required=False, empty_label=_("请选")
    )
    recorder = forms.ModelChoiceField(
        label=_("记录"), queryset=Person.objects.none(), required=False, empty_label=_("请选")
    )
    lecturer = forms.CharField(
        label=_("讲课"), help_text=_("谁来讲。没有就空着。"), max_length=60, required=False
    )
    guests = forms.CharField(
        label=_("列席"),
        help_text=_("不在这个支部、来听的人，用顿号隔开。没有就空着。"),
        max_length=300,
        required=False,
    )
    notes = forms.CharField(
        label=_("要带的、要知道的"),
        help_text=_("会写进通知，例如：带身份证，八点半门口集合。"),
        max_length=300,
        required=False,
    )
    seen_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, branch: Branch, activity=None, today: date):
        self.branch, self.activity = branch, activity
        super().__init__(data, initial=_initial(activity, today))
        day = self._day(today)
        offer(self, queries.members_beneath(branch, day), "chair", "recorder", "chosen")
        self.fields["session"].queryset = _sessions(branch, day, activity)
        self.fields["session"].label_from_instance = _session_in_words
        groups = queries.groups_of(branch, on=day)
        self.fields["group"].queryset = groups
        if not groups:
            del self.fields["group"]
            self.fields["audience"].choices = [
                each for each in Audience.choices if each[0] != Audience.GROUP
            ]
        if activity and activity.closed_at:
            # Who is due is settled by then; a slip of the hand is corrected with its reason.
            for name in ("chosen", "audience", "group", "session"):
                self.fields.pop(name, None)
            self.fields["reason"] = reason_field()

    def _day(self, today: date) -> date:
        try:
            day = typed_days.parse(self.data.get("day", "")) if self.is_bound else self._seen_day
        except forms.ValidationError:
            return self._seen_day
        return day if is_near(day) else self._seen_day

    @property
    def _seen_day(self) -> date:
        return self.initial["day"]

    def written(self) -> dict:
        """What branches.activities.planning takes."""
        facts = dict(self.cleaned_data)
        day = facts.pop("day")
        for name in ("starts", "ends"):
            facts[f"{name}_at"] = timezone.make_aware(datetime.combine(day, facts.pop(name)))
        if self.activity is None:
            facts.pop("seen_at")
        if "audience" not in facts and self.activity:
            facts |= {
                "audience": self.activity.audience,
                "group": self.activity.group,
                "session": self.activity.session,
            }
        return facts


def _initial(activity: BranchActivity | None, today: date) -> dict:
    if activity is None:
        return {"day": today, "audience": Audience.ALL}
    names = (
        *("kind", "topic", "place", "session", "audience", "group", "chair", "recorder"),
        *("lecturer", "guests", "notes"),
    )
    starts, ends = (timezone.localtime(at) for at in (activity.starts_at, activity.ends_at))
    return {name: getattr(activity, name) for name in names} | {
        "day": activity.held_on,
        "starts": starts.time(),
        "ends": ends.time(),
        "chosen": activity.people.filter(is_due=True).values_list("person", flat=True)
        if activity.audience == Audience.CHOSEN
        else [],
        "seen_at": activity.edited_at.isoformat(),
    }


def _sessions(branch: Branch, day: date, activity: BranchActivity | None):
    found = queries.sessions_on(branch, day)
    if activity and activity.session_id and not found.filter(pk=activity.session_id).exists():
        return ClassSession.objects.filter(pk=activity.session_id).select_related("class_group")
    return found


def _session_in_words(session: ClassSession) -> str:
    at = timezone.localtime(session.starts_at)
    return f"{at:%m-%d %H:%M} {queries.title_of(session)}"


class CancelForm(forms.Form):
    """Why an activity does not take place."""

    reason = forms.CharField(
        label=_("为什么取消"),
        help_text=_("写一句话，请过的人会看到。"),
        max_length=200,
        error_messages={"required": _("请写明为什么取消，请过的人会看到。")},
    )


class TicksField(forms.Field):
    """Any number of persons by their keys; whether they may be there the service asks."""

    widget = forms.SelectMultiple

    def to_python(self, value) -> set[int]:
        return {pk for pk in map(number_of, map(str, value or ())) if pk}


class PresenceForm(SeenMixin, forms.Form):
    """Who was there, how, and why the others were not: a row for every person.

    With more than `MANY` a tick for each and one way for all; reasons are written in the record.
    """

    seen_at = forms.CharField(widget=forms.HiddenInput, required=False)
    # Whose tick came from a signed sheet.
    paper = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, activity: BranchActivity, ticked=(), everybody=False):
        self.activity = activity
        paper = ",".join(map(str, ticked))
        seen = activity.edited_at.isoformat()
        super().__init__(data, initial={"seen_at": seen, "paper": paper})
        if activity.closed_at:
            self.fields["reason"] = reason_field()
        known = {row.person_id: row for row in queries.people_of_activity(activity)}
        people = {row.person_id: row.person for row in known.values()}
        people |= {person.pk: person for person in queries.may_be_there(activity)}
        due = None
        if not activity.closed_at:
            # Also who came into the branch after the plan was made.
            due = set(queries.due_people(activity).values_list("pk", flat=True))
        self.many = len(people) > MANY
        if self.many:
            self._add_ticks(known, due, ticked, everybody)
        self.rows = []
        self.called = told_apart(people.values())
        for person in sorted(people.values(), key=lambda each: (each.pinyin, each.pk)):
            person.called = self.called[person.pk]
            row = known.get(person.pk) or Participation(person=person, is_due=False)
            if due is not None:
                row.is_due = person.pk in due
            if not self.many:
                self._add(person, row, ticked, everybody and row.is_due)
            self.rows.append((person, row, () if self.many else self._bound(person)))
        self.due = [each for each in self.rows if each[1].is_due]
        self.others = [each for each in self.rows if not each[1].is_due]

    def _add_ticks(self, known, due, ticked, everybody):
        there = {pk for pk, row in known.items() if row.is_present} | set(ticked)
        if everybody:
            there |= due or set()
        self.fields["there"] = TicksField(required=False, initial=there)
        self.fields["mode"] = forms.ChoiceField(
            label=_("怎样参加"),
            choices=[(mode.value, mode.label) for mode in MODES],
            initial=StudyMode.ON_SITE,
        )

    @cached_property
    def there_now(self) -> set[int]:
        """Whose tick is set, where only ticks are asked for."""
        said = self["there"].value() or ()
        return {pk for pk in map(number_of, map(str, said)) if pk}

    def _add(self, person, row, ticked, everybody):
        by_class = row.is_present and row.known_by == KnownBy.CLASS
        self.fields[f"there_{person.pk}"] = forms.BooleanField(
            label=self.called[person.pk],
            required=False,
            initial=row.is_present or person.pk in ticked or everybody,
            disabled=by_class,
        )
        self.fields[f"mode_{person.pk}"] = forms.ChoiceField(
            label=_("%(name)s怎样参加的") % {"name": self.called[person.pk]},
            choices=[(mode.value, mode.label) for mode in MODES],
            initial=row.mode if row.is_present else StudyMode.ON_SITE,
            required=False,
            disabled=by_class,
        )
        self.fields[f"why_{person.pk}"] = forms.CharField(
            label=_("%(name)s没来的原因") % {"name": self.called[person.pk]},
            initial=row.why_away,
            max_length=100,
            required=False,
        )

    def _bound(self, person):
        return [self[f"{name}_{person.pk}"] for name in ("there", "mode", "why")]

    def written(self) -> dict:
        """What branches.activities.closing takes."""
        data = self.cleaned_data
        paper = {pk for pk in map(number_of, data["paper"].split(",")) if pk}
        marks = {}
        for person, row, _fields in self.rows:
            there, mode, why = self._said(person, row)
            if not there and not row.pk:
                continue
            marks[person.pk] = Mark(
                there,
                mode=mode or StudyMode.ON_SITE,
                reason="" if there else why,
                known_by=KnownBy.PAPER if person.pk in paper else KnownBy.LIST,
            )
        facts = {"marks": marks, "seen_at": data["seen_at"]}
        return facts | ({"reason": data["reason"]} if "reason" in data else {})

    def _said(self, person, row):
        data = self.cleaned_data
        if not self.many:
            return [data[f"{name}_{person.pk}"] for name in ("there", "mode", "why")]
        there = person.pk in data["there"]
        by_class = row.is_present and row.known_by == KnownBy.CLASS
        # Who was there already took part as was written then.
        return there or by_class, row.mode if row.is_present else data["mode"], row.why_away


class NamesForm(forms.Form):
    """Names as they stand on a signed sheet."""

    names = forms.CharField(
        label=_("到会的名字"),
        help_text=_("一行一个，或者用顿号隔开；前面的序号不用去掉。"),
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=10_000,
        error_messages={"required": _("请写上签到表上的名字。")},
    )


class AnswerForm(forms.Form):
    """来 or 来不了."""

    answer = forms.ChoiceField(choices=Participation.Answer.choices)
    reason = forms.CharField(
        label=_("来不了的原因"),
        help_text=_("来不了的写一句，例如：那天要去医院。"),
        max_length=100,
        required=False,
    )

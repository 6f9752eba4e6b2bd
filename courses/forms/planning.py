"""What the office types into its plan: terms, rounds, classes, meetings, days off."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person, User
from common.typed import near_day
from courses.models import ClassGroup, RegistrationRound, SeatPool, Subject, Term, Weekday
from courses.planning import holidays, scope, terms
from courses.planning.classes import Seats
from courses.planning.meetings import MOST_MEETINGS

# domain rule: dance, tai chi and fitness up to 70; the others up to 80, and over 80 with a
# relative's consent.
MOVING = (Subject.DANCE, Subject.FITNESS)
POINT_ROWS = 2
MOST_SEATS = 2000
PAGE_OF_NAMESAKES = 8

REQUIRED = {"required": gettext_lazy("请填写这一项。")}


class TreeField(forms.ModelChoiceField):
    """An organisation, each set in by its depth in the tree."""

    def label_from_instance(self, organisation):
        return "\u3000" * (organisation.depth - 1) + organisation.name


def _offer(field: forms.ModelChoiceField, queryset: QuerySet, nothing: str) -> None:
    """Let `field` choose from `queryset`, or `nothing` in words."""
    field.queryset, field.empty_label = queryset, nothing


def _day():
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _moment():
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _clock():
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


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
        widgets = {"starts_on": _day(), "ends_on": _day()}
        help_texts = {
            "organisation": gettext_lazy("学期的班可以开在它和它的下级"),
            "name": gettext_lazy("例如：2027年春季学期"),
            "offer_hours": gettext_lazy("最少 48 小时"),
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        _offer(self.fields["organisation"], scope.open_organisations(user), _("请选择"))
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
        widget=_day(),
        validators=[near_day],
        error_messages=REQUIRED,
    )
    suffix = forms.CharField(
        label=gettext_lazy("新班号的后缀"),
        help_text=gettext_lazy("两位年份和一两个字母，例如 27C 是 2027 年春季"),
        max_length=4,
        error_messages=REQUIRED,
    )

    def __init__(self, data=None, *, source: Term):
        # 26 weeks on, on the same weekday: what comes nearest to the next term.
        starts_on = source.starts_on + timedelta(weeks=26)
        initial = {"starts_on": starts_on, "suffix": terms.proposed_suffix(starts_on)}
        super().__init__(data, initial=initial)


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
        field_classes = {"organisation": TreeField}
        widgets = {
            "method": forms.RadioSelect,
            "who": forms.RadioSelect,
            "opens_at": _moment(),
            "closes_at": _moment(),
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
        _offer(self.fields["organisation"], scope.open_organisations(user), _("没有选"))
        for name in ("opens_at", "closes_at"):
            self.fields[name].validators.append(near_day)
        self.fields["classes"].queryset = term.class_groups.filter(cancelled_at=None)
        self.fields["classes"].label_from_instance = lambda group: f"{group.code} {group.name}"

    def clean(self):
        data = super().clean()
        if data.get("who") == RegistrationRound.Who.ORGANISATION and not data.get("organisation"):
            self.add_error("organisation", _("请选是哪个单位的人。"))
        return data

    def _save_m2m(self):
        """terms.save_round writes the classes with the round."""


class NamedPerson(forms.Form):
    """Somebody by name; of several namesakes one is picked on the page that comes back."""

    person = forms.CharField(max_length=30, error_messages=REQUIRED)
    pick = forms.ChoiceField(
        label=gettext_lazy("同名的不止一位，是哪一位？"), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = scope.teachers(user)
        self.known_names = scope.known_teachers(user)
        self.fields["person"].widget.attrs |= {"list": "known-teachers", "autocomplete": "off"}
        picked = self.data.get("pick", "") if self.is_bound else ""
        # Not known yet is no wrong choice: the name decides.
        self.fields["pick"].choices = [(picked, picked)] if picked else []

    def found(self, name: str, picked: str) -> Person | None:
        """Who is meant; None, with an error beside the name, while that is not clear."""
        namesakes = list(self.people.filter(name=name)[:PAGE_OF_NAMESAKES])
        if len(namesakes) > 1:
            self.fields["pick"].choices = [(str(one.pk), _who(one)) for one in namesakes]
            chosen = [one for one in namesakes if str(one.pk) == picked]
            if not chosen:
                self.add_error("person", _("叫这个名字的不止一位，请在下面选一位。"))
            return chosen[0] if chosen else None
        if not namesakes:
            self.add_error(
                "person",
                _("没有找到叫“%(name)s”的人。请检查姓名，或先在“学员档案”里建档案。")
                % {"name": name},
            )
        return namesakes[0] if namesakes else None

    @property
    def asks_which(self) -> bool:
        return len(self.fields["pick"].choices) > 1


def _who(person: Person) -> str:
    return _("%(name)s，%(year)s 年生，%(organisation)s") % {
        "name": person.name,
        "year": person.born_on.year,
        "organisation": person.organisation,
    }


class ClassStart(forms.Form):
    """Which course a new class teaches, and in which term."""

    term = forms.ModelChoiceField(
        label=gettext_lazy("学期"),
        queryset=Term.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages=REQUIRED,
    )
    course = forms.ModelChoiceField(
        label=gettext_lazy("课程"),
        help_text=gettext_lazy("课程的介绍由编辑写在网站上，没有的课请先请编辑写"),
        queryset=None,
        empty_label=gettext_lazy("请选择"),
        error_messages=REQUIRED,
    )

    def __init__(self, data=None, *, user: User):
        super().__init__(data)
        self.fields["term"].queryset = scope.terms(user).filter(ends_on__gte=timezone.localdate())
        self.fields["course"].queryset = scope.courses(user)


class ClassForm(NamedPerson, forms.ModelForm):
    """A class with its seats and the number of its meetings."""

    person = forms.CharField(
        label=gettext_lazy("教师"),
        help_text=gettext_lazy("写姓名"),
        max_length=30,
        error_messages=REQUIRED,
    )
    meetings = forms.IntegerField(
        label=gettext_lazy("一共几次课"),
        help_text=gettext_lazy("停课和调休按校历排，顺着往后推"),
        min_value=0,
        max_value=MOST_MEETINGS,
        initial=16,
    )
    common = forms.IntegerField(label=gettext_lazy("不分上课方式"))
    on_site = forms.IntegerField(label=gettext_lazy("到现场"))
    online = forms.IntegerField(label=gettext_lazy("在家看直播"))

    class Meta:
        model = ClassGroup
        fields = (
            "name",
            "code",
            "organisation",
            "weekday",
            "starts_at_time",
            "minutes",
            "mode",
            "teaching_point",
            "room",
            "fee",
            "min_to_open",
            "min_age",
            "max_age",
            "older_with_consent",
            "returning_only",
            "for_organisation",
            "after_course",
        )
        field_classes = {"organisation": TreeField, "for_organisation": TreeField}
        widgets = {"starts_at_time": _clock(), "weekday": forms.Select}
        help_texts = {
            "code": gettext_lazy("全部学期里不能重复，例如：XS-1-27C"),
            "min_to_open": gettext_lazy("不满的班会列在“今天的事”里"),
            "older_with_consent": gettext_lazy("健身、舞蹈一般不勾"),
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        group, fields = self.instance, self.fields
        self.pools = list(group.pools.select_related("teaching_point")) if group.pk else []
        led = scope.open_organisations(user)
        here = led.filter(path__startswith=group.term.organisation.path)
        _offer(fields["organisation"], here, _("请选择"))
        self.points = scope.teaching_points(user)
        _offer(fields["teaching_point"], self.points, _("不在教学点"))
        _offer(fields["for_organisation"], led, _("不限单位"))
        _offer(fields["after_course"], scope.courses(user), _("不用先学别的"))
        if not group.pk:
            fields["weekday"].choices = [("", _("请选择")), *Weekday.choices]
        self.known_rooms = scope.known_rooms(user)
        fields["room"].widget.attrs |= {"list": "known-rooms", "autocomplete": "off"}
        for kind in ("common", "on_site", "online"):
            self._seats_field(kind)
        held = [pool for pool in self.pools if pool.teaching_point]
        self.point_rows = [f"point_{number}" for number in range(len(held) + POINT_ROWS)]
        for number, name in enumerate(self.point_rows):
            pool = held[number] if number < len(held) else None
            self._point_row(name, pool)
        if group.pk and not self.is_bound:
            self.initial |= {"person": group.teacher.name, "meetings": group.sessions.count()}
            self.initial["pick"] = str(group.teacher_id)
        elif not group.pk:
            self.initial |= defaults(group.course.subject)
        if group.pk:
            # The teacher there is needs no search, and stays the one of two namesakes.
            self.people = self.people | scope.with_teacher(group)

    def _seats_field(self, kind: str) -> None:
        field = self.fields[kind]
        field.required, field.min_value = False, 1
        field.validators += [_seats_at_least_one, _seats_at_most]
        field.widget.attrs |= {"min": 1, "max": MOST_SEATS}
        pool = next((one for one in self.pools if one.kind == kind), None)
        if pool:
            self.initial[kind] = pool.capacity
            field.help_text = _taken(pool)

    def _point_row(self, name: str, pool: SeatPool | None) -> None:
        self.fields[name] = forms.ModelChoiceField(
            label=_("教学点"), queryset=self.points, required=False, empty_label=_("没有")
        )
        self.fields[f"{name}_seats"] = forms.IntegerField(
            label=_("座位数"),
            required=False,
            min_value=1,
            max_value=MOST_SEATS,
            help_text=_taken(pool) if pool else "",
        )
        if pool:
            self.initial |= {name: pool.teaching_point_id, f"{name}_seats": pool.capacity}

    def rows(self):
        """The fields of each teaching point and its seats."""
        return [(self[name], self[f"{name}_seats"]) for name in self.point_rows]

    def clean_code(self):
        return "".join(self.cleaned_data["code"].split()).upper()

    def clean(self):
        data = super().clean()
        if "person" in data:
            # save_class needs the teacher on the row before the row is checked.
            teacher = self.found(data["person"].strip(), data.get("pick", ""))
            if teacher:
                self.instance.teacher = teacher
        for name in self.point_rows:
            if bool(data.get(name)) != bool(data.get(f"{name}_seats")):
                self.add_error(f"{name}_seats", _("教学点和座位数要一起填。"))
        points = [data[name] for name in self.point_rows if data.get(name)]
        if len(points) != len(set(points)):
            self.add_error(self.point_rows[0], _("同一个教学点写了两次，请合成一行。"))
        if not self.errors and not self.seats():
            self.add_error("common", _("请至少写一种座位的数目。"))
        if not self.errors and data["min_to_open"] > sum(one.capacity for one in self.seats()):
            self.add_error("min_to_open", _("满多少人开班不能比座位还多。"))
        return data

    def is_placed(self) -> bool:
        """Whether it says who teaches and when: enough to look for clashes."""
        placed = {"weekday", "starts_at_time", "minutes"} <= set(self.cleaned_data)
        return placed and self.instance.teacher_id is not None and "person" not in self.errors

    def seats(self) -> list[Seats]:
        """The seats as they were typed."""
        data = self.cleaned_data
        kinds = [Seats(kind, data[kind]) for kind in ("common", "on_site", "online") if data[kind]]
        return kinds + [
            Seats(SeatPool.Kind.POINT, data[f"{name}_seats"], data[name])
            for name in self.point_rows
            if data[name]
        ]


def _seats_at_least_one(value):
    if value < 1:
        raise ValidationError(_("至少要有一个座位。没有这种座位就空着。"))


def _seats_at_most(value):
    if value > MOST_SEATS:
        raise ValidationError(_("一个班最多 %(count)s 个座位。") % {"count": MOST_SEATS})


def _taken(pool: SeatPool) -> str:
    if not pool.seats_taken:
        return _("还没有人报")
    return _("已有 %(count)s 人。改得比这少，他们的座位也都保留。") % {"count": pool.seats_taken}


def defaults(subject: str) -> dict:
    """What a new class of the subject begins with."""
    return {
        "min_age": 50,
        "max_age": 70 if subject in MOVING else 80,
        "older_with_consent": subject not in MOVING,
    }


class ReasonForm(forms.Form):
    """Why a class does not take place, in words for its learners."""

    because = forms.CharField(
        label=gettext_lazy("原因"),
        help_text=gettext_lazy("学员会看到，例如：报名不满 20 人"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明原因，学员会看到。")},
    )


class MergeForm(ReasonForm):
    """Into which class another goes, and why."""

    into = forms.ChoiceField(
        label=gettext_lazy("并到哪个班"), error_messages={"required": gettext_lazy("请选一个班。")}
    )

    def __init__(self, data=None, *, targets: list[ClassGroup]):
        super().__init__(data)
        self.by_key = {str(one.pk): one for one in targets}
        self.fields["into"].choices = [
            ("", _("请选择")),
            *(
                (key, f"{one.code} {one.name} · {one.get_weekday_display()}")
                for key, one in self.by_key.items()
            ),
        ]

    field_order = ["into", "because"]


class MeetingForm(NamedPerson):
    """One meeting: when, how long, and who stands in."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("什么时候上"),
        widget=_moment(),
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
        widget=_day(),
        validators=[near_day],
        error_messages=REQUIRED,
    )
    last = forms.DateField(
        label=gettext_lazy("到哪一天"),
        help_text=gettext_lazy("只有一天就空着"),
        required=False,
        widget=_day(),
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
        _offer(self.fields["organisation"], led, _("请选择"))
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
        label=gettext_lazy("哪一周"), required=False, widget=_day(), validators=[near_day]
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

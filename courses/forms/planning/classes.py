"""A class: begun, written, ended."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.forms.planning.fields import REQUIRED, CourseField, TreeField, clock, offer
from courses.forms.planning.people import NamedPerson
from courses.models import ClassGroup, SeatPool, Subject, Term, Weekday
from courses.planning import scope
from courses.planning.classes import Seats
from courses.planning.meetings import MOST_MEETINGS

# domain rule: dance, tai chi and fitness up to 70; the others up to 80, and over 80 with a
# relative's consent.
MOVING = (Subject.DANCE, Subject.FITNESS)
POINT_ROWS = 2
MOST_SEATS = 2000


class ClassStart(forms.Form):
    """Which course a new class teaches, and in which term."""

    term = forms.ModelChoiceField(
        label=gettext_lazy("学期"),
        queryset=Term.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages=REQUIRED,
    )
    course = CourseField(
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
        field_classes = {
            "organisation": TreeField,
            "for_organisation": TreeField,
            "after_course": CourseField,
        }
        widgets = {"starts_at_time": clock(), "weekday": forms.Select}
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
        offer(fields["organisation"], here, _("请选择"))
        self.points = scope.teaching_points(user)
        offer(fields["teaching_point"], self.points, _("不在教学点"))
        offer(fields["for_organisation"], led, _("不限单位"))
        offer(fields["after_course"], scope.courses(user), _("不用先学别的"))
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

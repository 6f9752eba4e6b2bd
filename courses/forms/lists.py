"""What registrars choose lists by; a field that makes no sense chooses nothing away."""

from collections.abc import Iterable

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import TeachingPoint
from courses.lists import classes, places
from courses.models import ClassGroup, SeatPool, Subject, Term, Weekday

ALL = ("", _("全部"))


class Filter(forms.Form):
    """A form that never refuses."""

    def chosen(self, name: str):
        return self.cleaned_data.get(name) or ""

    def used(self) -> Iterable[str]:
        """The fields that choose something."""
        return [name for name in self.fields if self.chosen(name) not in ("", None)]


class ClassFilter(Filter):
    """Which classes to list."""

    q = forms.CharField(
        label=_("找班"),
        help_text=_("班号、班名、教师、拼音"),
        max_length=60,
        required=False,
    )
    term = forms.ModelChoiceField(
        label=_("学期"), queryset=Term.objects.none(), empty_label=_("全部"), required=False
    )
    subject = forms.ChoiceField(label=_("门类"), choices=[ALL, *Subject.choices], required=False)
    weekday = forms.ChoiceField(label=_("星期"), choices=[ALL, *Weekday.choices], required=False)
    point = forms.ModelChoiceField(
        label=_("教学点"),
        queryset=TeachingPoint.objects.none(),
        empty_label=_("全部"),
        required=False,
    )
    state = forms.ChoiceField(label=_("情况"), choices=classes.STATE_WORDS, required=False)

    def __init__(self, data, *, terms: QuerySet[Term], points: QuerySet[TeachingPoint]):
        super().__init__(data)
        self.fields["term"].queryset = terms
        self.fields["point"].queryset = points
        self.is_valid()


class PlaceFilter(Filter):
    """Which places of a class to list."""

    q = forms.CharField(
        label=_("找人"), help_text=_("姓名、拼音、手机末四位"), max_length=60, required=False
    )
    pool = forms.ModelChoiceField(
        label=_("怎样上课"),
        queryset=SeatPool.objects.none(),
        empty_label=_("全部"),
        required=False,
    )
    source = forms.ChoiceField(label=_("怎样报的名"), choices=[ALL], required=False)
    fees = forms.ChoiceField(
        label=_("学费"),
        choices=[
            ALL,
            ("owes", _("还欠的")),
            ("paid", _("不欠的")),
            ("back", _("要退的")),
        ],
        required=False,
    )

    def __init__(self, data, *, class_group: ClassGroup, shown: str):
        super().__init__(data)
        pools = class_group.pools.all()
        self.fields["pool"].queryset = pools
        self.fields["source"].choices = [ALL, *places.sources(shown)]
        if len(pools) < 2:
            del self.fields["pool"]
        if shown not in (places.SEATS, places.GONE) or not class_group.fee:
            del self.fields["fees"]
        self.is_valid()

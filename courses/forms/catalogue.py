"""What people ask of the catalogue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.models import ClassGroup, Subject


class CatalogueForm(forms.Form):
    """Which classes to list. What cannot be understood is not asked for."""

    text = forms.CharField(
        label=_("找课、找老师"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search"}),
    )
    subject = forms.ChoiceField(
        required=False, choices=[("", _("全部")), *Subject.choices], widget=forms.HiddenInput
    )
    weekday = forms.TypedChoiceField(
        label=_("星期几"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("哪天都可以")), *ClassGroup.Weekday.choices],
    )
    place = forms.ChoiceField(label=_("在哪里上"), required=False)

    def __init__(self, *args, points, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [
            ("", _("哪里都可以")),
            (queries.AT_HOME, _("在家看直播")),
            *((str(point.pk), point.name) for point in points),
        ]

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the subject was asked."""
        return bool(self.asked().keys() - {"subject"})

    def asked(self) -> dict:
        """What was asked and understood, for queries.catalogue."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in self.fields if self._has(name)}

    def _has(self, name: str) -> bool:
        return self.cleaned_data.get(name) not in (None, "")

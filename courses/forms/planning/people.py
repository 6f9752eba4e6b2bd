"""Who teaches, written by name."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person, User
from courses.forms.planning.fields import REQUIRED
from courses.planning import scope

PAGE_OF_NAMESAKES = 8


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

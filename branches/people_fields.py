"""Choosing members: from a list where there are few, by writing names where there are many.

A list of five thousand is heavy to load and hopeless to look through.
"""

import re
from collections import Counter
from collections.abc import Iterable

from django import forms
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person

# With more people nobody finds anybody in a list.
MANY = 200
ONE_HINT = gettext_lazy("写全名；同名的，后面空一格加手机号后四位或者出生年份。")
SEVERAL_HINT = gettext_lazy(
    "写全名，一行一个或者用顿号隔开；同名的，后面空一格加手机号后四位或者出生年份。"
)
BETWEEN = re.compile(r"[、，,；;\n\r\t]+")


def offer(form: forms.Form, people: QuerySet[Person], *names: str) -> None:
    """Let the fields `names` choose among `people`: a list, or names to be written."""
    few = list(people[: MANY + 1])
    for name in names:
        if name not in form.fields:
            continue
        field = form.fields[name]
        if len(few) > MANY:
            several = isinstance(field, forms.ModelMultipleChoiceField)
            form.fields[name] = (NamesField if several else NameField)(
                people, hint=field.help_text, label=field.label, required=field.required
            )
            continue
        field.queryset = people
        options = list(told_apart(few).items())
        empty = getattr(field, "empty_label", None)
        field.choices = [("", empty), *options] if empty is not None else options


def told_apart(people: Iterable[Person]) -> dict[int, str]:
    """What to call each of `people`: by name, and who shares it with the year of birth as well
    and the end of a telephone number; two files of one human being by the files' numbers."""
    people = list(people)
    found = {person.pk: person.name for person in people}
    for more in (_at_length, _by_file):
        times = Counter(found.values())
        found |= {each.pk: more(each) for each in people if times[found[each.pk]] > 1}
    return found


def _at_length(person: Person) -> str:
    facts = [_("%(year)s 年生") % {"year": person.born_on.year}]
    if person.phone_tail:
        facts.append(_("尾号 %(tail)s") % {"tail": person.phone_tail})
    return f"{person.name}（{'，'.join(facts)}）"


def _by_file(person: Person) -> str:
    year = _("%(year)s 年生") % {"year": person.born_on.year}
    number = _("%(number)s 号档案") % {"number": person.pk}
    return f"{person.name}（{year}，{number}）"


class NameField(forms.CharField):
    """One of many, by the whole name."""

    def __init__(self, people: QuerySet[Person], *, hint="", **kwargs):
        self.people = people
        super().__init__(
            max_length=60,
            help_text=format_lazy("{}{}", hint, ONE_HINT),
            error_messages={"required": gettext_lazy("请写一位同志的姓名。")},
            **kwargs,
        )

    def prepare_value(self, value):
        if isinstance(value, Person):
            return written(self.people, [value])
        if isinstance(value, int):
            return written(self.people, self.people.filter(pk=value))
        return value

    def clean(self, value) -> Person | None:
        typed = super().clean(value)
        if not typed:
            return None
        return _meant(self.people, typed)


class NamesField(forms.CharField):
    """Several of many, by their whole names."""

    widget = forms.Textarea(attrs={"rows": 6})

    def __init__(self, people: QuerySet[Person], *, hint="", **kwargs):
        self.people = people
        super().__init__(
            max_length=50_000,
            help_text=format_lazy("{}{}", hint, SEVERAL_HINT),
            **kwargs,
        )

    def prepare_value(self, value):
        if value is None or isinstance(value, str):
            return value
        return written(self.people, self.people.filter(pk__in=list(value)))

    def clean(self, value) -> list[Person]:
        typed = [one.strip() for one in BETWEEN.split(super().clean(value))]
        typed = [one for one in dict.fromkeys(typed) if one]
        # Most names are one person's: asked at once, and only the others one by one.
        alone: dict[str, list[Person]] = {}
        for start in range(0, len(typed), 500):
            for person in self.people.filter(name__in=typed[start : start + 500]):
                alone.setdefault(person.name, []).append(person)
        found, wrong = {}, []
        for one in typed:
            if len(alone.get(one, ())) == 1:
                found[alone[one][0].pk] = alone[one][0]
                continue
            try:
                person = _meant(self.people, one)
                found[person.pk] = person
            except forms.ValidationError as error:
                wrong += error.messages
        if wrong:
            raise forms.ValidationError(wrong[:10])
        return list(found.values())


def _meant(people: QuerySet[Person], typed: str) -> Person:
    """Who is meant by a name, maybe with the end of a number or a year of birth behind it."""
    name, _space, tail = typed.strip().rpartition(" ")
    if name and tail.isascii() and tail.isdecimal() and len(tail) == 4:
        meant = list(people.filter(name=name.strip()))
        sure = [one for one in meant if one.phone_tail == tail] or [
            one for one in meant if one.born_on.year == int(tail)
        ]
    else:
        sure = list(people.filter(name=typed.strip()))
    if not sure:
        raise forms.ValidationError(_("没有找到“%(name)s”，请写全名。") % {"name": typed})
    if len(sure) > 1:
        raise forms.ValidationError(
            _("有几个人叫“%(name)s”，请在后面空一格，写手机号后四位或者出生年份。")
            % {"name": typed}
        )
    return sure[0]


def written(people: QuerySet[Person], chosen: Iterable[Person]) -> str:
    """The names as the fields read them."""
    chosen = list(chosen)
    same: dict[str, int] = {}
    names = [person.name for person in chosen]
    for start in range(0, len(names), 500):
        for name in people.filter(name__in=names[start : start + 500]).values_list(
            "name", flat=True
        ):
            same[name] = same.get(name, 0) + 1
    return "、".join(
        f"{one.name} {one.phone_tail or one.born_on.year}"
        if same.get(one.name, 0) > 1
        else one.name
        for one in chosen
    )

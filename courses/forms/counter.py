"""What the registrar types at the counter: a new file, a relative's word, reasons."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import phones
from accounts.files.fields import BirthField, NameField
from accounts.models import Organisation, Person
from courses.models import RelativeConsent


class NewFile(forms.Form):
    """As little of somebody as registration needs; the rest is filled in with time."""

    name = NameField()
    sex = forms.ChoiceField(
        label=_("性别"),
        choices=Person.Sex,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择性别。")},
    )
    born = BirthField()
    phone = phones.PhoneField(required=False, help_text=_("没有手机就空着"))
    organisation = forms.ModelChoiceField(
        label=_("所在地区或单位"),
        queryset=Organisation.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("请选择所在地区或单位。"),
            "invalid_choice": _("请选择您管理的地区或单位。"),
        },
    )

    def __init__(self, *args, organisations: QuerySet[Organisation], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["phone"].widget.attrs["autocomplete"] = "off"
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        if not self.is_bound:
            # Nobody reaches for the mouse at the counter.
            first = "born" if self.initial.get("name") else "name"
            self.fields[first].widget.attrs["autofocus"] = True

    def facts(self) -> dict:
        """What services write, by the names of Person's fields."""
        data = self.cleaned_data
        born_on, is_known = data["born"]
        facts = {name: data[name] for name in ("name", "sex", "phone", "organisation")}
        return facts | {"born_on": born_on, "born_day_known": is_known}

    def known(self) -> dict:
        """By what a second file of the same human being is recognised."""
        data = self.cleaned_data
        return {"name": data["name"], "born_on": data["born"][0], "phone": data["phone"]}

    def doubts(self) -> list[str]:
        """What may be right and should be looked at once more."""
        return list(self.fields["name"].doubts)


class GuestForm(forms.Form):
    """What somebody of elsewhere tells, so that their file may be opened."""

    name = NameField()
    born = BirthField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
        self.fields["name"].widget.attrs["autofocus"] = True


class RelativeConsentForm(forms.Form):
    """A relative's word, given on paper or by telephone."""

    relative = forms.CharField(
        label=_("家属姓名"),
        max_length=30,
        error_messages={"required": _("请写家属的姓名。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relation = forms.CharField(
        label=_("是本人的什么人"),
        help_text=_("例如：女儿"),
        max_length=20,
        error_messages={"required": _("请写是本人的什么人。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = phones.PhoneField(label=_("家属手机号"), required=False)
    how = forms.ChoiceField(
        label=_("怎样同意的"),
        choices=[
            (how.value, how.label)
            for how in (RelativeConsent.How.PAPER, RelativeConsent.How.PHONE)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选是书面还是电话里同意的。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs["autocomplete"] = "off"

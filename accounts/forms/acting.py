"""What people type to let somebody act for them, or to study on one device."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.acting.proxies import FAMILY
from accounts.models import Proxy
from accounts.phones import PhoneField

_WHICH = dict.fromkeys(["required", "invalid_choice"], gettext_lazy("请选一个。"))


class GrantForm(forms.Form):
    """Whose number, and what they are to me."""

    phone = PhoneField(
        label=gettext_lazy("家人的手机号"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("他是我的"),
        choices=[(relation, relation.label) for relation in FAMILY],
        widget=forms.RadioSelect,
        error_messages=_WHICH,
    )


class PaperGrantForm(GrantForm):
    """The same from a signed paper; also staff may be allowed to act."""

    phone = PhoneField(
        label=gettext_lazy("代办人的手机号"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("代办人是他的"),
        choices=Proxy.Relation,
        widget=forms.RadioSelect,
        error_messages=_WHICH,
    )
    paper = forms.CharField(
        label=gettext_lazy("签字的纸：编号或放在哪里"),
        max_length=100,
        error_messages={"required": gettext_lazy("请写明签字的纸放在哪里，或它的编号。")},
    )


class ProposalForm(forms.Form):
    """Whom to study with, by telephone number."""

    phone = PhoneField(
        label=gettext_lazy("另一位的手机号"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )


class PaperHouseholdForm(forms.Form):
    """The other person of a paper that both have signed, among files that were found."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("另一位"),
        queryset=None,
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": gettext_lazy("请选另一位是谁。"),
            "invalid_choice": gettext_lazy("请选另一位是谁。"),
        },
    )
    paper = forms.CharField(
        label=gettext_lazy("签字的纸：编号或放在哪里"),
        max_length=100,
        error_messages={"required": gettext_lazy("请写明签字的纸放在哪里，或它的编号。")},
    )

    def __init__(self, *args, files, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = files
        self.fields["person"].label_from_instance = _who


def _who(person) -> str:
    """Enough to tell two of one name apart, and no more."""
    facts = [person.name, str(person.born_on.year), person.masked_phone, person.organisation.name]
    return " · ".join(fact for fact in facts if fact)

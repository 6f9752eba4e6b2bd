"""What learners fill in about a class."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.phones import PhoneField

# Kept in the words of the school: whoever reads the consent later reads this.
RELATIONS = (
    ("子女", _("子女")),
    ("老伴", _("老伴")),
    ("孙辈", _("孙辈")),
    ("兄弟姐妹", _("兄弟姐妹")),
    ("其他亲属", _("其他亲属")),
)


class RelativeForm(forms.Form):
    """Which relative is asked whether somebody past a class's age may learn."""

    relative = forms.CharField(
        label=_("家属姓名"),
        max_length=30,
        error_messages={"required": _("请填写家属的姓名。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relation = forms.ChoiceField(
        label=_("是您的什么人"),
        choices=RELATIONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选是您的什么人。")},
    )
    phone = PhoneField(label=_("家属的手机号"), help_text=_("我们发一条短信问一声。"))
    phone.widget.attrs["autocomplete"] = "off"

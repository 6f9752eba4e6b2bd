"""What staff type into somebody's file, and by what they look for one."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import id_numbers, phones
from accounts.files import keeping
from accounts.files.fields import BirthField, NameField
from accounts.files.photos import LARGEST_FILE
from accounts.forms.fields import OrganisationField
from accounts.models import Organisation, Person
from accounts.roster import checks, cleaning

# A landline with its area code, an extension, a second mobile number.
OTHER_PHONE = RegexValidator(
    r"^[0-9+()（）\- 转]{5,20}$",
    gettext_lazy("电话只写数字、横线和“转”，例如 0532-12345678。"),
)
LONGEST_NOTE = 1000


class IdNumberField(forms.CharField):
    """An ID number; 15 digits become 18 signs, and the signs must agree."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", gettext_lazy("身份证号"))
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return ""
        answer = cleaning.id_number(value)
        problems = [problem.message for problem in answer.problems]
        if answer.value and not id_numbers.is_checked(answer.value):
            problems = [checks.WRONG_CHECK.message]
        elif answer.value and not id_numbers.has_known_region(answer.value):
            problems = [checks.WRONG_REGION.message]
        elif answer.value and not id_numbers.born_on(answer.value):
            problems = [checks.WRONG_DAY.message]
        if problems:
            raise ValidationError(problems)
        return answer.value


class ConsentFields(forms.Form):
    """The paper that somebody signed before sensitive items are kept."""

    consent = forms.BooleanField(label=gettext_lazy("本人已签《敏感信息告知书》"), required=False)
    paper = forms.CharField(
        label=gettext_lazy("签字的纸在哪里，或它的编号"), max_length=100, required=False
    )

    def clean(self):
        data = super().clean()
        if data.get("consent") and not data.get("paper"):
            self.add_error("paper", _("请写明签字的纸放在哪里，或它的编号。"))
        return data

    @property
    def signed_paper(self) -> str:
        return self.cleaned_data.get("paper", "") if self.cleaned_data.get("consent") else ""


class FileForm(ConsentFields):
    """Everything that staff write into a file.

    What is masked everywhere stands in it only once somebody has asked to see it
    (`opened`), or while there is nothing in it.
    """

    name = NameField()
    sex = forms.ChoiceField(
        label=gettext_lazy("性别"),
        choices=Person.Sex,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择性别。")},
    )
    born = BirthField()
    kind = forms.ChoiceField(
        label=gettext_lazy("人员类别"), choices=Person.Kind, initial=Person.Kind.RETIRED
    )
    organisation = OrganisationField(
        label=gettext_lazy("所在地区或单位"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages={
            "required": gettext_lazy("请选择所在地区或单位。"),
            "invalid_choice": gettext_lazy("请选择您管理的地区或单位。"),
        },
    )
    phone = phones.PhoneField(
        required=False, help_text=gettext_lazy("没有手机就空着，老两口可以写同一个")
    )
    other_phone = forms.CharField(
        label=gettext_lazy("其他电话"), max_length=20, required=False, validators=[OTHER_PHONE]
    )
    phone_note = forms.CharField(
        label=gettext_lazy("打电话的说明"),
        help_text=gettext_lazy("例如：耳背，请打给女儿"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    residence = forms.CharField(label=gettext_lazy("常住地"), max_length=100, required=False)
    lives_away = forms.BooleanField(label=gettext_lazy("常居外地"), required=False)
    moves_badly = forms.BooleanField(label=gettext_lazy("行动不便"), required=False)
    wants_class_sms = forms.BooleanField(
        label=gettext_lazy("上课前发短信（本人愿意）"), required=False
    )
    id_number = IdNumberField(help_text=gettext_lazy("可以不填"))
    health_note = forms.CharField(
        label=gettext_lazy("健康说明"),
        help_text=gettext_lazy("只写上课要注意的，例如：走路要人扶"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        data=None,
        *,
        organisations: QuerySet[Organisation],
        person: Person | None = None,
        opened: bool = False,
        may_keep_sensitive: bool = False,
        initial: dict | None = None,
    ):
        super().__init__(data, initial=(_facts_of(person) if person else {}) | (initial or {}))
        self.is_open = opened
        self.fields["organisation"].queryset = organisations
        if may_keep_sensitive:
            del self.fields["consent"], self.fields["paper"]
        self.masked = [] if opened or not person else masked_facts(person)
        for name in self.masked:
            del self.fields[name]

    @property
    def masked_labels(self) -> list[str]:
        return [self.base_fields[name].label for name in self.masked]

    def facts(self) -> dict:
        """What services write, by the names of Person's fields."""
        data = self.cleaned_data
        facts = {name: data[name] for name in keeping.FACTS if name in data}
        facts["born_on"], facts["born_day_known"] = data["born"]
        return facts

    def known(self) -> dict:
        """By what a second file of the same human being is recognised."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "born_on": data["born"][0],
            "phone": data["phone"],
            "id_number": data["id_number"],
        }

    def doubts(self) -> list[str]:
        """What may be right and should be looked at once more."""
        data = self.cleaned_data
        found = list(self.fields["name"].doubts)
        number = data.get("id_number", "")
        if not number:
            return found
        born_on, is_known = data["born"]
        on_card = id_numbers.born_on(number)
        if (on_card if is_known else on_card.replace(day=1)) != born_on:
            found.append(checks.BORN_DIFFERS.message)
        if id_numbers.sex(number) != data["sex"]:
            found.append(checks.SEX_DIFFERS.message)
        return found


def masked_facts(person: Person) -> list[str]:
    """The masked facts that the file has something in."""
    return [name for name in keeping.MASKED if getattr(person, name)]


def _facts_of(person: Person) -> dict:
    facts = {name: getattr(person, name) for name in keeping.FACTS}
    return facts | {"born": (person.born_on, person.born_day_known)}


def typed_so_far(data) -> dict:
    """What a form was sent with, as the beginning of one that shows more."""
    ticked = {
        name: name in data
        for name, field in FileForm.base_fields.items()
        if isinstance(field, forms.BooleanField)
    }
    return {name: data[name] for name in FileForm.base_fields if name in data} | ticked


class RelativeForm(forms.Form):
    """Whom to call for somebody."""

    name = NameField()
    relation = forms.CharField(
        label=gettext_lazy("与本人关系"),
        help_text=gettext_lazy("例如：女儿"),
        max_length=20,
        required=False,
    )
    phone = forms.CharField(
        label=gettext_lazy("电话"),
        max_length=20,
        validators=[OTHER_PHONE],
        error_messages={"required": gettext_lazy("请填写电话。")},
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        help_text=gettext_lazy("例如：白天上班，晚上打"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in keeping.RELATIVE_FACTS}


class PhotoForm(ConsentFields):
    """A photo of somebody's face."""

    photo = forms.FileField(
        label=gettext_lazy("照片"),
        help_text=gettext_lazy("JPG、PNG 或 WebP，10 MB 以内；会缩小，不留拍摄地点"),
        error_messages={
            "required": gettext_lazy("请选择一张照片。"),
            "empty": gettext_lazy("这个文件是空的，请换一张照片。"),
        },
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args, may_keep_sensitive: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if may_keep_sensitive:
            del self.fields["consent"], self.fields["paper"]

    def clean_photo(self):
        photo = self.cleaned_data["photo"]
        if photo.size > LARGEST_FILE:
            raise ValidationError(_("照片太大了，请用 10 MB 以内的。"))
        return photo


class FileFilter(forms.Form):
    """Which files to list; a field that makes no sense chooses nothing away."""

    q = forms.CharField(
        label=gettext_lazy("找人"),
        help_text=gettext_lazy("姓名、拼音、首字母、手机或身份证末四位"),
        max_length=100,
        required=False,
    )
    organisation = OrganisationField(
        label=gettext_lazy("地区或单位"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("全部"),
        required=False,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("人员类别"),
        choices=[("", gettext_lazy("全部")), *Person.Kind.choices],
        required=False,
    )
    only = forms.ChoiceField(
        label=gettext_lazy("只看"),
        choices=[
            ("", gettext_lazy("全部")),
            ("away", gettext_lazy("常居外地")),
            ("badly", gettext_lazy("行动不便")),
            ("no_phone", gettext_lazy("没有手机")),
            ("deceased", gettext_lazy("已去世")),
        ],
        required=False,
    )

    def __init__(self, data, *, organisations: QuerySet[Organisation]):
        super().__init__(data)
        self.fields["organisation"].queryset = organisations
        self.is_valid()

    def chosen(self, name: str):
        return self.cleaned_data.get(name) or ""

    def used(self) -> Iterable[str]:
        """The fields that choose something."""
        return [name for name in self.fields if self.chosen(name)]

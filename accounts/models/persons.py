"""The file of one human being (一人一档), and whom to call for them."""

from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.organisations import Organisation
from common import masks
from common.sealed import SealedTextField

# "accounts.Person:id_number": the use of a blind index (common.sealed).
ID_NUMBER = "person.id_number"
ID_TAIL = "person.id_tail"


def private_storage():
    return storages["private"]


class PersonQuerySet(models.QuerySet):
    def kept(self):
        """Files that stand for somebody: neither merged into another nor erased."""
        return self.filter(merged_into=None, erased_at=None)


class Person(models.Model):
    """The file of one human being (一人一档), whether or not they ever log in."""

    class Sex(models.TextChoices):
        FEMALE = "f", _("女")
        MALE = "m", _("男")

    class Kind(models.TextChoices):
        LIXIU = "lixiu", _("离休")
        RETIRED = "retired", _("退休")
        PUBLIC = "public", _("群众")
        STAFF = "staff", _("工作人员")

    name = models.CharField(_("姓名"), max_length=40, db_index=True)
    # Written by accounts.services whenever the name is: "wang xiulan", "wangxiulan" and
    # "wxl". Chinese names sort and are found by them (the databases know no pinyin).
    pinyin = models.CharField(_("拼音"), max_length=160, editable=False)
    pinyin_letters = models.CharField(max_length=160, editable=False, db_index=True, default="")
    pinyin_initials = models.CharField(
        _("拼音首字母"), max_length=40, editable=False, db_index=True
    )
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, blank=True)
    born_on = models.DateField(_("出生日期"))
    # Rosters often know year and month only (出生年月); then born_on is the first of it.
    born_day_known = models.BooleanField(_("知道出生的日子"), default=True)
    # Not unique: a couple may share one telephone, and many have none.
    phone = models.CharField(_("手机号"), max_length=11, blank=True, db_index=True)
    phone_tail = models.CharField(max_length=4, editable=False, db_index=True, default="")
    other_phone = models.CharField(_("其他电话"), max_length=20, blank=True)
    phone_note = SealedTextField(_("打电话的说明"), blank=True, default="")
    id_number = SealedTextField(_("身份证号"), blank=True, default="")
    # Written with the number: what a file is found by (common.sealed.blind_index).
    id_index = models.CharField(
        max_length=64, editable=False, blank=True, default="", db_index=True
    )
    id_tail_index = models.CharField(
        max_length=64, editable=False, blank=True, default="", db_index=True
    )
    health_note = SealedTextField(_("健康说明"), blank=True, default="")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="persons", verbose_name=_("组织机构")
    )
    kind = models.CharField(_("人员类别"), max_length=8, choices=Kind, default=Kind.RETIRED)
    residence = models.CharField(_("常住地"), max_length=100, blank=True)
    lives_away = models.BooleanField(_("常居外地"), default=False)
    moves_badly = models.BooleanField(_("行动不便"), default=False)
    photo = models.ImageField(_("照片"), upload_to="photos", storage=private_storage, blank=True)
    wants_class_sms = models.BooleanField(_("上课前发短信"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deceased_on = models.DateField(_("去世日期"), null=True, blank=True)
    # From then on nobody changes the file, logs in by it or acts for it.
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    # A second file of the same human being: an empty cover that leads to the kept one.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged_files"
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["pinyin", "pk"]
        verbose_name = verbose_name_plural = _("学员档案")
        constraints = [
            models.CheckConstraint(name="person_has_a_name", condition=~Q(name="")),
            models.UniqueConstraint(
                name="an_id_number_stands_in_one_file",
                fields=["id_index"],
                condition=~Q(id_index="") & Q(merged_into=None),
                violation_error_message=_("这个身份证号已经在另一份档案里。"),
            ),
            models.CheckConstraint(
                name="a_deceased_persons_file_is_frozen",
                condition=Q(deceased_on=None) | Q(frozen_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "pinyin"], name="files_of_an_organisation"),
            # The first page of everybody, without sorting them all.
            models.Index(
                fields=["pinyin", "id"],
                condition=Q(merged_into=None, erased_at=None),
                name="files_in_order",
            ),
        ]

    def __str__(self):
        return self.name

    def age_on(self, day) -> int:
        """Full years (周岁) on `day`."""
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)

    @property
    def masked_phone(self) -> str:
        return masks.phone(self.phone)

    @property
    def masked_id_number(self) -> str:
        return masks.id_number(self.id_number)

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None


class Relative(models.Model):
    """Somebody to call for a person; not a login and no right to act (see Proxy)."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="relatives", verbose_name=_("本人")
    )
    name = models.CharField(_("姓名"), max_length=40)
    relation = models.CharField(_("关系"), max_length=20, blank=True)
    phone = models.CharField(_("电话"), max_length=20)
    note = SealedTextField(_("说明"), blank=True, default="")

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = _("家属")

    def __str__(self):
        return f"{self.name}（{self.relation}）" if self.relation else self.name

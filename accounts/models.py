"""Who there is: organisations, persons (the file), users (the login), roles, proxies.

A person is a human being and never a login: enrolments, presence and study lines all
point to `Person`. A `User` is a telephone number that may log in; it may have a file of
its own and may act for others through `Proxy`.
"""

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager

from common import masks


class Organisation(MP_Node):
    """A node of the administrative tree: province, city, county, street, community, unit."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("省")
        CITY = "city", _("市")
        COUNTY = "county", _("县（区）")
        TOWNSHIP = "township", _("乡镇街道")
        COMMUNITY = "community", _("社区")
        UNIT = "unit", _("单位")
        UNIVERSITY = "university", _("老年大学")

    name = models.CharField(_("名称"), max_length=100)
    code = models.CharField(_("代码"), max_length=40, unique=True)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)

    objects = MP_NodeManager()

    class Meta:
        verbose_name = verbose_name_plural = _("组织机构")

    def __str__(self):
        return self.name


class TeachingPoint(models.Model):
    """A room of an organisation with a shared screen, where people watch together."""

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="teaching_points",
        verbose_name=_("组织机构"),
    )
    name = models.CharField(_("名称"), max_length=100)
    address = models.CharField(_("地址"), max_length=200)

    class Meta:
        ordering = ["name"]
        verbose_name = verbose_name_plural = _("教学点")

    def __str__(self):
        return self.name


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

    name = models.CharField(_("姓名"), max_length=40)
    # Written by accounts.services whenever the name is: "wang xiulan" and "wxl". Chinese
    # names sort and are found by them (the databases know no pinyin).
    pinyin = models.CharField(_("拼音"), max_length=160, editable=False)
    pinyin_initials = models.CharField(_("拼音首字母"), max_length=40, editable=False)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex)
    born_on = models.DateField(_("出生日期"))
    # Not unique: a couple may share one telephone, and many have none.
    phone = models.CharField(_("手机号"), max_length=11, blank=True, db_index=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="persons", verbose_name=_("组织机构")
    )
    kind = models.CharField(_("人员类别"), max_length=8, choices=Kind, default=Kind.RETIRED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pinyin", "pk"]
        verbose_name = verbose_name_plural = _("学员档案")
        constraints = [
            models.CheckConstraint(name="person_has_a_name", condition=~Q(name="")),
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


class UserManager(BaseUserManager):
    def create_user(self, phone, **fields):
        user = self.model(phone=phone, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, phone, password=None, **fields):
        return self.create_user(phone, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, phone):
        return self.get(phone=phone)


class User(AbstractUser):
    """A login: one telephone number, proved by a code; nobody has a password."""

    class Step(models.TextChoices):
        STANDARD = "standard", _("标准")
        LARGE = "large", _("大")
        LARGEST = "largest", _("特大")

    class Theme(models.TextChoices):
        LIGHT = "light", _("普通")
        CONTRAST = "contrast", _("高对比")
        DARK = "dark", _("深色")

    username = None
    phone = models.CharField(_("手机号"), max_length=11, unique=True)
    phone_proved_at = models.DateTimeField(_("手机号验证时间"), null=True, blank=True)
    person = models.OneToOneField(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="login",
        verbose_name=_("本人档案"),
    )
    text_step = models.CharField(max_length=8, choices=Step, default=Step.STANDARD)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.LIGHT)

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = _("登录账号")

    def __str__(self):
        return self.get_full_name()

    def get_full_name(self):
        return self.person.name if self.person_id else masks.phone(self.phone)

    def get_short_name(self):
        return self.get_full_name()


class RoleGrant(models.Model):
    """A person's role at an organisation; it holds for everything beneath it."""

    class Role(models.TextChoices):
        TEACHER = "teacher", _("教师")
        REGISTRAR = "registrar", _("教务")
        COORDINATOR = "coordinator", _("教学点联络员")
        HELPER = "helper", _("小助手")
        BUREAU = "bureau", _("老干部局")
        EDITOR = "editor", _("编辑")
        REVIEWER = "reviewer", _("审核")
        ADMINISTRATOR = "administrator", _("管理员")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="roles", verbose_name=_("人员")
    )
    role = models.CharField(_("角色"), max_length=13, choices=Role)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="roles", verbose_name=_("组织机构")
    )
    granted_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        ordering = ["role", "pk"]
        verbose_name = verbose_name_plural = _("角色")
        constraints = [
            models.UniqueConstraint(
                name="one_live_grant_of_a_role_at_an_organisation",
                fields=["person", "role", "organisation"],
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.get_role_display()} · {self.organisation}"


class Proxy(models.Model):
    """Who may act for whom (代办): granted, shown on every page, revocable."""

    class Relation(models.TextChoices):
        SPOUSE = "spouse", _("老伴")
        CHILD = "child", _("子女")
        MONITOR = "monitor", _("班长")
        STAFF = "staff", _("工作人员")

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="proxies", verbose_name=_("本人")
    )
    agent = models.ForeignKey(
        User, models.CASCADE, related_name="acts_for", verbose_name=_("代办人")
    )
    relation = models.CharField(_("关系"), max_length=8, choices=Relation)
    granted_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = _("代办")
        constraints = [
            models.UniqueConstraint(
                name="one_live_proxy_for_a_person_and_agent",
                fields=["person", "agent"],
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="proxy_is_revoked_after_it_was_granted",
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("granted_at")),
            ),
        ]

    def __str__(self):
        return f"{self.agent} → {self.person}"


class SentCode(models.Model):
    """One code sent to a number: what the limits per number and per day are counted from.

    The number stands as a keyed hash: counting needs no telephone numbers.
    """

    phone_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField(db_index=True)
    # How often it was tried. The session counts too, but requests that come at the same
    # moment all read the same session (accounts.sms.take_try).
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["phone_hash", "sent_at"], name="codes_of_a_number")]

    def __str__(self):
        return f"{self.sent_at:%Y-%m-%d %H:%M}"


class InboxMessage(models.Model):
    """A message that the demo inbox shows instead of sending it (demo mode only)."""

    phone = models.CharField(max_length=11)
    text = models.CharField(max_length=300)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self):
        return f"{masks.phone(self.phone)} {self.sent_at:%Y-%m-%d %H:%M}"

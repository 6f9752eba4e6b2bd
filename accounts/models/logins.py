"""The login (a telephone number), the codes sent to it, and the card that replaces both."""

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.persons import Person
from common import masks


class UserManager(BaseUserManager):
    def create_user(self, phone, **fields):
        user = self.model(phone=phone or None, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, phone, password=None, **fields):
        return self.create_user(phone, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, phone):
        return self.get(phone=phone)


class User(AbstractUser):
    """A login: one telephone number, proved by a code; nobody has a password.

    Without a number it is opened by its person's printed card alone (PersonalCard).
    """

    class Step(models.TextChoices):
        STANDARD = "standard", _("标准")
        LARGE = "large", _("大")
        LARGEST = "largest", _("特大")

    class Theme(models.TextChoices):
        LIGHT = "light", _("普通")
        CONTRAST = "contrast", _("高对比")
        DARK = "dark", _("深色")

    username = None
    phone = models.CharField(_("手机号"), max_length=11, unique=True, null=True, blank=True)
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
    # Counted up to end every session of this login at once.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS = []

    # What stands in for a code in this request: a card or a class link (accounts.logins.limited).
    # None for a login that proved itself.
    opened_by = None
    # False where the login was read with its roles and has none (accounts.logins.backend).
    holds_roles = True

    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = _("登录账号")

    def __str__(self):
        return self.get_full_name()

    def get_full_name(self):
        return self.person.name if self.person_id else masks.phone(self.phone or "")

    def get_short_name(self):
        return self.get_full_name()

    @property
    def is_limited(self) -> bool:
        """Whether nothing but a card or a class link says who this is: no role holds then."""
        return self.opened_by is not None

    @property
    def card_used(self) -> int:
        """The card by which this request came, or 0."""
        return self.opened_by.card if self.opened_by else 0

    def _get_session_auth_hash(self, secret=None):
        # Django's own is made of the password, which nobody has here.
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.User", value, secret=secret, algorithm="sha256").hexdigest()


class PersonalCard(models.Model):
    """A printed card with a QR code that lets its person into class, and no further."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="cards", verbose_name=_("本人")
    )
    # The address on the card cannot be made from this.
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(_("发卡时间"), default=timezone.now)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = verbose_name_plural = _("学员卡")
        constraints = [
            models.UniqueConstraint(
                name="one_card_of_a_person_works",
                fields=["person"],
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="card_is_revoked_after_it_was_issued",
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("issued_at")),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.issued_at:%Y-%m-%d}"


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

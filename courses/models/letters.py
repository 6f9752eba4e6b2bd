"""How a person hears of their classes: letters on their page, reminders, a calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person


class Letter(models.Model):
    """What the school told a person (来信); also shown on their page, sent or not."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="letters")
    # What it is about, so that nobody is told the same twice: "offer:12".
    key = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    url = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    # How many telephones it went to.
    sent_to = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = verbose_name_plural = _("来信")
        constraints = [
            models.UniqueConstraint(name="nobody_is_told_twice", fields=["person", "key"]),
        ]

    def __str__(self):
        return f"{self.person} {self.key}"


class ReminderChoice(models.Model):
    """How a person wants to be reminded the evening before a class."""

    class By(models.TextChoices):
        SMS = "sms", _("发短信，也放在来信里")
        LETTER = "letter", _("只放在来信里")
        NOT = "not", _("不用提醒")

    person = models.OneToOneField(Person, models.CASCADE, related_name="reminder_choice")
    by = models.CharField(_("上课前一天晚上"), max_length=6, choices=By, default=By.SMS)

    class Meta:
        verbose_name = verbose_name_plural = _("上课提醒")

    def __str__(self):
        return f"{self.person} {self.by}"


class CalendarAddress(models.Model):
    """The private address of a person's timetable feed; who has it can read the timetable."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="calendar_address")
    token = models.CharField(max_length=43, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("日历订阅")

    def __str__(self):
        return str(self.person)

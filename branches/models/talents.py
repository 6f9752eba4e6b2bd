"""What members could teach others, in their own words (我愿意教)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User

TEACHES_AT_MOST = 60
SUITS_AT_MOST = 200


class TalentCard(models.Model):
    """One thing a member would teach. Never changed: withdrawn, and another one written."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="talent_cards", verbose_name=_("姓名")
    )
    teaches = models.CharField(_("愿意教什么"), max_length=TEACHES_AT_MOST)
    suits = models.CharField(_("什么时候、在哪里方便"), max_length=SUITS_AT_MOST, blank=True)
    written_at = models.DateTimeField(_("写下时间"))
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("我愿意教")
        indexes = [
            models.Index(
                fields=["person"], condition=Q(withdrawn_at=None), name="standing_talent_cards"
            )
        ]

    def __str__(self):
        return self.teaches

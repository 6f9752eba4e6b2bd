"""What the branches do when news comes from below."""

import logging

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from branches import ledger, queries
from branches.errors import NoHoursRule
from common.doors import WorkDoor, doors_asked_for
from live.signals import session_closed

logger = logging.getLogger(__name__)


@receiver(session_closed)
def post_session(sender, session, **kwargs):
    try:
        ledger.post_session(session=session)
    except NoHoursRule as error:
        # Nobody is there to be told; once there is a rule, the scheduler posts the rest.
        logger.warning("Session %s: %s", session.pk, error)


@receiver(doors_asked_for)
def door_to_the_ledger(sender, user, **kwargs):
    if not user.is_superuser and queries.branches_led_by(user).exists():
        return [WorkDoor(reverse("branches:list"), "book", _("学习台账"), _("支部的学习记录"))]
    return []

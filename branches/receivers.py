"""What the branches do when news comes from below."""

import logging

from django.dispatch import receiver

from branches import ledger
from branches.errors import NoHoursRule
from live.signals import session_closed

logger = logging.getLogger(__name__)


@receiver(session_closed)
def post_session(sender, session, **kwargs):
    try:
        ledger.post_session(session=session)
    except NoHoursRule as error:
        # Nobody is there to be told; once there is a rule, the scheduler posts the rest.
        logger.warning("Session %s: %s", session.pk, error)

"""What those who were away make up: written by the secretary, said by the member, posted once."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from branches import evidence, ledger, records
from branches.activities import wording
from branches.errors import CannotMakeUp, NoHoursRule
from branches.models import Absence
from courses.letters import tell


@transaction.atomic
def make_up(*, now: datetime | None = None, **facts) -> Absence:
    """As records.make_up, and a booklet or a talk that is done becomes a line of the ledger.

    A replay is counted by itself when enough of it was seen.  Who has something to make up is
    told of it once.
    """
    now = now or timezone.now()
    absence = records.make_up(now=now, **facts)
    if absence.made_up_on is None:
        tell(
            person=absence.person,
            key=f"make-up:{absence.pk}:{absence.how}",
            text=wording.to_make_up(absence),
            url=reverse("branches:my_activities"),
            now=now,
        )
        return absence
    try:
        ledger.post(evidence.made_up(keys=[absence.pk]), now=now)
    except NoHoursRule:
        # Once there is a rule, the scheduler posts it.
        return absence
    return absence


@transaction.atomic
def say_done(*, absence: Absence, now: datetime | None = None) -> Absence:
    """The member says that it is done; the secretary writes the minutes. Twice is harmless.

    Raises CannotMakeUp for a replay, which is counted by itself.
    """
    if absence.how == Absence.How.REPLAY:
        raise CannotMakeUp(_("回放看够了会自己记上，不用再按。"))
    if absence.said_done_at is None:
        absence.said_done_at = now or timezone.now()
        absence.save(update_fields=["said_done_at"])
    return absence

"""What stands in the ledger, what is counted apart, and what held on a day."""

from datetime import date

from django.db.models import Q

from live.models import StudyMode

# 回放 and 自学 are counted apart from what was studied together with others.
APART = (StudyMode.REPLAY, StudyMode.OWN_STUDY)
# Choices beside the modes themselves: all that is counted apart, all that is not.
ALL_APART = "apart"
ALL_COUNTED = "counted"

# What still stands: neither a reversal nor reversed by one.
STANDS = Q(is_reversal=False, reversed_by=None)


def held_on(day: date) -> Q:
    """Memberships and offices that held on `day`."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))

"""A relative's word that somebody past a class's age may learn."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from courses import errors
from courses.models import RelativeConsent, Term
from courses.registration import rules, seats


@transaction.atomic
def record(
    *,
    person: Person,
    term: Term,
    relative: str,
    relation: str,
    how: str,
    phone: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> RelativeConsent:
    """Write down that a relative agreed, on paper or by telephone; it holds for the term.

    Twice is harmless: the first stays. Raises ReasonMissing without a name or how they are
    related, FileClosed for a file that is not used any more.
    """
    person = seats.lock_persons([person])[person.pk]
    if no := rules.unusable(person):
        raise no
    if not relative.strip() or not relation.strip():
        raise errors.ReasonMissing(_("请写家属的姓名，和是本人的什么人。"))
    consent, _is_new = RelativeConsent.objects.get_or_create(
        person=person,
        term=term,
        defaults={
            "relative": relative.strip(),
            "relation": relation.strip(),
            "phone": phone,
            "how": how,
            "given_at": now or timezone.now(),
            "recorded_by": by,
        },
    )
    return consent

"""The file of somebody who has died: kept as it is, and closed."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, queries, services
from accounts.errors import DeathRefused
from accounts.models import Person, User
from accounts.rights import closing


@transaction.atomic
def freeze_file(
    *, person: Person, deceased_on: date, by: User | None, now: datetime | None = None
) -> Person:
    """Write down that `person` died on `deceased_on`; return the frozen file.

    Nobody logs in by it, acts for it or changes it from now on; seats go to who waits, and
    roles and offices end. Learning stays as it was. The same day again is harmless. Raises
    DeathRefused for a day that cannot be.
    """
    now = now or timezone.now()
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.frozen_at and person.deceased_on == deceased_on:
        return person
    services.check_not_frozen(person)
    if why := closing.objection(person, by=by):
        raise DeathRefused(why)
    if deceased_on > timezone.localdate(now):
        raise DeathRefused(_("去世日期还没有到，请检查。"))
    if deceased_on < person.born_on:
        raise DeathRefused(_("去世日期早于出生日期，请检查。"))
    # Set for those who end what is theirs, written last: until then the file may change.
    person.deceased_on = deceased_on
    closing.close(person=person, by=by, now=now)
    person.frozen_at = now
    person.save(update_fields=["deceased_on", "frozen_at"])
    audit.record(audit.Action.FILE_FROZEN, by=by, person=person, now=now)
    return person


@transaction.atomic
def thaw_file(*, person: Person, by: User, now: datetime | None = None) -> Person:
    """It was a mistake: the file and its login work again. Twice is harmless.

    What ended stays ended: seats may be somebody else's by now.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not person.frozen_at:
        return person
    person.deceased_on = person.frozen_at = None
    person.save(update_fields=["deceased_on", "frozen_at"])
    for login in User.objects.filter(person__in=queries.files_of(person), is_active=False):
        closing.open_login(login, phone=person.phone)
    audit.record(audit.Action.FILE_THAWED, by=by, person=person, now=now)
    return person

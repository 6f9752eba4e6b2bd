"""What people are told by SMS, in the background: a gateway may be slow."""

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import queries as accounts
from accounts import sms
from common import dates
from courses.models import Enrolment


@task()
def tell_seated(enrolment_pk: int) -> int:
    """Tell whoever moved up from the waiting list; return how many messages went out.

    Who has no telephone is told through those who may act for them.
    """
    enrolment = Enrolment.objects.select_related("person", "class_group").get(pk=enrolment_pk)
    coming = enrolment.class_group.sessions.filter(ends_at__gt=timezone.now()).first()
    text = _("%(name)s候补的“%(class)s”有座位了，已经报上，不用再办。") % {
        "name": enrolment.person.name,
        "class": enrolment.class_group.name,
    }
    if coming:
        starts_at = timezone.localtime(coming.starts_at)
        when = dates.day_clock(starts_at, get_language() or "zh-hans")
        text += _("下一次课：%(when)s。") % {"when": when}
    return sum(sms.send(phone=phone, text=text) for phone in accounts.phones_of(enrolment.person))

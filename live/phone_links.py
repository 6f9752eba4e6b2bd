"""The address in the console's QR code, under which a phone becomes the second camera.

The code is good for minutes, for whoever scans it; what it opens gets an address of its own
that is good for the class, so that a phone which dropped comes back without the code. Neither
works once the teacher's login is gone or may not teach the session any more.
"""

from datetime import timedelta

from django.core import signing
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from courses.models import ClassSession
from live import queries, rooms

CODE, PASS = "live.phone.code", "live.phone.pass"
VALID_FOR = {CODE: timedelta(minutes=10), PASS: timedelta(hours=6)}


def make(*, session: ClassSession, user_pk: int, epoch: int, kind: str) -> str:
    return signing.dumps([session.pk, user_pk, epoch], salt=kind)


def opened(token: str) -> tuple[ClassSession, User, str]:
    """The session of a code or pass, the teacher who showed it, and which of both it is.

    Raises Http404 for one that is forged or too old, or opens nothing any more.
    """
    for kind, age in VALID_FOR.items():
        try:
            session_pk, user_pk, epoch = signing.loads(token, salt=kind, max_age=age)
        except signing.BadSignature:
            continue
        user = User.objects.filter(pk=user_pk, is_active=True, session_epoch=epoch).first()
        if user is None:
            break
        session = queries.room_taught_by(user=user, pk=session_pk)
        if queries.door_of(session, now=timezone.now()) is rooms.Door.ENDED:
            break
        return session, user, kind
    raise Http404

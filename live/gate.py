"""Whether the holder of a stream's address may still watch: asked again by the media route."""

from channels.db import database_sync_to_async
from django.http import Http404

from accounts.models import Person, User
from courses import queries as courses
from live.queries import session_shown


@database_sync_to_async
def permits(claims) -> bool:
    """The person of `claims` still has a seat in the session, or teaches it."""
    try:
        session = session_shown(claims.session)
    except Http404:
        return False
    class_group = session.class_group
    person = Person.objects.filter(pk=claims.person).first()
    if person is None:
        return False
    if courses.seat_of(person=person, class_group=class_group):
        return True
    login = User.objects.filter(person=person, is_active=True).first()
    return bool(login and courses.may_teach(user=login, class_group=class_group))

"""What the branches do when news comes from below."""

from django.dispatch import receiver

from live.signals import session_closed


@receiver(session_closed)
def post_session(sender, session, **kwargs):
    pass

"""What follows from news of seats."""

from django.dispatch import receiver

from courses import notices
from courses.models import Enrolment
from courses.signals import seat_given


@receiver(seat_given)
def tell_who_waited(sender, enrolment, **kwargs):
    if enrolment.source == Enrolment.Source.WAITING:
        notices.tell_seated.enqueue(enrolment.pk)

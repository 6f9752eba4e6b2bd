"""News of seats. All are sent after the transaction has committed."""

from django.dispatch import Signal

# enrolment: somebody has a seat now; enrolment.source says whether they waited for it.
seat_given = Signal()

# class_group, person: a seat or a waiting place was given up.
place_left = Signal()

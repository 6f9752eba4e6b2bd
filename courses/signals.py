"""News of seats. All are sent after the transaction has committed."""

from django.dispatch import Signal

# enrolment: somebody has a seat now; enrolment.source says how they came to it.
seat_given = Signal()

# class_group, person: a seat or a waiting place was given up; of a seat also enrolment.
place_left = Signal()

# offer: a seat is kept for whoever is next in line.
seat_offered = Signal()

# class_group: it does not take place; class_group.merged_into says where its learners are.
# persons: whoever had a seat or a waiting place in it.
class_cancelled = Signal()

# class_group, sessions: these meetings have another time or another teacher than before.
meetings_changed = Signal()

# draw: the lots were drawn. Of its seats and waiting numbers (of draw.round, with the source
# DRAW) this alone tells: thousands are given at once, and seat_given is not sent for them.
draw_made = Signal()

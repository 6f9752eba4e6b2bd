"""News from the live classroom to the apps above."""

from django.dispatch import Signal

# The visits of a session were turned into attendance. Sent after commit, perhaps more
# than once, with `session` (courses.ClassSession).
session_closed = Signal()

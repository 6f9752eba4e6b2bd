"""News from the live classroom to the apps above."""

from django.dispatch import Signal

# The visits of a session were turned into attendance. Sent after commit, perhaps more
# than once, with `session` (courses.ClassSession).
session_closed = Signal()

# Somebody has seen enough of a class's replay to have made it up, and has stopped watching
# for now. Sent after commit, perhaps more than once, and again when they saw more, with
# `study` (live.models.ReplayStudy). `live.library.made_up` tells the same at any time.
replay_watched = Signal()

"""Seats and waiting places: the only code that gives, moves or takes them away.

`rules` says who may, `seats` decides by one conditional UPDATE, the others are what a
learner or a registrar does: `asking`, `leaving`, `offering`, `moving`. `holding` reads what
somebody has already.

Locks are taken in one order: persons by key, pools by key, and then the places and offers
of those pools.  Nobody who holds a pool asks for a person, so no two calls can wait for
each other.
"""

from courses.registration.asking import register
from courses.registration.holding import answered
from courses.registration.leaving import leave_everything, leave_queue, withdraw
from courses.registration.moving import admit, transfer
from courses.registration.offering import fill_free_seats

__all__ = [
    "admit",
    "answered",
    "fill_free_seats",
    "leave_everything",
    "leave_queue",
    "register",
    "transfer",
    "withdraw",
]

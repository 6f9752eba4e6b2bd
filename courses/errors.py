"""When the rules of courses say no. `reason` tells pages which rule of registration it was."""

from common.errors import DomainError


class PlanUnclear(DomainError):
    """What was typed about meetings is not understood; nothing was planned."""


class RegistrationRefused(DomainError):
    """Nobody got a seat or a waiting place, and nothing was written."""

    reason = ""


class ClassCancelled(RegistrationRefused):
    """The class does not take place."""

    reason = "cancelled"


class NotOpenYet(RegistrationRefused):
    """A round will open; the message says when."""

    reason = "not_open_yet"


class RegistrationClosed(RegistrationRefused):
    """No round of the term is open, and none will be."""

    reason = "closed"


class WrongAge(RegistrationRefused):
    """Too young or too old on the first day of the term."""

    reason = "age"


class LimitReached(RegistrationRefused):
    """As many seats and waiting places in the term as the round allows."""

    reason = "limit"


class WrongPerson(RegistrationRefused):
    """The page was opened for somebody else than who is acted for now."""

    reason = "wrong_person"

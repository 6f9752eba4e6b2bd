"""When the rules of courses say no. `reason` tells pages which rule of registration it was."""

from django.utils.translation import gettext as _

from common.errors import DomainError


class PlanUnclear(DomainError):
    """What was typed about meetings is not understood; nothing was planned."""


class PlanRefused(DomainError):
    """A change of the plan that a rule forbids; nothing was changed."""


class JoiningRefused(DomainError):
    """A meeting cannot be joined, or left, like that."""


class RegistrationRefused(DomainError):
    """Nobody got a seat or a waiting place, and nothing was written."""

    reason = ""


class ClassCancelled(RegistrationRefused):
    """The class does not take place."""

    reason = "cancelled"


class ClassGone(RegistrationRefused):
    """The class was taken out since the page was opened."""

    reason = "gone"

    def __init__(self):
        super().__init__(_("这个班刚刚撤掉了，没有报上。请看看别的班，或打学校电话问一问。"))


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


class FileClosed(RegistrationRefused):
    """The file belongs to somebody who has died, or was erased or merged into another."""

    reason = "file_closed"


class ConsentWithdrawn(RegistrationRefused):
    """The person took back that the school may use their data."""

    reason = "consent"


class NotYourRound(RegistrationRefused):
    """A round is open, for others."""

    reason = "not_your_round"


class DrawPending(RegistrationRefused):
    """The seats are being drawn."""

    reason = "draw_pending"


class ByDraw(RegistrationRefused):
    """The seats are given by lot: wishes are wanted, not haste."""

    reason = "by_draw"


class RelativeNeeded(RegistrationRefused):
    """Past the class's age, and no relative has agreed yet."""

    reason = "relative"


class NotReturning(RegistrationRefused):
    """The class is for those who learned here before."""

    reason = "not_returning"


class WrongOrganisation(RegistrationRefused):
    """The class is for the people of an organisation."""

    reason = "organisation"


class CourseMissing(RegistrationRefused):
    """Another course has to be completed first."""

    reason = "course"


class WayNotChosen(RegistrationRefused):
    """The class has seats of several kinds, and none was chosen."""

    reason = "way"


class PartnerHasPlace(RegistrationRefused):
    """Somebody of those asked for has a place in the class already."""

    reason = "has_place"


class AlreadySeated(RegistrationRefused):
    """The waiting place turned into a seat meanwhile."""

    reason = "seated"


class ReasonMissing(RegistrationRefused):
    """Something that is written down with its reason came without one."""

    reason = "reason"


class NoSeat(RegistrationRefused):
    """The seat was given up before."""

    reason = "no_seat"


class NoTransfer(RegistrationRefused):
    """Too late, or not to that class."""

    reason = "no_transfer"


class ClassFull(RegistrationRefused):
    """No seat is free for somebody who does not want to wait."""

    reason = "full"


class OfferOver(RegistrationRefused):
    """The offer was answered, has expired or was taken back."""

    reason = "offer_over"


class WishesUnclear(RegistrationRefused):
    """What was wished for in a draw is no list of wishes of that round."""

    reason = "wishes"


class NotDrawn(DomainError):
    """The list cannot be frozen, or the lots not be drawn, now; nothing has changed."""


class CallRefused(DomainError):
    """Somebody else is on the telephone about the offer, or it is not open any more."""


class FeeRefused(DomainError):
    """No money was written down, and nothing has changed."""


class FeesChanged(FeeRefused):
    """Somebody else wrote something down since the page was opened."""

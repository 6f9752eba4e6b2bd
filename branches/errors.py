"""When the rules of the branches say no."""

from common.errors import DomainError


class NoHoursRule(DomainError):
    """Minutes cannot become 学时: nobody made a rule for that day and organisation.

    `appended` says how many lines were posted all the same.
    """

    def __init__(self, message: str, *, appended: int = 0):
        super().__init__(message)
        self.appended = appended


class CannotReverse(DomainError):
    """A line of the ledger cannot be corrected (any more), or nobody said why."""


class RecordChanged(DomainError):
    """Somebody else saved the record while it was being written."""


class RecordSigned(DomainError):
    """A record that is signed is changed by a correction, and only such a one."""


class OfAField(DomainError):
    """Something typed makes no sense; `field` is where."""

    def __init__(self, message: str, *, field: str | None = None):
        super().__init__(message)
        self.field = field


class CannotSign(OfAField):
    """Something is missing on the record, or its day makes no sense."""


class CannotMakeUp(OfAField):
    """Somebody was there, or the day of making up makes no sense."""


class ActivityRefused(OfAField):
    """An activity cannot be planned, changed or closed like that."""


class ActivityChanged(DomainError):
    """Somebody else saved the activity while it was being written."""


class NotAScan(DomainError):
    """What was handed in is not a PDF or a picture of paper."""


class NotAMember(DomainError):
    """Somebody of another branch was named in a record."""


class DatesCross(DomainError):
    """Two memberships or offices would hold on the same day."""


class QuarterNotOver(DomainError):
    """What goes up of a quarter is confirmed and frozen when the quarter is over."""


class AlreadyFrozen(DomainError):
    """The quarter was frozen before, perhaps a moment ago by another office."""


class FiguresChanged(DomainError):
    """The figures are others than those that were seen when the button was pressed."""


class StatementNotOpen(DomainError):
    """A statement cannot be written, confirmed or sent back as it stands now."""


class StatementNotWhole(DomainError):
    """A form has no name, no rows, or the name of another; or more words than are kept."""


class StatementChanged(DomainError):
    """Somebody else wrote on the form, or on the statement, since it was opened."""


class BranchRefused(DomainError):
    """The tree of branches cannot be changed like that."""


class RuleRefused(DomainError):
    """A rule cannot be put in force like that."""


class OrderRefused(OfAField):
    """What should be brought home cannot be ordered, packed, brought or cancelled like that."""


class SlipRefused(OfAField):
    """A return slip says something that makes no sense, or was recorded before."""


class InspectionRefused(OfAField):
    """Nobody can be let in like that."""


class HandoverRefused(OfAField):
    """An office cannot be handed over like that."""


class PrintRefused(DomainError):
    """There is nothing to print, or more than one book holds."""


class CitationRefused(OfAField):
    """A star or points cannot be written or withdrawn like that."""


class TalentRefused(OfAField):
    """Nothing is said on the card, or too many stand already."""

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


class NotAMember(DomainError):
    """Somebody of another branch was named in a record."""


class DatesCross(DomainError):
    """Two memberships or offices would hold on the same day."""

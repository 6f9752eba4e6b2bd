"""When the rules of accounts say no."""

from common.errors import DomainError


class TooManyCodes(DomainError):
    """A number asked for codes too often, or the day's budget is spent."""


class ProxyRefused(DomainError):
    """Somebody may not act for somebody else."""


class HouseholdRefused(DomainError):
    """Somebody may not study on one device with somebody else, or not yet."""


class FileTaken(DomainError):
    """A file already has a login of its own."""


class FileFrozen(DomainError):
    """The file of somebody who has died, or one that was closed, is not changed any more."""


class ConnectionTaken(DomainError):
    """An account of WeChat or DingTalk opens another login already."""


class RoleRefused(DomainError):
    """A role may not be given, or not by whoever tries."""


class OrganisationRefused(DomainError):
    """An organisation may not be changed like this, or not by whoever tries."""


class MergeRefused(DomainError):
    """Two files cannot be merged, or not be taken apart any more."""


class ConsentRefused(DomainError):
    """A consent or a notice cannot be written down like this."""


class RequestRefused(DomainError):
    """What somebody asks about a file cannot be asked, or decided, like this."""


class FileChanged(DomainError):
    """Somebody else changed the file meanwhile; `fields` are what they changed."""

    def __init__(self, message, fields):
        super().__init__(message)
        self.fields = fields


class ConsentMissing(DomainError):
    """A sensitive item is only kept of somebody who agreed to that."""


class NumberTaken(DomainError):
    """An ID number stands in another file already."""


class NotAPicture(DomainError):
    """What was handed in as a photo cannot be used as one."""


class RosterRefused(DomainError):
    """A roster or one of its rows cannot be taken, written or settled like this."""


class ErasureRefused(DomainError):
    """A file cannot be erased yet; the sentences say what to do first."""


class DeathRefused(DomainError):
    """A death cannot be written down like this."""


class NotTheirs(DomainError):
    """What was asked for somebody is not to be done by whoever asked."""

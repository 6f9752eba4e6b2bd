"""When the rules of accounts say no."""

from common.errors import DomainError


class TooManyCodes(DomainError):
    """A number asked for codes too often, or the day's budget is spent."""


class ProxyRefused(DomainError):
    """Somebody may not act for somebody else."""


class FileTaken(DomainError):
    """A file already has a login of its own."""

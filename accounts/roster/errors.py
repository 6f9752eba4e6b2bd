"""When a roster cannot be taken as it is."""

from common.errors import DomainError


class FileRefused(DomainError):
    """The file as a whole cannot be read: what is wrong with it, and what to do."""


class HeadingsMissing(FileRefused):
    """No row names the columns, or none of them is the name; a person can say which is which."""

"""When the rules of the classroom say no."""

from django.utils.translation import gettext as _

from common.errors import DomainError


class NoSeat(DomainError):
    """Somebody without a seat stands at the door of `session`."""

    def __init__(self, session):
        super().__init__(_("您还没有报这个班，不能进教室。先报名，再来上课。"))
        self.session = session


class RoomClosed(DomainError):
    """The room is not open for what was asked."""


class ConsoleTaken(DomainError):
    """Another page of the teacher holds the class."""

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


class NotYetOpen(RoomClosed):
    """The door of the room opens later; whoever waits may try again."""

    def __init__(self):
        super().__init__(_("教室还没有开门，上课前 15 分钟开。"))


class WordRefused(DomainError):
    """What was written is no word that could hold a message."""


class ConsoleTaken(DomainError):
    """Another page of the teacher holds the class."""


class LinkRefused(DomainError):
    """The link of a class opens nothing (any more)."""


class ReplayRefused(DomainError):
    """What was asked of a replay cannot be done."""


class SlidesRefused(DomainError):
    """What a teacher brought as slides cannot be taken."""

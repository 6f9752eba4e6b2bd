"""When somebody was there, on the time of the class: plain times in, minutes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]

# A shorter break is a page that was loaded again; nobody remembers it.
GAP_WORTH_SAYING = timedelta(minutes=1)


@dataclass(frozen=True)
class Axis:
    """The stretches of one person within [opens, closes): sorted and apart."""

    opens: datetime
    closes: datetime
    stretches: tuple[Span, ...]

    @property
    def minutes(self) -> float:
        return self._minute(self.closes)

    @property
    def spans(self) -> list[Span]:
        """The stretches in minutes from the beginning."""
        return [(self._minute(start), self._minute(end)) for start, end in self.stretches]

    @property
    def marks(self) -> list[str]:
        """Beginning, middle and end, as a clock shows them where `opens` is told."""
        middle = self.opens + (self.closes - self.opens) / 2
        return [f"{at.hour}:{at.minute:02}" for at in (self.opens, middle, self.closes)]

    @property
    def gaps(self) -> list[Span]:
        """Where the person was not there for longer than GAP_WORTH_SAYING."""
        edges = [self.opens, *(moment for span in self.stretches for moment in span), self.closes]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return [(start, end) for start, end in gaps if end - start > GAP_WORTH_SAYING]

    def _minute(self, moment) -> float:
        return round((moment - self.opens).total_seconds() / 60, 2)


def axis(*, opens: datetime, closes: datetime, spans: Iterable) -> Axis:
    """The axis of `spans` as attendance keeps them: pairs of ISO times.

    What lies outside the class is cut off: times may have been corrected since.
    """
    stretches = []
    for start, end in spans:
        start = max(datetime.fromisoformat(start), opens)
        end = min(datetime.fromisoformat(end), closes)
        if start < end:
            stretches.append((start, end))
    return Axis(opens, closes, tuple(sorted(stretches)))

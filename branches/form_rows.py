"""The rows of a form above, as an office types them: read, put in order, looked through."""

from dataclasses import dataclass
from itertools import zip_longest

from django.utils.translation import gettext as _

from branches import statements
from branches.reports.catalogue import FIGURES
from common.typed import number_of

LONGEST_LABEL = 200
NAMES = ("kind", "label", "figure", "order", "was")


@dataclass(frozen=True)
class Typed:
    """One row as it was typed; `was` are the words that it had before."""

    kind: str
    label: str
    figure: str
    order: str
    was: str

    @property
    def is_left_out(self) -> bool:
        """Whether its words were deleted, or it was never filled in."""
        if self.label:
            return False
        return bool(self.was) or self.kind != statements.FIGURE or self.figure not in FIGURES

    @property
    def row(self) -> dict:
        if self.kind != statements.FIGURE:
            return {"kind": self.kind, "label": self.label}
        name = FIGURES[self.figure].name if self.figure in FIGURES else ""
        return {"kind": self.kind, "label": self.label or str(name), "figure": self.figure}

    def wrong(self) -> str:
        """What cannot stay so, in words; nothing where all is well."""
        if self.kind == statements.FIGURE and self.figure not in FIGURES:
            return _(
                "“%(label)s”选的是“数字”，请在右边选哪个数字；要支部自己写的，请改成“一段话”。"
            ) % {"label": self.label}
        if self.kind not in statements.KINDS:
            return _("“%(label)s”请选是什么栏目。") % {"label": self.label}
        if len(self.label) > LONGEST_LABEL:
            return _("“%(label)s……”太长了，最多 %(count)s 个字。") % {
                "label": self.label[:20],
                "count": LONGEST_LABEL,
            }
        return ""


def read_rows(data) -> tuple[list[dict], str]:
    """The rows in their order, and what is wrong with the first that cannot stay so.

    All are kept for the page, also the wrong ones; a new figure without words is called as in
    the catalogue.
    """
    columns = (data.getlist(name) for name in NAMES)
    typed = [
        (number, Typed(*map(_clean, row)))
        for number, row in enumerate(zip_longest(*columns, fillvalue=""), 1)
    ]
    # Where two say the same place, the one that stood further up comes first.
    typed.sort(key=lambda each: number_of(each[1].order) or each[0])
    typed = [each for _number, each in typed if not each.is_left_out]
    problems = [each.wrong() for each in typed]
    if len(typed) > statements.MOST_ROWS:
        problems.append(
            _("一张表最多 %(most)s 个栏目，现在是 %(count)s 个。")
            % {"most": statements.MOST_ROWS, "count": len(typed)}
        )
    return [each.row for each in typed], next(filter(None, problems), "")


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", "").split())

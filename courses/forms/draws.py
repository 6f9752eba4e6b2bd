"""What learners wish for, and what the office types for a draw."""

from collections import Counter
from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from common.typed import number_of
from courses.models import Application, SeatPool
from courses.templatetags.class_words import when


class WishesForm(forms.Form):
    """Ranked wishes, one select each, and with whom. Whether they can be had the service says."""

    def __init__(
        self,
        data=None,
        *,
        pools: Sequence[SeatPool],
        most: int,
        partners: Sequence[Person],
        wishes: Sequence[str] = (),
        partner: str = "",
    ):
        initial = {f"wish_{rank}": pk for rank, pk in enumerate(wishes, start=1)}
        super().__init__(data, initial=initial | {"partner": partner})
        self.most = most
        self._pools = {str(pool.pk): pool for pool in pools}
        self._partners = {str(one.pk): one for one in partners}
        ways = Counter(pool.class_group_id for pool in pools)
        choices = [("", _("不填"))]
        choices += [(pk, _words(pool, ways)) for pk, pool in self._pools.items()]
        for rank in range(1, most + 1):
            self.fields[f"wish_{rank}"] = forms.ChoiceField(
                label=_("第 %(rank)s 志愿") % {"rank": rank}, choices=choices, required=False
            )
        if partners:
            self.fields["partner"] = forms.ChoiceField(
                label=_("和谁一起抽"),
                help_text=_("合报的两个人志愿一样：要么都有座位，要么一起候补。"),
                choices=[
                    ("", _("不合报，自己抽")),
                    *((pk, one.name) for pk, one in self._partners.items()),
                ],
                required=False,
            )

    def rows(self) -> list:
        """The fields of the wishes in their order."""
        return [self[f"wish_{rank}"] for rank in range(1, self.most + 1)]

    def wishes(self) -> list[SeatPool]:
        """What was wished for, the dearest first; gaps are closed."""
        typed = [self.cleaned_data.get(f"wish_{rank}") for rank in range(1, self.most + 1)]
        return [self._pools[pk] for pk in typed if pk]

    def partner(self) -> Person | None:
        return self._partners.get(self.cleaned_data.get("partner", ""))


def typed_wishes(data, most: int) -> list[str]:
    """The wishes on the page as they stand there, with gaps."""
    return [data.get(f"wish_{rank}", "") for rank in range(1, most + 1)]


def moved(typed: list[str], move: str) -> list[str]:
    """The wishes after one was moved: "up-3", "down-1" or "drop-2". Anything else moves none."""
    how, _dash, which = move.partition("-")
    place = (number_of(which) or 0) - 1
    if not 0 <= place < len(typed):
        return typed
    rest = typed[:place] + typed[place + 1 :]
    if how == "drop":
        return [*rest, ""]
    if how in {"up", "down"}:
        rest.insert(max(place - 1, 0) if how == "up" else place + 1, typed[place])
    return rest if how in {"up", "down"} else typed


def standing_wishes(application: Application | None) -> list[str]:
    """The wishes that are written down already."""
    return [str(one.pool_id) for one in application.wishes.all()] if application else []


def _words(pool: SeatPool, ways: Counter) -> str:
    """Name, day and hour of a class, and how to attend where there is a choice."""
    parts = [pool.class_group.name, when(pool.class_group)]
    if ways[pool.class_group_id] > 1:
        parts.append(str(pool))
    return " · ".join(parts)


class FreezeForm(forms.Form):
    number_source = forms.CharField(
        label=gettext_lazy("用哪个公开的数"),
        help_text=gettext_lazy(
            "现在谁也不知道、到时候谁都查得到的数，比如“体彩排列五第 26310 期开奖号码”。"
        ),
        max_length=200,
    )


class DrawForm(forms.Form):
    public_number = forms.CharField(
        label=gettext_lazy("公开的数"),
        help_text=gettext_lazy("照公布的样子输入。全角半角、前后的空格不影响结果。"),
        max_length=200,
    )
    witnesses = forms.CharField(
        label=gettext_lazy("见证人"),
        help_text=gettext_lazy("在场看着抽签的人的姓名，会公开。"),
        max_length=200,
    )


class NumberForm(forms.Form):
    """Whose result to look up."""

    number = forms.IntegerField(label=gettext_lazy("抽签报名号"), min_value=1, max_value=9_999_999)

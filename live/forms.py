"""What is typed about recordings."""

import re

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from live.models import Replay, ReplayRule

# 75, 75分30秒, 1:15:30, also with full-width signs.
CLOCK = re.compile(r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>\d{1,2})", re.ASCII)
FULL_WIDTH = str.maketrans("０１２３４５６７８９：", "0123456789:")


class PlaceField(forms.CharField):
    """A place in a recording, typed as minutes and seconds; in seconds when cleaned."""

    def to_python(self, value):
        text = super().to_python(value).translate(FULL_WIDTH).replace(" ", "")
        if not text:
            return None
        found = CLOCK.fullmatch(text)
        if not found or int(found["seconds"]) > 59:
            raise forms.ValidationError(_("请写分和秒，比如 5:30。"))
        hours, minutes = int(found["hours"] or 0), int(found["minutes"])
        return float(hours * 3600 + minutes * 60 + int(found["seconds"]))


class CutForm(forms.Form):
    """From where to where learners see it; empty is its own begin or end."""

    start = PlaceField(label=_("从这里开始"), required=False, max_length=12)
    end = PlaceField(label=_("到这里结束"), required=False, max_length=12)

    def __init__(self, *args, replay: Replay, **kwargs):
        self.exact = {"start": replay.cut_start, "end": replay.ends}
        typed = {name: place_typed(place) for name, place in self.exact.items()}
        super().__init__(*args, initial=typed, **kwargs)

    def clean(self):
        facts = super().clean()
        # What was left as it stood is meant exactly, not to the second that was shown.
        for name, place in self.exact.items():
            if self.data.get(name) == self.initial[name]:
                facts[name] = place
        start, end = facts.get("start"), facts.get("end")
        if end is not None and end <= (start or 0):
            self.add_error("end", gettext("结尾要比开头晚，请再看一看。"))
        return facts


class RuleForm(forms.Form):
    """When replays open and how long they stay, from a day on, for one of `places`."""

    place = forms.ChoiceField(label=_("给哪里定"))
    opens = forms.ChoiceField(
        label=_("什么时候能看"), choices=ReplayRule.Opens, widget=forms.RadioSelect
    )
    keep_days = forms.IntegerField(
        label=_("保留多少天"),
        required=False,
        min_value=7,
        max_value=3660,
        error_messages={
            "invalid": _("请写天数，比如 90。空着就一直保留。"),
            "min_value": _("至少保留 7 天，好让大家来得及看。"),
            "max_value": _("最多写 3660 天。空着就一直保留。"),
        },
    )
    valid_from = forms.DateField(
        label=_("从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "invalid": _("请写年月日，比如 2026-12-01。"),
            "required": _("请选从哪天起。"),
        },
    )

    def __init__(self, *args, places: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么先不放"),
        max_length=200,
        error_messages={"required": _("请写一句为什么先不放，同事以后要看。")},
    )


def place_typed(seconds: float) -> str:
    """75:30, as it is typed; the end of a recording is never typed past."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"

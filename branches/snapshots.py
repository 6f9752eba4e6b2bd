"""A record as plain data: what is kept when it is signed, and what differs between two."""

import hashlib
import json
from dataclasses import dataclass

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from live.models import StudyMode

# Read from what happened; the others are written by the secretary.
FACTS = (
    "branch",
    "kind",
    "topic",
    "starts_at",
    "ends_at",
    "place",
    "lecturer",
    "due",
    "present",
    "absent",
)
FIELDS = {
    "branch": gettext_lazy("党组织"),
    "kind": gettext_lazy("类型"),
    "topic": gettext_lazy("主题"),
    "starts_at": gettext_lazy("开始"),
    "ends_at": gettext_lazy("结束"),
    "place": gettext_lazy("地点"),
    "lecturer": gettext_lazy("讲课"),
    "chair": gettext_lazy("主持"),
    "recorder": gettext_lazy("记录"),
    "due": gettext_lazy("应到"),
    "present": gettext_lazy("到会"),
    "absent": gettext_lazy("未到"),
    "guests": gettext_lazy("列席"),
    "said": gettext_lazy("内容"),
    "decided": gettext_lazy("决议"),
}


@dataclass(frozen=True)
class Change:
    """One field that two versions say differently."""

    name: str
    before: str
    after: str


def digest(snapshot: dict, *, before: str) -> str:
    """The hash of a version that follows one with the hash `before`."""
    said = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()


def changes(before: dict, after: dict, *, only=tuple(FIELDS)) -> list[Change]:
    """What `after` says differently, field by field, in the order of the form."""
    return [
        Change(str(FIELDS[name]), in_words(name, before), in_words(name, after))
        for name in FIELDS
        if name in only and before.get(name) != after.get(name)
    ]


def in_words(name: str, snapshot: dict) -> str:
    """A field of a snapshot as the form says it; 没有 for nothing."""
    value = snapshot.get(name)
    if not value and value != 0:
        return _("没有")
    if name in ("starts_at", "ends_at"):
        moment = localtime(parse_datetime(value))
        return f"{moment:%Y-%m-%d %H:%M}"
    if name == "due":
        return _("%(count)s 人") % {"count": value}
    if name == "present":
        return "；".join(f"{label}：{'、'.join(names)}" for label, names in present(value))
    if name == "absent":
        return "、".join(absent_in_words(one) for one in value)
    return str(value)


def present(value: list) -> list[tuple[str, list[str]]]:
    """[("live", names)] as [("直播", names)]."""
    return [(str(StudyMode(mode).label), names) for mode, names in value]


def absent_in_words(absent: dict) -> str:
    """王秀兰（住院；9月20日看回放补学）"""
    notes = [note for note in (absent.get("reason"), absent.get("made_up")) if note]
    return f"{absent['name']}（{'；'.join(notes)}）" if notes else absent["name"]

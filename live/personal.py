"""What of the classroom belongs to a person (accounts.personal)."""

from django.utils.translation import gettext_lazy as _

from accounts.personal import INTERNAL, WHO_DID_IT, Declaration, Table

_SAID = Table(
    "live.RoomEvent",
    by=("person",),
    title=_("在教室里说的、做的"),
    shown={
        "classroom": _("哪一次课"),
        "kind": _("做了什么"),
        "body": _("写的话"),
        "happened_at": _("时间"),
        "by": _("谁替办的"),
        "hidden_at": _("什么时候收起的"),
    },
    hidden={"number": INTERNAL, "client_id": INTERNAL},
)

_VISITS = Table(
    "live.Visit",
    by=("person",),
    title=_("在教室里的时间"),
    shown={
        "classroom": _("哪一次课"),
        "mode": _("学习方式"),
        "entered_at": _("进来"),
        "last_seen_at": _("最后看到"),
        "by": _("谁替办的"),
    },
    hidden=dict.fromkeys(("device", "is_over", "sound", "shows", "is_stalled"), INTERNAL),
    forgotten={"sound": "", "shows": ""},
)

_ATTENDANCE = Table(
    "live.Attendance",
    by=("person",),
    shown={
        "session": _("哪一次课"),
        "mode": _("学习方式"),
        "seconds": _("在教室里多少秒"),
        "session_seconds": _("这次课多少秒"),
        "spans": _("从几点到几点"),
        "is_present": _("算不算到课"),
    },
    kept={"spans": _("只有时间")},
)

_LINKS = Table(
    "live.SentLink",
    by=("person",),
    shown={
        "session": _("哪一次课"),
        "asked_at": _("要发的时间"),
        "sent_at": _("发出时间"),
        "by": _("谁发的"),
    },
)

_REPLAYS = Table(
    "live.ReplayStudy",
    by=("person",),
    shown={
        "classroom": _("哪一次课"),
        "seconds": _("看了回放多少秒"),
        "replay_seconds": _("这个回放多少秒"),
        "spans": _("看了哪几段"),
        "position": _("上次停在第几秒"),
        "speed_percent": _("放得多快（%）"),
        "seen_at": _("最后一次看"),
        "enough_at": _("从什么时候起算补学"),
    },
    hidden={"counted_until": INTERNAL, "told_seconds": INTERNAL},
    kept={"spans": _("只有时间")},
)

_HELD = Table(
    "live.HeldMessage",
    by=("person",),
    shown={
        "classroom": _("哪一次课"),
        "text": _("写的话"),
        "words": _("因为哪些词"),
        "held_at": _("时间"),
        "by": _("谁替办的"),
        "looked_at": _("老师看过的时间"),
        "looked_by": _("谁看的"),
    },
    hidden={"client_id": INTERNAL, "event": INTERNAL},
    forgotten={"text": "", "words": []},
)

_VOTES = Table(
    "live.Vote",
    by=("person",),
    shown={
        "poll": _("问的什么"),
        "choice": _("选了第几个（从 0 数起）"),
        "cast_at": _("时间"),
        "by": _("谁替办的"),
    },
    hidden={"client_id": INTERNAL},
)

_MUTINGS = Table(
    "live.Muting",
    by=("person",),
    shown={
        "classroom": _("哪一次课"),
        "began_at": _("从什么时候起"),
        "began_by": _("谁请的"),
        "ended_at": _("到什么时候"),
        "ended_by": _("谁恢复的"),
    },
)

OF_LIVE = Declaration(
    tables=(_HELD, _MUTINGS, _VOTES, _SAID, _VISITS, _ATTENDANCE, _LINKS, _REPLAYS),
    left_out=dict.fromkeys(
        (
            "live.RoomEvent.by",
            "live.Visit.by",
            "live.SentLink.by",
            "live.HeldMessage.by",
            "live.HeldMessage.looked_by",
            "live.HeldWord.added_by",
            "live.HeldWord.removed_by",
            "live.Poll.asked_by",
            "live.Poll.closed_by",
            "live.Vote.by",
            "live.Muting.began_by",
            "live.Muting.ended_by",
            "live.ReplayRule.set_by",
            "live.Replay.released_by",
            "live.Replay.withheld_by",
            "live.Replay.deleted_by",
        ),
        WHO_DID_IT,
    ),
)

"""What of seats and classes belongs to a person (accounts.personal)."""

from django.utils.translation import gettext_lazy as _

from accounts.personal import ABOUT_OTHERS, INTERNAL, SECRET, WHO_DID_IT, Declaration, Table

_SEATS = Table(
    "courses.Enrolment",
    by=("person",),
    shown={
        "class_group": _("班"),
        "pool": _("怎样上课"),
        "round": _("哪一批报名"),
        "source": _("怎样报的名"),
        "note": _("说明"),
        "seated_at": _("入班时间"),
        "seated_by": _("谁报的名"),
        "completed_on": _("结业日期"),
        "withdrawn_at": _("退班时间"),
        "withdrawn_by": _("谁办的退班"),
        "withdrawn_because": _("退班原因"),
    },
    hidden={
        "key": INTERNAL,
        "partner": ABOUT_OTHERS,
        "transferred_from": INTERNAL,
        "undone": INTERNAL,
    },
    forgotten={"note": "", "withdrawn_because": ""},
)

_WAITING = Table(
    "courses.WaitingEntry",
    by=("person",),
    shown={
        "class_group": _("班"),
        "number": _("候补号"),
        "asked_at": _("排上的时间"),
        "asked_by": _("谁排的"),
        "left_at": _("离开候补的时间"),
        "left_by": _("谁办的"),
        "outcome": _("结果"),
        "pool": _("怎样上课"),
        "round": _("哪一批报名"),
        "source": _("怎样报的名"),
    },
    hidden={"enrolment": INTERNAL, "key": INTERNAL, "partner": ABOUT_OTHERS},
)

_APPLICATIONS = Table(
    "courses.Application",
    by=("person",),
    shown={
        "round": _("哪一批报名"),
        "number": _("抽签报名号"),
        "source": _("怎样报的名"),
        "asked_at": _("报名时间"),
        "asked_by": _("谁报的名"),
        "withdrawn_at": _("取消时间"),
        "withdrawn_by": _("谁取消的"),
    },
    hidden={"key": INTERNAL, "partner": ABOUT_OTHERS},
)

_WISHES = Table(
    "courses.Wish",
    by=("application__person",),
    shown={"application": _("抽签报名号"), "pool": _("班"), "rank": _("第几志愿")},
)

_OFFERS = Table(
    "courses.Offer",
    by=("entry__person",),
    shown={
        "entry": _("候补"),
        "pool": _("怎样上课"),
        "seats": _("座位"),
        "made_at": _("时间"),
        "expires_at": _("留到"),
        "answer": _("答复"),
        "answered_at": _("答复的时间"),
        "answered_by": _("谁办的"),
        "channel": _("怎样答复的"),
    },
    hidden={"call_taken_by": INTERNAL, "call_taken_until": INTERNAL},
)

# A call about a couple's seats is about both.
_CALLS = Table(
    "courses.CallAttempt",
    by=("offer__entry__person", "offer__entry__partner__person"),
    shown={
        "called_at": _("时间"),
        "called_by": _("谁办的"),
        "outcome": _("结果"),
        "note": _("说明"),
    },
    forgotten={"note": ""},
)

_FEES = Table(
    "courses.FeeLine",
    by=("enrolment__person",),
    shown={
        "enrolment": _("班"),
        "organisation": _("单位"),
        "kind": _("费用"),
        "amount": _("金额"),
        "method": _("怎样收付"),
        "receipt_number": _("收据号"),
        "reason": _("原因"),
        "on": _("日期"),
        "made_at": _("时间"),
        "made_by": _("谁办的"),
    },
    hidden={"key": INTERNAL},
    forgotten={"reason": ""},
    kept={"receipt_number": _("收据一号不缺")},
)

_RELATIVES_CONSENTS = Table(
    "courses.RelativeConsent",
    by=("person",),
    shown={
        "term": _("学期"),
        "relative": "",
        "relation": "",
        "phone": "",
        "how": "",
        "given_at": _("同意的时间"),
        "recorded_by": _("谁记下的"),
    },
    deleted=True,
)

_RELATIVES_ASKED = Table(
    "courses.RelativeRequest",
    by=("person",),
    shown={
        "term": _("学期"),
        "relative": "",
        "relation": "",
        "phone": "",
        "asked_at": _("问的时间"),
        "asked_by": _("谁问的"),
        "answered_at": _("答复的时间"),
        "agrees": _("同意"),
    },
    deleted=True,
)

_LETTERS = Table(
    "courses.Letter",
    by=("person",),
    shown={
        "text": _("内容"),
        "made_at": _("时间"),
        "read_at": _("看过的时间"),
        "sent_to": _("发到几个手机"),
    },
    hidden={"key": INTERNAL, "url": INTERNAL},
    deleted=True,
)

_REMINDERS = Table("courses.ReminderChoice", by=("person",), shown={"by": ""}, deleted=True)

_CALENDAR = Table(
    "courses.CalendarAddress",
    by=("person",),
    shown={"made_at": _("开通时间")},
    hidden={"token": SECRET},
    deleted=True,
)

_SUBSTITUTED = Table(
    "courses.ClassSession",
    by=("substitute",),
    title=_("代的课"),
    shown={"class_group": "", "number": "", "starts_at": "", "ends_at": ""},
    hidden=dict.fromkeys(("title", "lesson"), _("是班的安排，不是教师的资料")),
    kept={"title": _("是课的内容")},
)

_CLASSES_TAUGHT = Table(
    "courses.ClassGroup",
    by=("teacher",),
    title=_("教的班"),
    shown={"code": "", "name": "", "course": "", "term": "", "weekday": "", "starts_at_time": ""},
    hidden=dict.fromkeys(
        (
            "organisation",
            "pinyin",
            "pinyin_initials",
            "mode",
            "teaching_point",
            "room",
            "minutes",
            "fee",
            "min_to_open",
            "min_age",
            "max_age",
            "older_with_consent",
            "returning_only",
            "for_organisation",
            "after_course",
            "cancelled_at",
            "cancelled_because",
            "merged_into",
        ),
        _("是班的安排，不是教师的资料"),
    ),
    kept=dict.fromkeys(
        ("code", "name", "pinyin", "pinyin_initials", "room", "cancelled_because"),
        _("是班的名称和地点"),
    ),
)

_SUBSTITUTE_LINKS = Table(
    "courses.SubstituteLink",
    by=("taken_by",),
    shown={
        "session": _("哪一次课"),
        "made_at": _("链接做好的时间"),
        "taken_at": _("答应代课的时间"),
        "revoked_at": _("收回的时间"),
        "made_by": _("谁请的"),
        "revoked_by": _("谁收回的"),
    },
)

OF_COURSES = Declaration(
    tables=(
        _SEATS,
        _WAITING,
        _APPLICATIONS,
        _WISHES,
        _OFFERS,
        _CALLS,
        _FEES,
        _RELATIVES_CONSENTS,
        _RELATIVES_ASKED,
        _LETTERS,
        _REMINDERS,
        _CALENDAR,
        _CLASSES_TAUGHT,
        _SUBSTITUTED,
        _SUBSTITUTE_LINKS,
    ),
    left_out=dict.fromkeys(
        (
            "courses.Enrolment.seated_by",
            "courses.Enrolment.withdrawn_by",
            "courses.WaitingEntry.asked_by",
            "courses.WaitingEntry.left_by",
            "courses.Offer.answered_by",
            "courses.Offer.call_taken_by",
            "courses.CallAttempt.called_by",
            "courses.Application.asked_by",
            "courses.Application.withdrawn_by",
            "courses.RelativeConsent.recorded_by",
            "courses.RelativeRequest.asked_by",
            "courses.Draw.frozen_by",
            "courses.Draw.drawn_by",
            "courses.Draw.asked_by",
            "courses.FeeLine.made_by",
            "courses.JoinedClass.offered_by",
            "courses.JoinedClass.accepted_by",
            "courses.JoinedClass.ended_by",
            "courses.SubstituteLink.made_by",
            "courses.SubstituteLink.revoked_by",
        ),
        WHO_DID_IT,
    ),
)

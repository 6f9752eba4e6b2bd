"""What of the branches' books belongs to a person (accounts.personal)."""

from django.utils.translation import gettext_lazy as _

from accounts.personal import (
    ABOUT_OTHERS,
    INTERNAL,
    SCHOOL_WORK,
    SEARCH_KEY,
    WHO_DID_IT,
    Declaration,
    Table,
)

_LEDGER_STAYS = _("台账是凭据，只能添一行更正，不能改也不能删")
_SCHOOLS_OWN = _("课件和文章的名称，是学校的")
_OFFICIAL = _("支部和上级办的正式手续，要留底")

_MEMBERSHIPS = Table(
    "branches.BranchMembership",
    by=("person",),
    shown={"branch": "", "kind": "", "starts_on": "", "ends_on": ""},
)

_OFFICES = Table(
    "branches.BranchOffice",
    by=("person",),
    shown={"branch": "", "office": "", "starts_on": "", "ends_on": ""},
)

_LEDGER = Table(
    "branches.StudyEntry",
    by=("person",),
    shown={
        "branch": "",
        "at_branch": "",
        "studied_on": "",
        "half_day": "",
        "minutes": "",
        "whole_minutes": "",
        "credit_hours": "",
        "mode": "",
        "title": "",
        "source": "",
        "rule": "",
        "is_branch_study": "",
        "is_reversal": "",
        "reason": "",
        "posted_at": "",
        "posted_by": "",
    },
    hidden=dict.fromkeys(
        ("source_key", "session", "revision", "reverses", "batch", "place", "hash"), INTERNAL
    ),
    kept={"title": _LEDGER_STAYS, "reason": _LEDGER_STAYS},
)

_RECORDS = Table(
    "branches.BranchRecord",
    by=("chair", "recorder"),
    shown={
        "branch": "",
        "session": "",
        "activity": "",
        "chair": "",
        "recorder": "",
        "drafted_at": "",
    },
    hidden={
        "held_on": INTERNAL,
        "guests": ABOUT_OTHERS,
        "signed_on": INTERNAL,
        "facts_changed_at": INTERNAL,
        "said": ABOUT_OTHERS,
        "decided": ABOUT_OTHERS,
        "edited_at": INTERNAL,
        "edited_by": WHO_DID_IT,
    },
    kept=dict.fromkeys(
        ("guests", "said", "decided"), _("支部的正式记录，由书记手写，别人的发言也在里面")
    ),
)

_ABSENCES = Table(
    "branches.Absence",
    by=("person",),
    shown={
        "record": "",
        "reason": "",
        "how": "",
        "material": "",
        "made_up_on": "",
        "minutes": "",
        "said_done_at": "",
        "noted_at": "",
    },
    hidden={"noted_by": WHO_DID_IT},
    forgotten={"reason": "", "material": ""},
)

_ORDERS = Table(
    "branches.StudyOrder",
    by=("person",),
    shown={
        "branch": "",
        "organisation": "",
        "way": "",
        "letters": "",
        "with_sound": "",
        "wants": "",
        "street": "",
        "address": "",
        "ordered_at": "",
        "cancelled_at": "",
        "cancel_reason": "",
    },
    hidden={
        "key": INTERNAL,
        "street_pinyin": SEARCH_KEY,
        "ordered_by": WHO_DID_IT,
        "cancelled_by": WHO_DID_IT,
    },
    forgotten={"wants": "", "street": "", "street_pinyin": "", "address": "", "cancel_reason": ""},
)

_READINGS = Table(
    "branches.OrderedReading",
    by=("order__person",),
    shown={"title": ""},
    hidden=dict.fromkeys(("order", "page", "place"), INTERNAL),
    kept={"title": _SCHOOLS_OWN},
)

_DELIVERIES = Table(
    "branches.Delivery",
    by=("order__person",),
    shown={
        "code": "",
        "title": "",
        "is_branch_study": "",
        "packed_at": "",
        "visitor": "",
        "planned_on": "",
        "handed_on": "",
        "note": "",
        "words": "",
    },
    hidden={
        "order": INTERNAL,
        "content": SCHOOL_WORK,
        "packed_by": WHO_DID_IT,
        "handed_by": WHO_DID_IT,
    },
    forgotten={"note": "", "words": ""},
    kept={"title": _SCHOOLS_OWN, "content": _SCHOOLS_OWN, "code": INTERNAL},
)

_SLIPS = Table(
    "branches.ReturnSlip",
    by=("delivery__order__person",),
    shown={"studied_on": "", "minutes": "", "reason": "", "recorded_at": ""},
    hidden={"delivery": INTERNAL, "number": INTERNAL, "recorded_by": WHO_DID_IT},
    kept={"reason": _LEDGER_STAYS},
)

_PARTICIPATIONS = Table(
    "branches.Participation",
    by=("person",),
    shown={
        "activity": "",
        "is_due": "",
        "answer": "",
        "answer_reason": "",
        "answered_at": "",
        "is_present": "",
        "mode": "",
        "known_by": "",
        "away_reason": "",
        "noted_at": "",
        "correction": "",
    },
    hidden={"noted_by": WHO_DID_IT},
    forgotten={"answer_reason": "", "away_reason": "", "correction": ""},
)

_ACTIVITIES_LED = Table(
    "branches.BranchActivity",
    by=("chair", "recorder"),
    shown={
        "branch": "",
        "kind": "",
        "topic": "",
        "starts_at": "",
        "ends_at": "",
        "place": "",
        "chair": "",
        "recorder": "",
        "session": "",
    },
    hidden={
        "held_on": INTERNAL,
        "minutes": INTERNAL,
        "lecturer": ABOUT_OTHERS,
        "guests": ABOUT_OTHERS,
        "notes": ABOUT_OTHERS,
        "audience": INTERNAL,
        "group": INTERNAL,
        "planned_at": INTERNAL,
        "planned_by": WHO_DID_IT,
        "edited_at": INTERNAL,
        "edited_by": WHO_DID_IT,
        "told": INTERNAL,
        "cancelled_at": INTERNAL,
        "cancelled_by": WHO_DID_IT,
        "cancel_reason": ABOUT_OTHERS,
        "closed_at": INTERNAL,
        "closed_by": WHO_DID_IT,
    },
    kept=dict.fromkeys(
        ("topic", "place", "lecturer", "guests", "notes", "cancel_reason"),
        _("支部的正式记录，由书记手写，别人的发言也在里面"),
    ),
)

_INSPECTIONS = Table(
    "branches.Inspection",
    by=("auditor",),
    shown={
        "organisation": "",
        "purpose": "",
        "held_from": "",
        "held_before": "",
        "opens_on": "",
        "closes_on": "",
        "granted_at": "",
        "ended_at": "",
    },
    hidden={
        "seed": INTERNAL,
        "population": INTERNAL,
        "last_record": INTERNAL,
        "granted_by": WHO_DID_IT,
        "ended_by": WHO_DID_IT,
    },
    kept=dict.fromkeys(("purpose", "seed"), _OFFICIAL),
)

_HANDOVERS = Table(
    "branches.Handover",
    by=("outgoing", "incoming"),
    shown={
        "branch": "",
        "outgoing": "",
        "incoming": "",
        "takes_over_on": "",
        "note": "",
        "drafted_at": "",
        "given_at": "",
        "taken_at": "",
        "dropped_at": "",
    },
    hidden={
        "content": SCHOOL_WORK,
        "drafted_by": WHO_DID_IT,
        "given_by": WHO_DID_IT,
        "taken_by": WHO_DID_IT,
    },
    kept={"note": _OFFICIAL, "content": _OFFICIAL},
)

_CITATIONS = Table(
    "branches.Citation",
    by=("person",),
    shown={
        "kind": "",
        "branch": "",
        "year": "",
        "amount": "",
        "happened_on": "",
        "activity": "",
        "words": "",
        "entered_at": "",
        "reason": "",
    },
    hidden={"entered_by": WHO_DID_IT, "withdraws": INTERNAL},
    kept={"words": _OFFICIAL, "reason": _OFFICIAL},
)

_TALENTS = Table(
    "branches.TalentCard",
    by=("person",),
    shown={"teaches": "", "suits": "", "written_at": "", "withdrawn_at": ""},
    hidden={"written_by": WHO_DID_IT, "withdrawn_by": WHO_DID_IT},
    forgotten={"teaches": "", "suits": ""},
)

OF_BRANCHES = Declaration(
    tables=(
        _MEMBERSHIPS,
        _OFFICES,
        _LEDGER,
        _RECORDS,
        _ABSENCES,
        _ORDERS,
        _READINGS,
        _DELIVERIES,
        _SLIPS,
        _PARTICIPATIONS,
        _ACTIVITIES_LED,
        _INSPECTIONS,
        _HANDOVERS,
        _CITATIONS,
        _TALENTS,
    ),
    left_out=dict.fromkeys(
        (
            "branches.StudyEntry.posted_by",
            "branches.BranchRecord.edited_by",
            "branches.QuarterConfirmation.confirmed_by",
            "branches.QuarterReport.frozen_by",
            "branches.StatementFormVersion.made_by",
            "branches.Statement.confirmed_by",
            "branches.Statement.returned_by",
            "branches.QuarterPrint.asked_by",
            "branches.BranchChange.changed_by",
            "branches.HoursRule.made_by",
            "branches.StudyNotice.read_by",
            "branches.TalentCard.written_by",
            "branches.TalentCard.withdrawn_by",
            "branches.Absence.noted_by",
            "branches.Participation.noted_by",
            "branches.BranchActivity.planned_by",
            "branches.BranchActivity.edited_by",
            "branches.BranchActivity.cancelled_by",
            "branches.BranchActivity.closed_by",
            "branches.RecordVersion.made_by",
            "branches.RecordScan.uploaded_by",
            "branches.Inspection.granted_by",
            "branches.Inspection.ended_by",
            "branches.Handover.drafted_by",
            "branches.Handover.given_by",
            "branches.Handover.taken_by",
            "branches.YearPrint.asked_by",
            "branches.PackPrint.asked_by",
            "branches.StudyOrder.ordered_by",
            "branches.StudyOrder.cancelled_by",
            "branches.Delivery.packed_by",
            "branches.Delivery.visitor",
            "branches.Delivery.handed_by",
            "branches.ReturnSlip.recorded_by",
            "branches.Citation.entered_by",
            "branches.Extras.set_by",
        ),
        WHO_DID_IT,
    ),
)

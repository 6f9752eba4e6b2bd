"""Party branches, who belongs to them, what they hold, and the study ledger.

The ledger is append-only: the database refuses UPDATE and DELETE of a `StudyEntry`
or a batch (migration 0004), and a correction is a reversing line with a reason and a name.
"""

from branches.models.activities import BranchActivity, Participation
from branches.models.branches import Branch, BranchChange, BranchMembership, BranchOffice
from branches.models.citations import Citation, Extras
from branches.models.home_study import Delivery, OrderedReading, ReturnSlip, StudyOrder
from branches.models.inspections import Handover, InspectedRecord, Inspection
from branches.models.ledger import (
    HalfDay,
    HoursRule,
    LedgerBatch,
    LedgerTail,
    Source,
    StudyEntry,
    StudyNotice,
    StudyTarget,
)
from branches.models.prints import PackPrint, Print, YearPrint
from branches.models.records import Absence, BranchRecord, RecordScan, RecordVersion
from branches.models.reports import QuarterConfirmation, QuarterReport
from branches.models.statements import Statement, StatementForm, StatementFormVersion
from branches.models.talents import TalentCard

__all__ = [
    "Absence",
    "Branch",
    "BranchActivity",
    "BranchChange",
    "BranchMembership",
    "BranchOffice",
    "BranchRecord",
    "Citation",
    "Delivery",
    "Extras",
    "HalfDay",
    "Handover",
    "HoursRule",
    "InspectedRecord",
    "Inspection",
    "LedgerBatch",
    "LedgerTail",
    "OrderedReading",
    "PackPrint",
    "Participation",
    "Print",
    "QuarterConfirmation",
    "QuarterReport",
    "RecordScan",
    "RecordVersion",
    "ReturnSlip",
    "Source",
    "Statement",
    "StatementForm",
    "StatementFormVersion",
    "StudyEntry",
    "StudyNotice",
    "StudyOrder",
    "StudyTarget",
    "TalentCard",
    "YearPrint",
]

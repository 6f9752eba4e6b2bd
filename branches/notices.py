"""Notices to a home branch: its members studied at a functional or temporary branch.

The study itself is counted once, at home; the notice leads to its lines.
"""

from collections.abc import Iterable
from datetime import datetime

from branches.models import StudyEntry, StudyNotice


def send(lines: Iterable[StudyEntry], *, now: datetime) -> None:
    """A notice for every home branch and evidence among `lines`; one that was sent stays."""
    notices = {}
    for line in lines:
        if line.is_reversal or line.at_branch_id in (None, line.branch_id) or not line.branch_id:
            continue
        key = line.branch_id, line.at_branch_id, line.source, line.source_key
        notices[key] = StudyNotice(
            branch_id=line.branch_id,
            at_branch_id=line.at_branch_id,
            source=line.source,
            source_key=line.source_key,
            title=line.title,
            studied_on=line.studied_on,
            sent_at=now,
        )
    if notices:
        # Only the same notice can be in the way, which is as it should be.
        StudyNotice.objects.bulk_create(notices.values(), ignore_conflicts=True)

"""The hash chain of the ledger: plain arithmetic over what a line says.

A line's hash covers the hash of the line before it, and a batch begins with the hash of the
batch before it, so that a line changed, removed or put in is found, and which one it was.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

# The chain begins with this.
NOTHING = bytes(32)

# What a line's hash covers, in this order; its place is covered by the order itself.
COVERED = (
    "person_id",
    "branch_id",
    "at_branch_id",
    "studied_on",
    "half_day",
    "minutes",
    "whole_minutes",
    "credit_hours",
    "mode",
    "title",
    "source",
    "source_key",
    "session_id",
    "revision",
    "rule_id",
    "is_branch_study",
    "reverses_id",
    "is_reversal",
    "reason",
    "posted_at",
    "posted_by_id",
)


def line_hash(previous: bytes, values: Sequence) -> bytes:
    """SHA-256 over the hash before it and the `values` of COVERED."""
    text = json.dumps(
        [_plain(value) for value in values], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(previous + text.encode()).digest()


def batch_seed(previous: bytes, number: int) -> bytes:
    """What the first line of batch `number` follows: the batch before it, and the number."""
    return hashlib.sha256(previous + str(number).encode()).digest()


def _plain(value):
    # The two databases give back the same value in different clothes.
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value

"""What is kept of every change of an organisation: a row of its history, a line of the log."""

from accounts import audit
from accounts.models import (
    Organisation,
    OrganisationChange,
)


def said_of(organisation: Organisation) -> dict:
    """What the history keeps of an organisation as it is."""
    parent = organisation.get_parent()
    said = {
        "name": organisation.name,
        "code": organisation.code,
        "kind": organisation.kind,
        "parent": parent.code if parent else None,
        "parent_name": parent.name if parent else None,
    }
    if into := organisation.merged_into:
        said |= {"merged_into": into.code, "merged_into_name": into.name}
    return said


def write_down(kind, organisation, *, before, by, now, note, **counts) -> None:
    made = add(kind, organisation, before=before, by=by, now=now, note=note, **counts)
    audit.record_many([made], now=now)


def add(kind, organisation, *, before, by, now, note, **counts) -> audit.Line:
    """A row of the organisation's history; returns the line for the log, to be written last."""
    after = said_of(organisation)
    OrganisationChange.objects.create(
        organisation=organisation,
        kind=kind,
        before=before,
        after=after,
        note=note,
        changed_at=now,
        changed_by=by,
    )
    codes = {"code": after["code"], "parent": after["parent"]}
    if before.get("code") not in (None, after["code"]):
        codes["code_before"] = before["code"]
    if before.get("parent") not in (None, after["parent"]):
        codes["parent_before"] = before["parent"]
    if "merged_into" in after:
        codes["merged_into"] = after["merged_into"]
    return line(organisation, by, change=kind, **codes, **counts)


def line(organisation, by, **details) -> audit.Line:
    action = audit.Action.ORGANISATION_CHANGED
    return audit.Line(action, by, organisation=organisation, details=details)

"""Questions and news of accounts to the apps above."""

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class PersonFact:
    """One line about a person that another app knows: their branch, their classes."""

    title: str
    text: str
    url: str = ""


# Sent with `person` and `user` (who reads); receivers return PersonFacts in their order.
facts_asked_for = Signal()

# Sent with `person`: who else may see this person's data, and why. Receivers return
# PersonFacts: title is who, text is as what.
readers_asked_for = Signal()

# Sent with `user`: whether they work here without a role of accounts (teach a class, hold an
# office of a branch). Their sessions end sooner than a learner's.
work_asked_for = Signal()

# Sent with `person`: since when what they hold in an app (an office of a branch, a class they
# teach) opens the files of others. Receivers return datetimes: such a file is not claimed by a
# number written into it later, and a merge gives nobody what it holds.
powers_asked_for = Signal()

# Sent with `kept`, `dropped`: receivers return sentences why the two files cannot be merged
# yet.
merge_objections_asked_for = Signal()

# Both are sent inside the transaction, after the rows that simply point to a person have
# moved, with `kept`, `dropped`, `by`, `now` and `journal`: a dict into which a receiver of
# the first writes, under its own key, what a receiver of the second needs to take it back.
# Receivers run in the order of the apps: what follows from attendance comes after it.
files_merging = Signal()
files_parting = Signal()

# Sent inside the transaction with `files`, the file of a person and those merged into it, when
# the consent to sensitive items was taken back: forget ID number and health remarks.
sensitive_items_withdrawn = Signal()

# Sent without anything more: receivers return an accounts.personal.Declaration of what in
# their app's tables belongs to a person.
personal_tables_asked_for = Signal()

# Sent with `person`: receivers return sentences why the file cannot be erased yet.
erasure_objections_asked_for = Signal()

# Sent inside the transaction with `person`: forget what they said and wrote in your tables,
# keep what totals need.
file_erasing = Signal()

# Sent inside the transaction with `person`, `by` and `now`: seats are given up, roles and
# offices end.
file_freezing = Signal()

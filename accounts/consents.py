"""What people were told about their data and agreed to: giving it, taking it back.

The notices themselves are append-only: `publish` adds a version, and whoever agreed to an
older one is asked again, calmly; nothing waits for the answer.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, queries, services
from accounts.errors import ConsentRefused
from accounts.models import Consent, Merge, Notice, Organisation, Person, User, Way
from accounts.signals import sensitive_items_withdrawn

Kind = Notice.Kind

# What goes when the consent to sensitive items is taken back.
SENSITIVE_FACTS = ("id_number", "health_note", "photo")


# Reading


@dataclass(frozen=True)
class Standing:
    """How a person stands to one kind of notice."""

    notice: Notice
    # The newest consent that holds, to whichever version.
    consent: Consent | None
    withdrawn_at: datetime | None

    @property
    def is_current(self) -> bool:
        return self.consent is not None and self.consent.notice_id == self.notice.pk

    @property
    def is_outdated(self) -> bool:
        """Agreed once, and the notice says something new since."""
        return self.consent is not None and not self.is_current


def current_notice(kind: str, *, now: datetime | None = None) -> Notice:
    """The newest published version; the first one for whatever came before it."""
    versions = Notice.objects.filter(kind=kind).order_by("-version")
    published = versions.filter(published_at__lte=now or timezone.now())
    return published.first() or versions.last()


def has_consented(person: Person, kind: str) -> bool:
    """Whether a consent of `person` holds, to whichever version of the notice."""
    return _live(person, kind).exists()


def has_withdrawn(person: Person, kind: str) -> bool:
    """Whether `person` took back what they had agreed to, and has not agreed again.

    Who was never asked has not: files come from the lists of offices, too.
    """
    given = Consent.objects.filter(person=person, notice__kind=kind)
    ends = list(given.values_list("withdrawn_at", flat=True))
    return bool(ends) and None not in ends


def standing(person: Person, *, now: datetime | None = None) -> list[Standing]:
    """Where `person` stands with every kind of notice, the basic one first."""
    given = list(Consent.objects.filter(person=person).select_related("notice"))
    found = []
    for kind in Kind:
        of_kind = [consent for consent in given if consent.notice.kind == kind]
        live = [consent for consent in of_kind if consent.withdrawn_at is None]
        taken_back = [consent.withdrawn_at for consent in of_kind if consent.withdrawn_at]
        found.append(
            Standing(
                notice=current_notice(kind, now=now),
                consent=max(live, key=lambda consent: consent.notice.version, default=None),
                withdrawn_at=None if live else max(taken_back, default=None),
            )
        )
    return found


def asked_again(person: Person) -> list[Notice]:
    """The notices that `person` agreed to and that have a newer version since."""
    return [one.notice for one in standing(person) if one.is_outdated]


def _live(person: Person, kind: str):
    return Consent.objects.filter(person=person, notice__kind=kind, withdrawn_at=None)


# Giving


@transaction.atomic
def give(
    *,
    person: Person,
    kind: str,
    way: str,
    by: User | None,
    paper: str = "",
    now: datetime | None = None,
) -> Consent:
    """`person` agrees to the notice as it stands now; twice is harmless.

    Raises ConsentRefused for a paper without its number and FileFrozen for a file that
    nobody changes any more.
    """
    now = now or timezone.now()
    services.check_not_frozen(_locked(person))
    paper = _checked_paper(way, paper)
    notice = current_notice(kind, now=now)
    consent, created = Consent.objects.get_or_create(
        person=person,
        notice=notice,
        withdrawn_at=None,
        defaults={"way": way, "paper": paper, "given_at": now, "given_by": by},
    )
    if created:
        _record(audit.Action.CONSENT_GIVEN, person, by, now, notice, way)
    return consent


@transaction.atomic
def withdraw(
    *,
    person: Person,
    kind: str,
    way: str,
    by: User | None,
    paper: str = "",
    now: datetime | None = None,
) -> bool:
    """`person` takes back what they agreed to, every version of it; True if there was any.

    With the consent to sensitive items go the ID number, the health remarks and the photo;
    with the basic one the messages before class. Twice is harmless. Raises as `give` does.
    """
    now = now or timezone.now()
    person = _locked(person)
    services.check_not_frozen(person)
    paper = _checked_paper(way, paper)
    live = list(_live(person, kind).select_related("notice"))
    for consent in live:
        # Clocks of two servers differ; nothing ends before it began.
        consent.withdrawn_at, consent.withdrawn_by = max(now, consent.given_at), by
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
    if kind == Kind.SENSITIVE:
        _forget_sensitive(person, by, now)
    elif live:
        person.wants_class_sms = False
        services.save_file(person=person, by=by, now=now)
    if live:
        _record(audit.Action.CONSENT_WITHDRAWN, person, by, now, live[0].notice, way, paper)
    return bool(live)


def _forget_sensitive(person: Person, by: User | None, now: datetime) -> None:
    """Also in files that were merged into this one, and in what would take that back."""
    files = queries.files_of(person)
    photos = {file.photo.name for file in files} - {""}
    # First, while the files still say by which number a row is known.
    sensitive_items_withdrawn.send(sender=Person, files=files)
    for file in files:
        for name in SENSITIVE_FACTS:
            setattr(file, name, "")
        if file.merged_into_id:
            services.prepare_file(file)
            file.save()
    services.save_file(person=files[0], by=by, now=now)
    for merge in Merge.objects.filter(Q(kept__in=files) | Q(dropped__in=files)).exclude(facts=""):
        facts = json.loads(merge.facts)
        photos |= {facts[moment]["photo"] for moment in ("before", "after")} - {""}
        for moment in ("before", "after"):
            facts[moment] |= dict.fromkeys(SENSITIVE_FACTS, "")
        merge.facts = json.dumps(facts, ensure_ascii=False)
        merge.save(update_fields=["facts"])
    services.forget_photos(photos)


# The first day


@transaction.atomic
def take_own_file(*, user: User, person: Person, now: datetime | None = None) -> None:
    """Take one's own file (services.take_own_file) and agree to the basic notice with it.

    The page says so above the button. Raises FileTaken.
    """
    services.take_own_file(user=user, person=person)
    give(person=person, kind=Kind.BASIC, way=Way.ONLINE, by=user, now=now)


@transaction.atomic
def open_own_file(
    *,
    user: User,
    name: str,
    sex: str,
    born_on: date,
    organisation: Organisation,
    now: datetime | None = None,
) -> Person:
    """A newcomer's own file (services.open_own_file), with the basic consent.

    The page says so above the button. Raises FileTaken.
    """
    person = services.open_own_file(
        user=user, name=name, sex=sex, born_on=born_on, organisation=organisation
    )
    give(person=person, kind=Kind.BASIC, way=Way.ONLINE, by=user, now=now)
    return person


# Notices


@transaction.atomic
def publish(
    *, kind: str, text: str, text_en: str = "", by: User | None, now: datetime | None = None
) -> Notice:
    """A newer version of a notice; the versions before it stay as people read them."""
    now = now or timezone.now()
    if not text.strip():
        raise ConsentRefused(_("请写好告知书的正文。"))
    last = Notice.objects.select_for_update().filter(kind=kind).order_by("-version").first()
    notice = Notice.objects.create(
        kind=kind,
        version=last.version + 1 if last else 1,
        text=text.strip(),
        text_en=text_en.strip(),
        published_at=now,
    )
    audit.record(audit.Action.NOTICE_PUBLISHED, by=by, now=now, kind=kind, version=notice.version)
    return notice


def _locked(person: Person) -> Person:
    # no_key: giving and taking back at once come one after the other.
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _checked_paper(way: str, paper: str) -> str:
    if way == Way.PAPER and not paper.strip():
        raise ConsentRefused(_("请写明签字的纸放在哪里，或它的编号。"))
    return paper.strip()


def _record(action, person, by, now, notice, way, paper="") -> None:
    details = {"kind": notice.kind, "version": notice.version, "way": way}
    if paper:
        details["paper"] = paper
    audit.record(
        action,
        by=by,
        person=person,
        on_behalf_of=person if way == Way.PROXY else None,
        now=now,
        **details,
    )

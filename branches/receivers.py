"""What the branches do when news comes from below."""

import logging
from datetime import date, timedelta

from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import reading
from accounts.models import RoleGrant
from accounts.signals import (
    PersonFact,
    facts_asked_for,
    file_freezing,
    files_merging,
    files_parting,
    merge_objections_asked_for,
    personal_tables_asked_for,
    powers_asked_for,
    readers_asked_for,
    work_asked_for,
)
from branches import evidence, ledger, presence, queries, records, services, start
from branches.errors import NoHoursRule
from branches.home_study import orders
from branches.models import Absence, BranchOffice, StudyEntry
from branches.personal import OF_BRANCHES
from common.doors import WorkDoor, doors_asked_for
from live.signals import replay_watched, session_closed

logger = logging.getLogger(__name__)

reading.name_details(
    labels={"office": gettext_lazy("支部任职"), "branch": gettext_lazy("支部")},
    values=dict(BranchOffice.Office.choices),
)


@receiver(session_closed)
def post_session(sender, session, **kwargs):
    try:
        ledger.post_session(session=session)
    except NoHoursRule as error:
        # Nobody is there to be told; once there is a rule, the scheduler posts the rest.
        logger.warning("Session %s: %s", session.pk, error)


@receiver(replay_watched)
def post_replay(sender, study, **kwargs):
    keys, people = [study.classroom.session_id], [study.person_id]
    absences = Absence.objects.filter(record__session__in=keys, person__in=people)
    try:
        ledger.post(
            [
                *evidence.rewatched(keys=keys, people=people),
                # Seen and read, it counts once.
                *evidence.made_up(keys=absences.values("pk")),
            ]
        )
    except NoHoursRule as error:
        logger.warning("Replay %s: %s", study.pk, error)
    records.note_replays(session=study.classroom.session, now=timezone.now())


# Who brings study home to people without a branch; see branches.home_study.reading.
SERVES = {RoleGrant.Role.COORDINATOR, RoleGrant.Role.REGISTRAR}


@receiver(doors_asked_for)
def door_to_the_ledger(sender, user, roles, **kwargs):
    if user.is_superuser or not user.person_id:
        return []
    found = []
    is_bureau = RoleGrant.Role.BUREAU in roles
    waits = start.what_waits(user)
    if waits.holds_an_office:
        found.append(
            WorkDoor(reverse("branches:today"), "today", _("支部今天的事"), _("一页看全"))
        )
    if is_bureau or waits.holds_an_office:
        found.append(
            WorkDoor(reverse("branches:list"), "book", _("学习台账"), _("支部的学习记录"))
        )
    if is_bureau or waits.holds_an_office or SERVES & set(roles):
        found.append(
            WorkDoor(reverse("branches:home_study"), "leave", _("送学上门"), _("点单和回执"))
        )
    elif waits.carries:
        found.append(
            WorkDoor(reverse("branches:deliveries"), "leave", _("送学单"), _("要您送的读本"))
        )
    if waits.handover:
        address = reverse("branches:handover", args=waits.handover)
        found.append(WorkDoor(address, "edit", _("书记交接"), _("等您签字")))
    if is_bureau or waits.inspects:
        found.append(
            WorkDoor(reverse("branches:inspections"), "shield", _("检查"), _("抽样看学习记录"))
        )
    if is_bureau:
        found.append(
            WorkDoor(reverse("branches:reports"), "list", _("季度通报"), _("各支部的数字"))
        )
    return found


@receiver(merge_objections_asked_for)
def two_home_branches(sender, kept, dropped, **kwargs):
    """Study is counted once, in one home branch: which of two it is, a person decides."""
    today = timezone.localdate()
    homes = [queries.home_branch_on(person, today) for person in (kept, dropped)]
    if all(homes) and homes[0] != homes[1]:
        names = {"one": homes[0].name, "other": homes[1].name}
        return [_("组织关系一份在%(one)s，一份在%(other)s，请先改成一个。") % names]
    return []


@receiver(files_merging)
def unite_participations(sender, kept, dropped, journal, **kwargs):
    """Declared before the lines move: they follow who was there."""
    journal["participations"] = presence.unite(kept=kept, dropped=dropped)


@receiver(files_parting)
def part_participations(sender, kept, dropped, journal, **kwargs):
    presence.part(journal.get("participations", []))


@receiver(files_merging)
def move_study_lines(sender, kept, dropped, now, journal, **kwargs):
    """The ledger is not rewritten: lines are taken back and posted to the kept file.

    By now the evidence is the kept file's.
    """
    lines = StudyEntry.objects.filter(person=dropped)
    evidence = lines.filter(queries.STANDS).values_list("source", "source_key")
    journal["study"] = {
        "evidence": sorted(map(list, set(evidence))),
        "copies": ledger.follow(
            source=dropped,
            target=kept,
            lines=lines,
            reason=gettext_lazy("并档：改记在同一人的另一份档案"),
            now=now,
        ),
    }


@receiver(files_merging)
def unite_memberships(sender, kept, dropped, by, now, journal, **kwargs):
    """Somebody who stood twice on a roster is one member; study follows to where they belonged."""
    moved = set(journal["rows"].get("branches.BranchMembership.person", ()))
    journal["memberships"] = services.unite(kept=kept, dropped=dropped, moved=moved)
    _follow_memberships([kept], journal, by=by, now=now)


@receiver(files_parting)
def part_memberships(sender, kept, dropped, by, now, journal, **kwargs):
    """Declared before the lines move back, so that each stands in its file's own branch."""
    services.part(journal.get("memberships", []), kept=kept, dropped=dropped)


@receiver(files_parting)
def move_study_lines_back(sender, kept, dropped, now, journal, **kwargs):
    study = journal["study"]
    moved = Q(pk__in=study["copies"])
    # A merge from before the ledger knew more evidence than sessions.
    moved |= Q(session__in=study.get("sessions", []))
    for source, key in study.get("evidence", []):
        moved |= Q(source=source, source_key=key)
    ledger.follow(
        source=kept,
        target=dropped,
        lines=StudyEntry.objects.filter(moved),
        reason=gettext_lazy("撤销并档：记回原来的档案"),
        now=now,
    )


@receiver(files_parting)
def study_follows_back(sender, kept, dropped, by, now, journal, **kwargs):
    _follow_memberships([kept, dropped], journal, by=by, now=now)


def _follow_memberships(people, journal, *, by, now):
    if days := [each["after"]["starts_on"] for each in journal.get("memberships", ())]:
        since = date.fromisoformat(min(days))
        ledger.follow_homes(people=people, since=since, by=by, now=now)


@receiver(personal_tables_asked_for)
def personal_tables(sender, **kwargs):
    return OF_BRANCHES


@receiver(file_freezing)
def leave_the_party_branches(sender, person, now, **kwargs):
    """A member belongs to the branch on the day of death and not after it."""
    orders.cancel_of_the_dead(person=person, now=now)
    last_day = person.deceased_on or timezone.localdate(now) - timedelta(days=1)
    services.leave_everything(person=person, ends_on=last_day + timedelta(days=1))


@receiver(facts_asked_for)
def membership_and_office(sender, person, user, **kwargs):
    today = timezone.localdate()
    memberships = queries.memberships_of(person, on=today)
    return [
        *(
            PersonFact(_("所在支部"), f"{membership.branch}（{membership.get_kind_display()}）")
            for membership in memberships
        ),
        *(
            PersonFact(_("支部任职"), f"{office.branch} {office.get_office_display()}")
            for office in queries.offices_of(person, on=today)
        ),
    ]


@receiver(readers_asked_for)
def who_keeps_their_ledger(sender, person, **kwargs):
    """Those in office in the person's branches and above them see name and study."""
    return [
        PersonFact(office.person.name, f"{office.branch} {office.get_office_display()}")
        for office in queries.offices_over(person, on=timezone.localdate())
    ]


@receiver(powers_asked_for)
def offices_given(sender, person, **kwargs):
    return queries.powers_since(person, now=timezone.now())


@receiver(work_asked_for)
def holds_an_office(sender, user, **kwargs):
    return queries.holds_an_office(user)

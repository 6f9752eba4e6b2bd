"""The study ledger: what is appended to it, and why.

Lines follow from evidence: `post` brings the ledger in line with what a source says,
`post_session` does so for the attendance of a session, `post_missed` for whatever was missed;
`reverse` is a correction by hand.  Each can be run again, and by two processes at once: the
database lets one line of a revision stand, and whoever comes second looks again.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person, User
from branches import (
    appending,
    drafting,
    evidence,
    notices,
    postings,
    presence,
    queries,
    records,
)
from branches.errors import CannotReverse, NoHoursRule
from branches.models import Absence, BranchActivity, Source, StudyEntry
from branches.postings import Posting
from courses.models import ClassSession

logger = logging.getLogger(__name__)

# Each further attempt means that somebody else posted in between; three at once is one
# more than the signal and the scheduler can be.
ATTEMPTS = 4
# How far back the scheduler looks; `manage.py post_study` looks at everything.
DAYS_BACK = 60


def post(found: Iterable[Posting], *, now: datetime | None = None) -> int:
    """Append the lines that the postings call for; return how many.

    One line for each posting with minutes, under the rule of the person's organisation, to
    their home branch of that day.  What was posted from evidence that says something else
    now is reversed and posted anew.  Harmless to repeat.

    Raises NoHoursRule, when all others are posted, if somebody's organisation has no rule.
    """
    found = list(found)
    return _post_anew(lambda: found, now=now or timezone.now())


def post_session(*, session: ClassSession, now: datetime | None = None) -> int:
    """Append the lines that attendance and replay of `session` call for; return how many.

    As `post`; drafts the branches' records too.
    """
    now = now or timezone.now()
    keys = [session.pk]
    activities: list[BranchActivity] = []

    def look():
        activities[:] = presence.follow_class(session, now=now)
        return [
            *evidence.attended(keys=keys),
            *evidence.rewatched(keys=keys),
            *evidence.gathered(keys=[activity.pk for activity in activities]),
            *evidence.made_up(keys=_away_from(record__session=session)),
        ]

    def then():
        records.draft(session=session, now=now)
        for activity in activities:
            records.draft_activity(activity=activity, now=now)

    return _post_anew(look, now=now, then=then)


def post_activity(*, activity: BranchActivity, now: datetime | None = None) -> int:
    """Append the lines that a closed activity calls for; return how many.

    As `post`; drafts the branches' records too.
    """
    now = now or timezone.now()
    return _post_anew(
        lambda: [
            *evidence.gathered(keys=[activity.pk]),
            # Who was there after all has made up for nothing.
            *evidence.made_up(keys=_away_from(record__activity=activity)),
        ],
        now=now,
        then=lambda: records.draft_activity(activity=activity, now=now),
    )


def _away_from(**meeting) -> QuerySet[Absence]:
    return Absence.objects.filter(**meeting).order_by().values("pk")


def post_missed(*, now: datetime | None = None, days: int | None = DAYS_BACK) -> int:
    """Post every closed session and activity that a lost signal or a crash left out, and what
    was made up; return the lines.

    Looks at what was closed, seen again or written down in the last `days`, or at everything;
    four queries when nothing is missed.  Who waits for a rule does not hold up the others.
    """
    now = now or timezone.now()
    since = None if days is None else now - timedelta(days=days)
    appended = 0
    for session in [
        *queries.sessions_unposted(since=since),
        *queries.sessions_with_replays_unposted(since=since),
    ]:
        try:
            appended += post_session(session=session, now=now)
        except NoHoursRule as error:
            appended += error.appended
            logger.warning("Session %s: %s", session.pk, error)
    for activity in queries.activities_unposted(since=since):
        try:
            appended += post_activity(activity=activity, now=now)
        except NoHoursRule as error:
            appended += error.appended
            logger.warning("Activity %s: %s", activity.pk, error)
    made_up = list(queries.make_ups_unposted(since=since).values_list("pk", flat=True))
    if made_up:
        appended += post(evidence.made_up(keys=made_up), now=now)
    return appended


@transaction.atomic
def reverse(
    *, entry: StudyEntry, by: User, reason: str, now: datetime | None = None
) -> StudyEntry:
    """Take a line back by a second line that says why and who; return that line.

    It stays taken back until the evidence itself is corrected.  Raises CannotReverse for
    a line that is a correction or was corrected already, and without a reason.
    """
    now = now or timezone.now()
    reason = reason.strip()
    if not reason:
        raise CannotReverse(_("请写明更正的原因。"))
    if entry.is_reversal:
        raise CannotReverse(_("这一行本身就是更正，不能再更正。"))
    reversal = drafting.reversal(entry, reason=reason, by=by)
    try:
        with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
            appending.append([reversal, *drafting.shared_anew([entry], [])], now=now)
    except IntegrityError as error:
        raise CannotReverse(_("这一行已经更正过了，请刷新看一看。")) from error
    return reversal


@transaction.atomic
def follow(
    *, source: Person, target: Person, lines: QuerySet[StudyEntry], reason: str, now: datetime
) -> list[int]:
    """Take `lines` of `source` back because their evidence is `target`'s now, and post anew.

    What rests on evidence that can be asked again is posted from it; any other line is
    written once more for `target`. `reason` stands in the school's own language. Returns the
    lines that were written like that.
    """
    standing = list(lines.filter(queries.STANDS, person=source).order_by("pk"))
    with translation.override(settings.LANGUAGE_CODE):
        taken_back = [drafting.reversal(line, reason=str(reason)) for line in standing]
        appending.append([*taken_back, *drafting.shared_anew(standing, [])], now=now)
    copies = []
    for kind in sorted({line.source for line in standing}):
        of_kind = [line for line in standing if line.source == kind]
        keys = [line.source_key for line in of_kind]
        if postings.is_registered(kind):
            # Also of `source`: where two files part, each has evidence of its own again.
            people = [source.pk, target.pk]
            _post_or_log(postings.recompute(kind, keys=keys, people=people), now=now)
        else:
            copies += [drafting.copy(line, person=target) for line in of_kind]
        if kind == Source.SESSION:
            for session in ClassSession.objects.filter(pk__in=keys):
                records.draft(session=session, now=now)
        if kind == Source.ACTIVITY:
            for activity in queries.activity_names(BranchActivity.objects.filter(pk__in=keys)):
                records.draft_activity(activity=activity, now=now)
    appending.append(copies, now=now)
    return [copy.pk for copy in copies]


@transaction.atomic
def follow_homes(
    *, people: Iterable[Person], since: date, now: datetime, by: User | None = None
) -> int:
    """Move the lines of `people` since a day to where their home branch was on each day.

    For memberships entered late: lines are reversed and written anew, never changed.
    Returns how many moved; harmless to repeat.
    """
    people = list(people)
    lines = StudyEntry.objects.filter(
        queries.STANDS, person__in=people, studied_on__gte=since
    ).order_by("pk")
    standing = list(lines)
    if not standing:
        _follow_activities(people, since=since, now=now)
        return 0
    homes = queries.home_branches(
        {line.person_id for line in standing}, days={line.studied_on for line in standing}
    )
    reversals, again = [], []
    with translation.override(settings.LANGUAGE_CODE):
        for line in standing:
            home = homes.get((line.person_id, line.studied_on))
            if home != line.branch_id:
                reversals.append(
                    drafting.reversal(line, reason=_("组织关系补登，改记支部"), by=by)
                )
                again.append(drafting.copy(line, branch_id=home))
    appending.append([*reversals, *again], now=now)
    notices.send(again, now=now)
    for session in ClassSession.objects.filter(pk__in={line.session_id for line in again}):
        records.draft(session=session, now=now)
    _follow_activities(people, since=since, now=now)
    return len(again)


def _follow_activities(people: Iterable[Person], *, since: date, now: datetime) -> None:
    """Who is due at an activity, and whose record it stands on, follows from memberships."""
    pks = [person.pk for person in people]
    for activity in queries.activities_touched(pks, since=since):
        presence.take_due(activity)
        records.draft_activity(activity=activity, now=now)


def studied_on(session: ClassSession) -> date:
    """The day, at the school, on which the session was held."""
    return evidence.studied_on(session)


def _post_or_log(found: Iterable[Posting], *, now: datetime) -> None:
    try:
        post(found, now=now)
    except NoHoursRule as error:
        logger.warning("%s", error)


def _post_anew(
    look: Callable[[], list[Posting]],
    *,
    now: datetime,
    then: Callable[[], object] = lambda: None,
) -> int:
    """Look and append, and once more whenever somebody else has posted in between."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            appended, without_rule = _post(look, now, then)
            break
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    if without_rule:
        names = "、".join(sorted(organisation.name for organisation in without_rule))
        raise NoHoursRule(
            _("%(organisations)s还没有学时规则，学时先不能登记。") % {"organisations": names},
            appended=appended,
        )
    return appended


@transaction.atomic
def _post(look, now, then) -> tuple[int, set[Organisation]]:
    # What stands in the ledger stays there, so it is written in the school's own language,
    # whoever's page happened to ask for it.
    with translation.override(settings.LANGUAGE_CODE):
        lines, without_rule = drafting.lines_called_for(look())
    appending.append(lines, now=now)
    notices.send(lines, now=now)
    then()
    return len(lines), without_rule

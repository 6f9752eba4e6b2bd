"""The study ledger: the only code that appends to it.

Lines follow from attendance: `post_session` brings the ledger of one session in line with
it, `post_missed` does so for whatever was missed, `reverse` is a correction by hand.  Each
can be run again, and by two processes at once: the database lets one line of a revision
stand, and whoever comes second looks again.
"""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from branches import hours, queries, records
from branches.errors import CannotReverse, NoHoursRule
from branches.models import HoursRule, StudyEntry
from courses.models import ClassSession
from live.models import Attendance

logger = logging.getLogger(__name__)

# Each further attempt means that somebody else posted in between; three at once is one
# more than the signal and the scheduler can be.
ATTEMPTS = 4
# How far back the scheduler looks; `manage.py post_study` looks at everything.
DAYS_BACK = 60


def post_session(*, session: ClassSession, now: datetime | None = None) -> int:
    """Append the lines that the attendance of `session` calls for; return how many.

    One line for everybody present, under the rule of their organisation, to their home
    branch of that day; drafts the branches' records too.  What was posted from attendance
    that has been corrected since is reversed and posted anew.  Harmless to repeat.

    Raises NoHoursRule, when all others are posted, if somebody's organisation has no rule.
    """
    now = now or timezone.now()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            appended, without_rule = _post(session, now)
            break
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    if without_rule:
        names = "、".join(sorted(organisation.name for organisation in without_rule))
        raise NoHoursRule(
            _("%(organisations)s还没有学时规则，这次课的学时先不能登记。")
            % {"organisations": names},
            appended=appended,
        )
    return appended


def post_missed(*, now: datetime | None = None, days: int | None = DAYS_BACK) -> int:
    """Post every closed session that a lost signal or a crash left out; return the lines.

    Looks at the sessions closed in the last `days`, or at all of them; one query when
    nothing is missed.  Who waits for a rule does not hold up the others.
    """
    now = now or timezone.now()
    since = None if days is None else now - timedelta(days=days)
    appended = 0
    for session in queries.sessions_unposted(since=since):
        try:
            appended += post_session(session=session, now=now)
        except NoHoursRule as error:
            appended += error.appended
            logger.warning("Session %s: %s", session.pk, error)
    return appended


@transaction.atomic
def reverse(
    *, entry: StudyEntry, by: User, reason: str, now: datetime | None = None
) -> StudyEntry:
    """Take a line back by a second line that says why and who; return that line.

    It stays taken back until the attendance itself is corrected.  Raises CannotReverse for
    a line that is a correction or was corrected already, and without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise CannotReverse(_("请写明更正的原因。"))
    if entry.is_reversal:
        raise CannotReverse(_("这一行本身就是更正，不能再更正。"))
    reversal = _reversal(entry, reason=reason, now=now or timezone.now(), by=by)
    try:
        with transaction.atomic():
            reversal.save(force_insert=True)
    except IntegrityError as error:
        raise CannotReverse(_("这一行已经更正过了，请刷新看一看。")) from error
    return reversal


def studied_on(session: ClassSession) -> date:
    """The day, at the school, on which the session was held."""
    return timezone.localdate(session.starts_at)


@transaction.atomic
def _post(session, now) -> tuple[int, set[Organisation]]:
    # What stands in the ledger stays there, so it is written in the school's own language,
    # whoever's page happened to ask for it.
    with translation.override(settings.LANGUAGE_CODE):
        lines, without_rule = _lines_to_append(session, now)
    StudyEntry.objects.bulk_create(lines)
    records.draft(session=session, now=now)
    return len(lines), without_rule


def _lines_to_append(session, now) -> tuple[list[StudyEntry], set[Organisation]]:
    """What is missing in the ledger of `session`, and whose organisation has no rule."""
    day = studied_on(session)
    posted = _last_posted(session)
    homes = queries.home_branches(session, day=day)
    rules = _rules_on(day)
    lines, without_rule = [], set()
    attendances = Attendance.objects.filter(session=session).order_by("person__pinyin", "person")
    for attendance in attendances.select_related("person__organisation"):
        last = posted.get(attendance.person_id)
        if _is_settled(last, attendance):
            continue
        organisation = attendance.person.organisation
        rule = hours.nearest(rules, path=organisation.path)
        if _deserves_a_line(attendance) and rule is None:
            without_rule.add(organisation)
            continue
        if last and not _is_reversed(last):
            lines.append(_reversal(last, reason=_why_corrected(last, attendance), now=now))
        if _deserves_a_line(attendance):
            lines.append(
                StudyEntry(
                    person_id=attendance.person_id,
                    branch_id=homes.get(attendance.person_id),
                    studied_on=day,
                    minutes=attendance.minutes,
                    credit_hours=hours.credit_hours(
                        attendance.minutes, rule=rule, whole=attendance.session_minutes
                    ),
                    mode=attendance.mode,
                    title=queries.title_of(session),
                    session=session,
                    revision=last.revision + 1 if last else 0,
                    rule=rule,
                    posted_at=now,
                )
            )
    return lines, without_rule


def _last_posted(session) -> dict[int, StudyEntry]:
    """The newest line of everybody for `session`, reversals left out."""
    lines = session.study_entries.filter(is_reversal=False).select_related("reversed_by")
    return {line.person_id: line for line in lines.order_by("revision")}


def _rules_on(day) -> list[tuple[str, HoursRule]]:
    rules = HoursRule.objects.filter(valid_from__lte=day).select_related("organisation")
    return [(rule.organisation.path, rule) for rule in rules.order_by("valid_from", "pk")]


def _deserves_a_line(attendance) -> bool:
    """Present, and for some minutes; fewer than make an hour are still a line."""
    return attendance.is_present and attendance.minutes > 0


def _is_settled(last, attendance) -> bool:
    """Whether the ledger already says what the attendance says."""
    if not _deserves_a_line(attendance):
        return last is None or _is_reversed(last)
    if last is None:
        return False
    same = (last.minutes, last.mode) == (attendance.minutes, attendance.mode)
    # What a person reversed stays so while the evidence is the same.
    return same and (not _is_reversed(last) or last.reversed_by.posted_by_id is not None)


def _is_reversed(line) -> bool:
    return getattr(line, "reversed_by", None) is not None


def _reversal(line, *, reason, now, by=None) -> StudyEntry:
    # On the same day, in the same branch and mode: the two cancel out in every total.
    return StudyEntry(
        person_id=line.person_id,
        branch_id=line.branch_id,
        studied_on=line.studied_on,
        minutes=-line.minutes,
        credit_hours=-line.credit_hours,
        mode=line.mode,
        title=line.title,
        session_id=line.session_id,
        revision=line.revision,
        rule_id=line.rule_id,
        reverses=line,
        is_reversal=True,
        reason=reason,
        posted_at=now,
        posted_by=by,
    )


def _why_corrected(line, attendance) -> str:
    if not _deserves_a_line(attendance):
        return _("到课更正：改为没算到课")
    if line.minutes != attendance.minutes:
        return _("到课更正：%(before)s 分钟改为 %(after)s 分钟") % {
            "before": line.minutes,
            "after": attendance.minutes,
        }
    return _("到课更正：%(before)s改为%(after)s") % {
        "before": line.get_mode_display(),
        "after": attendance.get_mode_display(),
    }

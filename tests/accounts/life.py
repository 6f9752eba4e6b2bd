"""Somebody about whom the school knows everything: a row in every table of persons."""

import uuid
from datetime import date, timedelta
from types import SimpleNamespace

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.models import Page

from accounts import consents, services
from accounts.acting import households, proposals
from accounts.files import merging
from accounts.logins import cards
from accounts.models import (
    Notice,
    NotSame,
    Relative,
    RoleGrant,
    RosterChunk,
    RosterImport,
    RosterRow,
    Way,
)
from accounts.rights import asking
from accounts.roster.entries import Entry, Verdict, pack, to_json
from accounts.roster.rows import Row, Values
from branches import ledger
from branches.home_study import slips
from branches.models import (
    Absence,
    Branch,
    BranchActivity,
    BranchMembership,
    BranchOffice,
    BranchRecord,
    Citation,
    Handover,
    HoursRule,
    Inspection,
    Participation,
    TalentCard,
)
from courses.models import (
    Application,
    CalendarAddress,
    CallAttempt,
    FeeLine,
    Letter,
    Offer,
    RegistrationRound,
    RelativeConsent,
    RelativeRequest,
    ReminderChoice,
    SubstituteLink,
    Term,
    Wish,
)
from live import moderation, polls
from live import services as live
from live.models import ReplayStudy, SentLink, Visit
from tests import factories
from tests.branches import home

ID_NUMBER = "370202194405061228"

# Nowhere else in the school: where it is found, a line of fees is.
WAIVED_BECAUSE = "低保~099"


def lived(*, now=None) -> SimpleNamespace:
    """何彩兰 has learned, taught and led a branch; others learned beside her."""
    now = now or timezone.now()
    unit = factories.organisation("青岚市")
    her = factories.person(
        "何彩兰",
        organisation=unit,
        born_on=date(1954, 5, 6),
        phone="13700000001",
        other_phone="0532-8866",
        phone_note="下午打",
        id_number=ID_NUMBER,
        health_note="腿脚不便",
        residence="文昌路 3 号",
    )
    login = factories.login(her)
    other, staff = factories.person("王秀兰", organisation=unit), factories.person("周敏")
    registrar = factories.login(staff, phone="13700000009")
    # Only an administrator closes the file of somebody with a role.
    services.grant_role(person=staff, role=RoleGrant.Role.ADMINISTRATOR, organisation=unit)
    her.photo.save("face.jpg", ContentFile(b"a face"))
    _relations(her, login, other, registrar)
    _rights(her, login, registrar)
    _rosters(her, unit)
    _packages(login)
    group = _classes(her, other, login, unit, now)
    branch = _branch(her, other, unit, group.session)
    her.refresh_from_db()
    return SimpleNamespace(
        person=her,
        login=login,
        other=other,
        registrar=registrar,
        unit=unit,
        branch=branch,
        group=group.group,
        session=group.session,
    )


def _relations(her, login, other, registrar):
    Relative.objects.create(
        person=her, name="何雅琴", relation="女儿", phone="13700000002", note="白天上班"
    )
    daughter = factories.login(factories.person("何雅琴"), phone="13700000002")
    proxy = services.allow_proxy(person=her, agent=daughter, relation="child", by=login)
    proxy.first_acted_at = timezone.now()
    proxy.save()
    services.allow_proxy(person=other, agent=login, relation="relative", way="paper", paper="2")
    households.record_paper(persons=(her, other), paper="同机 7", by=registrar)
    third = factories.person("李国强", sex="m")
    proposals.propose(proposer=third, phone=her.phone, by=registrar)
    proposals.propose(proposer=her, phone="13700000008", by=login)
    cards.issue_card(person=her, by=registrar)
    services.grant_role(person=her, role=RoleGrant.Role.HELPER, organisation=her.organisation)
    duplicate = factories.person("何彩兰", organisation=her.organisation, phone="13700000007")
    merging.merge(kept=her, dropped=duplicate, by=registrar)
    NotSame.objects.create(one=her, other=third, said_by=registrar)


def _rights(her, login, registrar):
    consents.give(person=her, kind=Notice.Kind.BASIC, way=Way.ONLINE, by=login)
    consents.give(
        person=her, kind=Notice.Kind.SENSITIVE, way=Way.PAPER, paper="同意书 3", by=registrar
    )
    asked = asking.ask(person=her, kind="correction", way="online", words="门牌写错了", by=login)
    asking.decide(request=asked, granted=True, answer="改好了，何彩兰", by=registrar)
    asking.ask_as_relative(
        name="何老太", born_on=date(1930, 1, 1), relation="儿媳", words="想看看", by=login
    )


def _rosters(her, unit):
    values = Values(
        name=her.name,
        born_on=her.born_on,
        id_number=ID_NUMBER,
        phone=her.phone,
        health_note=her.health_note,
        residence=her.residence,
        relative_name="何雅琴",
    )
    hers = Entry(row=Row(5, values), cells=["何彩兰", ID_NUMBER], verdict=Verdict.NEW.value)
    other = Entry(row=Row(6, Values(name="赵建国")), verdict=Verdict.NEW.value)
    roster = RosterImport.objects.create(
        organisation=unit, file_name="名册.xlsx", samples='[["何彩兰"]]', state="applied"
    )
    RosterChunk.objects.create(roster=roster, number=0, marks="Nn", content=pack([hers, other]))
    RosterRow.objects.create(
        roster=roster,
        number=5,
        organisation=unit,
        name=her.name,
        values=to_json(hers),
        person=her,
        decision="new",
    )


def _packages(login):
    """What the packages underneath keep of a login."""
    login.groups.add(Group.objects.create(name="一个组"))
    login.user_permissions.add(Permission.objects.first())
    EmailAddress.objects.create(user=login, email="he@example.org")
    SocialAccount.objects.create(user=login, provider="weixin", uid="o1", extra_data={"a": "b"})
    Authenticator.objects.create(user=login, type="totp", data={"secret": "x"})
    apps.get_model("wagtailusers.UserProfile").objects.create(
        user=login, avatar=ContentFile(b"another face", "avatar.jpg")
    )
    apps.get_model("wagtailcore.APIToken").objects.create(
        user=login, name="我的", key_hash="hash", prefix="pre"
    )
    apps.get_model("wagtailcore.PageSubscription").objects.create(
        user=login, page=Page.objects.first(), comment_notifications=True
    )
    kind = ContentType.objects.get_for_model(Page)
    for name in ("EditingSession", "FormState"):
        model = apps.get_model(f"wagtailadmin.{name}")
        when = "last_seen_at" if name == "EditingSession" else "last_updated_at"
        model.objects.create(
            user=login, content_type=kind, object_id="1", **{when: timezone.now()}
        )


def _classes(her, other, login, unit, now):
    """A session of a class that goes on, which she and another attended; a queue she stood
    in; a class she taught, and a meeting she took over, in a term that is over."""
    course = factories.course(organisation=unit)
    group = factories.class_group(course=course)
    for person in (her, other):
        factories.seat(group, person, now=now - timedelta(days=3))
    full = factories.class_group(course=course, name="满了的班", capacity=1)
    factories.seat(full, other)
    _desk(her, login, factories.seat(full, her), now)
    over = Term.objects.create(
        organisation=unit,
        name="上学期",
        starts_on=timezone.localdate(now) - timedelta(days=300),
        ends_on=timezone.localdate(now) - timedelta(days=200),
    )
    before = factories.class_group(course=course, term=over, name="从前的班", teacher=her)
    factories.session(before, starts_at=now - timedelta(days=250), substitute=her)
    _letters(her, login, group.term, now)
    start = now - timedelta(days=2)
    session = factories.session(group, starts_at=start)
    room = live.open_room(session=session)
    live.begin(classroom=room, now=start)
    live.say(classroom=room, person=her, text="老师好", client_id=uuid.uuid4(), now=start)
    for person in (her, other):
        Visit.objects.create(
            classroom=room,
            person=person,
            device=uuid.uuid4(),
            by=login,
            entered_at=start,
            last_seen_at=start + timedelta(minutes=90),
        )
    moderation.add_words(organisation=group.organisation, text="加微信", by=login, now=start)
    live.say(classroom=room, person=her, text="加微信吧", client_id=uuid.uuid4(), now=start)
    poll = polls.ask(
        classroom=room, question="听得清吗", answers=["清", "不清"], key=uuid.uuid4(), by=login
    )
    polls.vote(poll=poll, person=her, choice=0, client_id=uuid.uuid4())
    SubstituteLink.objects.create(session=session, made_at=start, taken_at=start, taken_by=her)
    moderation.mute(classroom=room, person=her, by=login, now=start)
    end = start + timedelta(minutes=90)
    live.end(classroom=room, now=end)
    SentLink.objects.create(session=session, person=her, asked_at=start, sent_at=start)
    ReplayStudy.objects.create(
        classroom=session.classroom, person=her, spans=[[0, 60]], seconds=60, seen_at=start
    )
    return SimpleNamespace(group=group, session=session, room=room, end=end)


def _desk(her, login, entry, now):
    """A seat she was called about and did not take, and money she paid for another."""
    offer = Offer.objects.create(
        entry=entry,
        pool=entry.class_group.pools.get(),
        made_at=now - timedelta(days=2),
        expires_at=now - timedelta(days=1),
        answer="expired",
        answered_at=now - timedelta(days=1),
    )
    CallAttempt.objects.create(
        offer=offer, called_at=now, called_by=login, outcome="none", note="何彩兰住院了"
    )
    seat = her.enrolments.first()
    FeeLine.objects.create(
        enrolment=seat,
        organisation=seat.class_group.organisation,
        kind="paid",
        amount=80,
        method="cash",
        receipt_number="2026-000001",
        reason=WAIVED_BECAUSE,
        on=timezone.localdate(now),
        made_at=now,
        made_by=login,
    )


def _letters(her, login, term, now):
    """A draw she asked for, her daughter's word that she may, and how she hears of it."""
    drawn = RegistrationRound.objects.create(
        term=term,
        name="抽签",
        method=RegistrationRound.Method.DRAW,
        opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=8),
    )
    asked = Application.objects.create(
        round=drawn, person=her, number=1, asked_at=now, asked_by=login
    )
    pool = her.enrolments.first().pool
    Wish.objects.create(application=asked, pool=pool, rank=1)
    daughter = {"relative": "何雅琴", "relation": "女儿", "phone": "13700000002"}
    RelativeRequest.objects.create(person=her, term=term, asked_at=now, asked_by=login, **daughter)
    RelativeConsent.objects.create(
        person=her, term=term, how="online", given_at=now, recorded_by=login, **daughter
    )
    Letter.objects.create(
        person=her, key="offer:1", text="有一个座位", url="/offers/1/", made_at=now
    )
    ReminderChoice.objects.create(person=her, by="letter")
    CalendarAddress.objects.create(person=her, token="t" * 43, made_at=now)


def _branch(her, other, unit, session):
    HoursRule.objects.create(organisation=unit, version="2026-1", valid_from=date(2020, 1, 1))
    branch = Branch.add_root(name="第三支部", organisation=unit)
    for person in (her, other):
        BranchMembership.objects.create(
            branch=branch, person=person, kind="home", starts_on=date(2020, 1, 1)
        )
    BranchOffice.objects.create(
        branch=branch, person=her, office="secretary", starts_on=date(2024, 1, 1)
    )
    live.close(classroom=session.classroom)
    ledger.post_session(session=session)
    record, _made = BranchRecord.objects.get_or_create(
        branch=branch, session=session, defaults={"drafted_at": session.ends_at}
    )
    record.chair = record.recorder = her
    record.save()
    activity = BranchActivity.objects.create(
        branch=branch,
        kind="theme",
        topic="参观纪念馆",
        held_on=date(2026, 9, 18),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        minutes=90,
        place="纪念馆",
        chair=her,
        recorder=her,
        planned_at=session.starts_at,
        edited_at=session.starts_at,
    )
    Participation.objects.create(
        activity=activity,
        person=her,
        answer="no",
        answer_reason=f"{her.name}住院",
        away_reason=f"{her.name}住院",
        correction=f"{her.name}没来",
    )
    Absence.objects.create(
        record=record, person=her, reason=f"{her.name}住院", noted_at=session.ends_at
    )
    _home_study(her, other, unit, branch)
    return branch


def _home_study(her, other, unit, branch):
    now, by = timezone.now(), factories.login()
    delivery = home.pack(her, home.lesson(at=unit), by=by, now=now, wants="京剧")
    slips.record(
        delivery=delivery,
        studied_on=timezone.localdate(now),
        minutes=45,
        words=f"{her.name}读完了",
        by=by,
        now=now,
    )
    Inspection.objects.create(
        organisation=unit,
        auditor=her,
        purpose="年度检查",
        held_from=date(2020, 1, 1),
        held_before=date(2021, 1, 1),
        opens_on=date(2021, 1, 1),
        closes_on=date(2021, 1, 1),
        seed="1",
        population=0,
        last_record=0,
        granted_at=now,
        granted_by=by,
    )
    Handover.objects.create(
        branch=branch,
        outgoing=her,
        incoming=other,
        takes_over_on=timezone.localdate(now),
        note=f"{her.name}交代的话",
        drafted_at=now,
        drafted_by=by,
    )
    Citation.objects.create(
        kind=Citation.Kind.POINTS,
        branch=branch,
        person=her,
        year=2021,
        amount=2,
        happened_on=date(2021, 1, 1),
        words="帮邻居报名",
        entered_at=now,
        entered_by=by,
    )
    TalentCard.objects.create(
        person=her, teaches="二胡入门", suits="星期三下午，活动室", written_at=now
    )

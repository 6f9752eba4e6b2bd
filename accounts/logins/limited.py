"""Limited sessions: opened by a printed card or by the link of a class, not by a code.

Whoever holds the paper or the message may be somebody else, so such a session lets its
person into class and to their timetable, and no further. It holds no login of Django's:
for every address that is not named here, and for everything that was never told of limited
sessions, nobody is logged in. No role holds in it (User.is_limited).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.middleware.csrf import rotate_token
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import queries, services
from accounts.logins import cards
from accounts.logins.doorkeeper import page_before
from accounts.models import Person, PersonalCard, User

CARD, LINK = "card", "link"

# How long a device that nobody uses keeps its card session.
CARD_IDLE = timedelta(days=180)

# Where the session keeps it: {"kind", "login", "epoch"} with {"card", "seen"} or
# {"person", "session"}.
OPENED_BY = "opened_by"

# Everybody may see these. A card's session sees them as its person, a link's as nobody.
PUBLIC = {
    "accounts:demo_inbox",
    "accounts:reading",
    "branches:answer_link",
    "cms:picture",
    "cms:search",
    "courses:class",
    "courses:clip",
    "courses:offer_link",
    "courses:relative_link",
    "set_language",
    "wagtail_serve",
    "wagtaildocs_serve",
}
# The ways in and out look after themselves; to them a limited session is nobody's.
WAYS_IN = {
    "account_confirm_login_code",
    "account_inactive",
    "account_login",
    "account_request_login_code",
    "account_signup",
    "dingtalk_callback",
    "dingtalk_login",
    "entrance:open_card",
    "live:link",
    "live:phone",
    "live:phone_answer",
    "mfa_authenticate",
    "weixin_callback",
    "weixin_login",
}
ROOM = {
    "live:beat",
    "live:events",
    "live:floor_call",
    "live:floor_end",
    "live:floor_take",
    "live:hand",
    "live:no_sound",
    "live:room",
    "live:say",
    "live:speak",
    "live:vote",
}
# What a session may open as its person; that of a link only for its one class.
ALLOWED = {
    CARD: PUBLIC
    | ROOM
    | {"account_logout", "courses:my_classes", "courses:timetable", "live:replay", "live:watched"},
    LINK: ROOM | {"account_logout"},
}
AS_NOBODY = {CARD: WAYS_IN, LINK: WAYS_IN | PUBLIC}


@dataclass(frozen=True)
class Opening:
    """What stands in for a code: the card, or the class whose link was followed."""

    kind: str
    card: int = 0
    session: int = 0
    # Of the login behind it: ending every session of that login ends this one.
    epoch: int = 0

    def lets_into(self, session: int) -> bool:
        """Whether the room of this class session may be entered at all."""
        return self.kind == CARD or self.session == session


@dataclass(frozen=True)
class Visitor:
    """Whom a browser stands for; `opening` is None for somebody who logged in by a code."""

    user: User
    person: Person | None
    opening: Opening | None = None

    @property
    def is_just_passing(self) -> bool:
        """Whether nobody minds when somebody else takes this browser over."""
        return self.opening is not None and self.opening.kind == LINK


def begin_by_card(request, *, card: PersonalCard, now: datetime | None = None) -> None:
    """Make this browser's session that of the card's person, whoever used it before."""
    now = now or timezone.now()
    user = cards.use_card(card=card, now=now)
    kept = {"kind": CARD, "card": card.pk, "seen": _day(now)}
    # As seconds: counted from the last time the session was written (_keep).
    _begin(request, kept, user=user, expires=int(CARD_IDLE.total_seconds()))


def begin_by_link(request, *, person: Person, session: int, until: datetime) -> None:
    """Make this browser's session that of `person` in the room of one class session."""
    user = services.login_without_phone(person=person)
    kept = {"kind": LINK, "person": person.pk, "session": session}
    _begin(request, kept, user=user, expires=until)


def _begin(request, kept: dict, *, user: User, expires) -> None:
    # A new key: nobody who knew the old one, and nothing it held, comes along.
    request.session.flush()
    request.session[OPENED_BY] = kept | {"login": user.pk, "epoch": user.session_epoch}
    request.session.set_expiry(expires)
    rotate_token(request)


def visitor_of(session) -> Visitor | None:
    """Whose limited session this is; None for any other, and once card or file work no more.

    The card's own row is asked every time, so revoking it ends its sessions at once.
    """
    kept = session.get(OPENED_BY)
    if not kept:
        return None
    if kept["kind"] == CARD:
        card = cards.working_card(kept["card"])
        person = card and card.person
    else:
        person = Person.objects.filter(pk=kept["person"]).first()
    person = queries.file_in_use(person)
    user = person and User.objects.filter(person=person, is_active=True).first()
    # Once a telephone number has taken the file over (services.take_own_file) the card is
    # scanned again: "log out everywhere" has to reach every session of the login.
    if not user or user.pk != kept["login"] or user.session_epoch != kept["epoch"]:
        return None
    user.opened_by = Opening(
        kept["kind"],
        card=kept.get("card", 0),
        session=kept.get("session", 0),
        epoch=user.session_epoch,
    )
    return Visitor(user, person, user.opened_by)


def visitor_here(request) -> Visitor | None:
    """Whom this browser stands for: for the ways in, to which a limited session is nobody's."""
    if request.user.is_authenticated:
        return Visitor(request.user, queries.own_file(request.user))
    return visitor_of(request.session)


class LimitedSessions:
    """`request.limited`: None, "card" or "link", with `request.user` and `request.person`.

    Every address that ALLOWED does not name leads to the login page, with a sentence; a new
    one too, until somebody has thought about it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.limited = None
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.user.is_authenticated or OPENED_BY not in request.session:
            return None
        visitor = visitor_of(request.session)
        if visitor is None:
            request.session.flush()
            messages.info(request, _("您的学员卡或者短信链接不能再用了。请用手机号登录。"))
            return None
        kind, name = visitor.opening.kind, request.resolver_match.view_name
        if name in AS_NOBODY[kind]:
            return None
        if name not in ALLOWED[kind] or not _is_in_its_room(visitor.opening, name, kwargs):
            messages.info(request, _sentence(kind))
            is_page = request.method == "GET"
            return redirect_to_login(request.get_full_path() if is_page else page_before(request))
        request.limited, request.user, request.person = kind, visitor.user, visitor.person
        self._keep(request)
        return None

    def _keep(self, request):
        """A card's session lives on while it is used; written once a day."""
        kept, now = request.session[OPENED_BY], timezone.now()
        if kept["kind"] == CARD and kept["seen"] != _day(now):
            cards.note_use(card=PersonalCard(pk=kept["card"]), now=now)
            request.session[OPENED_BY] = kept | {"seen": _day(now)}


def _is_in_its_room(opening: Opening, name: str, kwargs: dict) -> bool:
    return name not in ROOM or opening.lets_into(kwargs["pk"])


def _sentence(kind: str) -> str:
    if kind == LINK:
        return _("您是从短信进来的，只能上这一节课。要办别的事，请用手机号登录一次。")
    return _("用学员卡进来，可以上课、看课表。要办别的事，请用手机号登录一次。")


def _day(now: datetime) -> str:
    return timezone.localdate(now).isoformat()


@receiver(user_logged_in)
def end_limits(sender, request, **kwargs):
    """Who has proved themselves meanwhile is not limited any more."""
    if request is not None:
        request.session.pop(OPENED_BY, None)  # How long it lasts, accounts.logins.sessions says.

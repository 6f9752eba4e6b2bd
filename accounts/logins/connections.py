"""WeChat and DingTalk as ways into a login: connected once its number is proved.

Who comes from there for the first time is remembered in the session until the code of an
SMS has shown whose login it is.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.errors import ConnectionTaken
from accounts.models import User

NAMES = {"weixin": gettext_lazy("微信"), "dingtalk": gettext_lazy("钉钉")}
ARRIVED = "arrived_by"
# As long as the way through the SMS may take; afterwards somebody else may sit there.
ARRIVED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Arrival:
    """Somebody whom WeChat or DingTalk knows and the school does not yet."""

    provider: str
    uid: str
    # What they call themselves there: to be recognised by, and never kept.
    nickname: str
    at: float

    @property
    def name(self) -> str:
        return str(NAMES[self.provider])


def of(user: User) -> QuerySet[SocialAccount]:
    """How else `user` gets in, oldest first."""
    return SocialAccount.objects.filter(user=user).order_by("pk")


def connection_for(*, user: User, pk: int) -> SocialAccount:
    """The only door to ending one. Raises Http404 for those of others."""
    if connection := of(user).filter(pk=pk).first():
        return connection
    raise Http404


def arrive(
    session: SessionBase, *, provider: str, uid: str, nickname: str, now: datetime | None = None
) -> None:
    """Remember who has come, until their number is proved in this session."""
    now = now or timezone.now()
    session[ARRIVED] = asdict(Arrival(provider, uid, nickname, now.timestamp()))


def arrival(session: SessionBase, *, now: datetime | None = None) -> Arrival | None:
    """Who has come and not yet been connected."""
    if not (said := session.get(ARRIVED)):
        return None
    found = Arrival(**said)
    age = (now or timezone.now()).timestamp() - found.at
    return found if age < ARRIVED_FOR.total_seconds() else None


def forget_arrival(session: SessionBase) -> None:
    session.pop(ARRIVED, None)


@transaction.atomic
def connect(
    *, user: User, provider: str, uid: str, by: User | None, now: datetime | None = None
) -> SocialAccount:
    """From now on `uid` of `provider` opens the login `user`; twice is harmless.

    Raises ConnectionTaken where it opens another login.
    """
    try:
        with transaction.atomic():
            connection, created = SocialAccount.objects.get_or_create(
                provider=provider, uid=uid, defaults={"user": user}
            )
    except IntegrityError as error:  # The login was forgotten meanwhile.
        raise ConnectionTaken(_("这次没有连上，请再试一次。")) from error
    if connection.user_id != user.pk:
        raise ConnectionTaken(
            _("这个%(name)s已经连着另一个手机号，先要在那边断开。拿不准，请打学校电话。")
            % {"name": NAMES[provider]}
        )
    if created:
        audit.record(
            audit.Action.LOGIN_CHANGED, by=by, person=user.person, now=now, connected=provider
        )
    return connection


@transaction.atomic
def disconnect(*, connection: SocialAccount, by: User | None, now: datetime | None = None) -> None:
    """It opens the login no more; the number still does. Twice is harmless."""
    gone, _kinds = SocialAccount.objects.filter(pk=connection.pk).delete()
    if gone:
        audit.record(
            audit.Action.LOGIN_CHANGED,
            by=by,
            person=connection.user.person,
            now=now,
            disconnected=connection.provider,
        )

"""Tickets to one recording, as part of its address.

Media is served before Django has seen the request, so the address itself says who
asks, for what, and until when, and is signed.  It does not say that the person may
still see it: `admission` asks that again and again.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

SALT = "live.video.media"
LIVE, REPLAY = "live", "replay"
KINDS = (LIVE, REPLAY)

# A class of 90 minutes, its waiting room, and a teacher who does not stop.
LIFETIME = timedelta(hours=3)


class BadToken(Exception):
    """Forged, spoilt or expired: in any case no ticket."""


@dataclass(frozen=True, slots=True)
class Claims:
    recording: str
    session: int
    person: int
    kind: str
    expires_at: int
    login: int = 0


def make_token(
    *,
    recording: str,
    session: int,
    person: int,
    kind: str,
    login: int = 0,
    lifetime: timedelta = LIFETIME,
    now: float | None = None,
) -> str:
    """A ticket for `person`, asked for by `login`, to the recording (a UUID in hex)."""
    if kind not in KINDS:
        raise ValueError(f"A token is for one of {KINDS}, not {kind!r}.")
    now = time.time() if now is None else now
    expires_at = int(now + lifetime.total_seconds())
    content = [recording, session, person, kind, expires_at, login]
    return signing.Signer(salt=SALT).sign_object(content)


def read_token(token: str, *, now: float | None = None) -> Claims:
    """What the ticket says.  Raises BadToken if it is none, or no longer."""
    now = time.time() if now is None else now
    try:
        claims = Claims(*signing.Signer(salt=SALT).unsign_object(token))
    except signing.BadSignature as error:
        raise BadToken("This address is not valid.") from error
    if claims.expires_at <= now:
        raise BadToken("This address has expired.")
    return claims


def media_path(token: str, name: str) -> str:
    """Where `name` of this recording is served."""
    return f"{PREFIX}{token}/{name}"


PREFIX = "/media/live/"

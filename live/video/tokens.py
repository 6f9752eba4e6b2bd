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
# REVIEW: the whole recording, also what was cut away from its replay. COPY: the one file
# of it that was made for a teacher.
LIVE, REPLAY, REVIEW, COPY = "live", "replay", "review", "copy"
KINDS = (LIVE, REPLAY, REVIEW, COPY)

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
    # The printed card that stood in for a code, or 0.
    card: int = 0
    # Counted up when every session of the login was ended.
    epoch: int = 0


def make_token(
    *,
    recording: str,
    session: int,
    person: int,
    kind: str,
    login: int = 0,
    card: int = 0,
    epoch: int = 0,
    lifetime: timedelta = LIFETIME,
    now: float | None = None,
) -> str:
    """A ticket for `person`, asked for by `login` (with a card), to a recording (UUID in hex)."""
    if kind not in KINDS:
        raise ValueError(f"A token is for one of {KINDS}, not {kind!r}.")
    now = time.time() if now is None else now
    expires_at = int(now + lifetime.total_seconds())
    content = [recording, session, person, kind, expires_at, login, card, epoch]
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

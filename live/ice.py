"""Where two pages find a way to each other: STUN and TURN servers, from settings.  Pure."""

import base64
import hashlib
import hmac
import time

VALID_FOR_S = 4 * 60 * 60


def servers(addresses: list[str], *, secret: str, name: str, now: float | None = None) -> list:
    """`iceServers` for a page. TURN gets a user name that ends with the class.

    As coturn's `use-auth-secret` wants it: the time until when, and its HMAC under the secret
    that both know; nobody can relay with it tomorrow.
    """
    stun = [address for address in addresses if address.startswith("stun")]
    turn = [address for address in addresses if address.startswith("turn")]
    found = [{"urls": stun}] if stun else []
    if turn:
        user = f"{int((time.time() if now is None else now) + VALID_FOR_S)}:{name}"
        digest = hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()
        found.append(
            {"urls": turn, "username": user, "credential": base64.b64encode(digest).decode()}
        )
    return found

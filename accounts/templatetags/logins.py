"""What the login pages need to know of a login and its browser."""

from django import template

from accounts.logins import connections, second_step, sessions, social

register = template.Library()


@register.simple_tag(takes_context=True)
def ways_in(context):
    """How else this login gets in, how it might, and whether a second step is for it."""
    request = context["request"]
    connected = list(connections.of(request.user))
    for connection in connected:
        connection.name = connections.NAMES[connection.provider]
    known = {connection.provider for connection in connected}
    is_set = second_step.has_one(request.user)
    return {
        "connected": connected,
        "doors": [door for door in social.doors(request) if door[0] not in known],
        "second_step": is_set or sessions.is_staff(request.user),
        "is_set": is_set,
    }


@register.filter
def in_fours(text: str) -> str:
    """1234 5678: long codes are read and typed in pieces."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

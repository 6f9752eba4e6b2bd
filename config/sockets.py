"""What stands before every socket."""

from channels.db import database_sync_to_async

from accounts.logins import second_step

NOT_ALLOWED = 4403


class SecondStepFirst:
    """Staff who owe their second step open no socket, as they open no page."""

    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        if await database_sync_to_async(second_step.is_owed)(scope["user"], scope["session"]):
            await receive()
            await send({"type": "websocket.close", "code": NOT_ALLOWED})
            return
        await self.inner(scope, receive, send)

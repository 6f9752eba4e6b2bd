"""Plain Channels groups: one consumer per socket, told through the channel layer.

What is posted is sent to everybody, as it stands.
"""

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter
from django.conf import settings

from bench.peers.door import answer, body_of

settings.configure(CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}})

ROOM = "room"


class Page(AsyncWebsocketConsumer):
    async def connect(self):
        await self.channel_layer.group_add(ROOM, self.channel_name)
        await self.accept()
        await self.send(text_data='{"type": "hello"}')

    async def disconnect(self, code):
        await self.channel_layer.group_discard(ROOM, self.channel_name)

    async def told(self, event):
        await self.send(text_data=event["text"])


async def door(scope, receive, send):
    if body := await body_of(receive):
        await get_channel_layer().group_send(ROOM, {"type": "told", "text": body.decode()})
    await answer(send)


application = ProtocolTypeRouter({"http": door, "websocket": Page.as_asgi()})

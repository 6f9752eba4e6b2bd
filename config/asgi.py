"""The doors of the server: recordings first, then sockets, then pages.

Django is loaded before anything that imports its models.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from config.pages import Pages
from config.sockets import SecondStepFirst
from config.turns import Turns
from live.gate import permits
from live.routing import websocket_urlpatterns
from live.video.media import MediaRoute

application = ProtocolTypeRouter(
    {
        # Segments do not pass through Django: a class would keep it from answering pages.
        "http": MediaRoute(Turns(Pages()), root=settings.RECORDINGS_ROOT, permits=permits),
        # The origin is looked at first: a page of another site never reaches a session.
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(SecondStepFirst(URLRouter(websocket_urlpatterns)))
        ),
    }
)

"""The doors of the server: recordings first, then sockets, then pages.

Django is loaded before anything that imports its models.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from live.gate import permits
from live.routing import websocket_urlpatterns
from live.video.media import MediaRoute

application = ProtocolTypeRouter(
    {
        # Segments do not pass through Django: a class would keep it from answering pages.
        "http": MediaRoute(pages, root=settings.RECORDINGS_ROOT, permits=permits),
        # The origin is looked at first: a page of another site never reaches a session.
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)

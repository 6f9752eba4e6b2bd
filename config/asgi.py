"""The doors of the server: recordings first, then sockets, then pages.

Django is loaded before anything that imports its models.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402

from live.gate import permits  # noqa: E402
from live.routing import websocket_urlpatterns  # noqa: E402
from live.video.media import MediaRoute  # noqa: E402

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

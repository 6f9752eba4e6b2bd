"""Socket addresses of the classroom."""

from django.urls import path

from live.consumers import ConsoleSocket, RoomSocket

websocket_urlpatterns = [
    path("ws/sessions/<int:pk>/", RoomSocket.as_asgi()),
    path("ws/sessions/<int:pk>/console/", ConsoleSocket.as_asgi()),
]

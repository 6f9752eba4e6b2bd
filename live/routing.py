"""Socket addresses of the classroom."""

websocket_urlpatterns = []

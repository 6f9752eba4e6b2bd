"""The pages of the school: Django, in one thread from the first middleware to the view."""

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler


class Pages(ASGIHandler):
    """Django's own handler goes from the event loop to a thread and back again for the view
    and for some of the middleware. All of ours is synchronous: one way there is enough, and
    in a rush each of them waits for whoever else has the processor.
    """

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async=False)

    async def get_response_async(self, request):
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

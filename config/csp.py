"""The looser policy of the editors' pages."""

from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings


class EditorsPolicy:
    """Lets the pages under /cms/ run what Wagtail writes into them, and nothing else.

    Wagtail 8's admin has inline scripts without a nonce and inline styles (checked on its
    own pages); the rest of the policy holds there too.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith(settings.EDITORS_PATH):
            response._csp_update = {
                "script-src": [SELF, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return response

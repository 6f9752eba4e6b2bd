"""Which language a reader gets: the one they chose, or Chinese."""

from django.conf import settings
from django.utils import translation


def chosen(cookies) -> str:
    """The language of the switch in the footer, kept in a cookie; Chinese without one."""
    code = cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class ChosenLanguage:
    """Speaks the chosen language on a page.

    Not what the browser asks for: many phones of learners were set up in English by
    somebody else, and their owners read Chinese.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = chosen(request.COOKIES)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

"""What stands between a login and the pages: when it was last here, and its second step."""

import re
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY, logout
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.logins import keeping, second_step, sessions
from common.typed_again import typed_in

# Says no more than that this browser was logged in, so that it can be told why it is not.
WAS_HERE = "was-here"
WAS_HERE_FOR_S = 60 * 60 * 24 * 365
# Asked by an open page, not by a person: a forgotten tab would never be idle. That somebody
# watches a class, live.watching notes while its door is open.
ASKED_BY_PAGES = re.compile(r"/cms/editing-sessions/|/sessions/\d+/(beat|here)/")


class SessionLimits:
    """Ends a session that was idle or has lasted too long, and says so in words."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        counts = not ASKED_BY_PAGES.match(request.path)
        if request.user.is_authenticated and not sessions.go_on(
            request.session, user=request.user, now=timezone.now(), counts=counts
        ):
            logout(request)
        was_here = bool(request.COOKIES.get(WAS_HERE))
        ended = was_here and not _is_logged_in(request)
        if ended:
            messages.warning(request, _("您离开了一会儿，为了安全请再登录一次。"))
        response = self.get_response(request)
        if _is_logged_in(request) and not was_here:
            response.set_cookie(
                WAS_HERE,
                "1",
                max_age=WAS_HERE_FOR_S,
                httponly=True,
                samesite="Lax",
                secure=settings.HTTPS,
            )
        elif was_here and not _is_logged_in(request):
            response.delete_cookie(WAS_HERE, samesite="Lax")
        if ended and request.method == "POST" and leads_to_login(response):
            response["Location"] = login_address(_way_back(request))
        return response


def _way_back(request) -> str:
    """After the login of somebody who pressed a button: to what they typed, if anything."""
    typed, before = typed_in(request), page_before(request)
    if not any(name != "csrfmiddlewaretoken" for name, _value in typed["again"]):
        return before
    keeping.keep(request.session, typed=typed, before=before, now=timezone.now())
    return reverse("login:typed")


def _is_logged_in(request) -> bool:
    # Not the user: a printed card makes one for this request alone (accounts.logins.limited).
    return SESSION_KEY in request.session


def leads_to_login(response) -> bool:
    address = urlsplit(response.get("Location", ""))
    return response.status_code == 302 and address.path == resolve_url(settings.LOGIN_URL)


def login_address(page: str) -> str:
    """The login page that leads back to `page`."""
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: page})}"


def page_before(request) -> str:
    """The page whose form was sent: nobody can return to where it was sent."""
    before = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure()):
        parts = urlsplit(before)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return "/"


class SecondStep:
    """Staff without their second step reach the pages that set it up, and public ones.

    Every address that is not named here is the school's.
    """

    OPEN = {
        "account_login",
        "account_logout",
        "account_inactive",
        "accounts:reading",
        "set_language",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
        "courses:class",
        "cms:search",
        "cms:picture",
        "wagtail_serve",
    }

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.view_name in self.OPEN:
            return None
        if not second_step.is_owed(request.user, request.session):
            return None
        if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            raise PermissionDenied  # A script's question: it cannot follow to a page.
        if not second_step.has_one(request.user):
            messages.warning(request, _("您在学校办公，要先设好第二步验证，才能打开工作页面。"))
            return redirect("mfa_index")
        messages.warning(request, _("请先做第二步验证，再打开这一页。"))
        page = request.get_full_path() if request.method == "GET" else page_before(request)
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': page})}")

"""allauth's view of a login: a telephone number of mainland China, proved by a code.

Then the second step of staff, and WeChat and DingTalk as further ways in.
"""

import logging
from typing import ClassVar

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse, RateLimited
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services, sms
from accounts.errors import TooManyCodes
from accounts.logins import connections
from accounts.models import User
from accounts.phones import PhoneField
from common.errors import DomainError
from common.sealed import seal, unseal

logger = logging.getLogger(__name__)


class PhoneAdapter(DefaultAccountAdapter):
    """Phone and code only: nobody has a password or needs an e-mail address."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "incorrect_code": gettext_lazy("这 6 个数字不对，请对照最新的一条短信再填一次。"),
        "too_many_login_attempts": gettext_lazy("填错的次数太多了，请再要一条短信。"),
        "rate_limited": gettext_lazy("短信发得太勤了，请等一分钟再试。"),
        "phone_taken": gettext_lazy("这个号码已经有人用了，请打学校电话。"),
        "same_as_current": gettext_lazy("这就是现在的号码，不用改。"),
        "account_inactive": gettext_lazy("这个登录停用了，请打学校电话。"),
    }

    def is_open_for_signup(self, request):
        return False  # accounts.forms.login.PhoneForm: the first code makes the login.

    def phone_form_field(self, **kwargs):
        return PhoneField(**kwargs)

    def get_phone(self, user):
        return (user.phone, user.phone_proved_at is not None) if user.phone else None

    def set_phone(self, user, phone, verified):
        if verified:
            self.set_phone_verified(user, phone)

    def set_phone_verified(self, user, phone):
        services.prove_phone(user=user, phone=phone)

    def get_user_by_phone(self, phone):
        return User.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user, phone, code, **kwargs):
        """Send the code that the form has reserved, or one more, within the limits.

        Raises RateLimited, which allauth's pages say in the words of `error_messages`.
        """
        sent = getattr(self.request, sms.RESERVED, None)
        if sent is None:
            try:
                sent = sms.reserve_code(phone=phone)
            except TooManyCodes as error:
                raise RateLimited from error
        self.request.session[sms.SENT_CODE] = sent.pk
        sms.send_code(phone=phone, code=code)

    def send_unknown_account_sms(self, phone, **kwargs):
        """Silent: every number that asks has a login by then (accounts.forms.login.PhoneForm)."""

    def send_account_already_exists_sms(self, phone):
        """Silent: there is no sign-up apart from the first login."""

    def pre_login(self, request, user, **kwargs):
        # The file of somebody who has died keeps its login, and nobody gets in by it.
        if user.person and user.person.frozen_at:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request, user, **kwargs):
        if arrival := connections.arrival(request.session):
            self._connect(request, user, arrival)
        connections.forget_arrival(request.session)
        return super().post_login(request, user, **kwargs)

    def _connect(self, request, user, arrival):
        try:
            connections.connect(user=user, provider=arrival.provider, uid=arrival.uid, by=user)
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            messages.success(
                request,
                _("%(name)s连好了。以后点一下“用%(name)s登录”就能进来。") % {"name": arrival.name},
            )


class SocialAdapter(DefaultSocialAccountAdapter):
    """WeChat and DingTalk, switched on by settings; a number is proved before one gets in."""

    def list_apps(self, request, provider=None, client_id=None):
        # allauth's own also reads a table, which would be a second place to switch them on.
        return [
            SocialApp(provider=name, **facts)
            for name, found in settings.SOCIALACCOUNT_PROVIDERS.items()
            for facts in found["APPS"]
            if provider in (None, name) and client_id in (None, facts["client_id"])
        ]

    def is_open_for_signup(self, request, sociallogin):
        return False

    def pre_social_login(self, request, sociallogin):
        """Let in whoever is connected; everybody else is asked for their number first."""
        account, after = sociallogin.account, sociallogin.state.get("next")
        if request.user.is_authenticated:
            if sociallogin.state.get("process") == AuthProcess.CONNECT:
                self._connect(request, account)
                after = after or reverse("accounts:me")
            raise ImmediateHttpResponse(redirect(after or "/"))
        connections.forget_arrival(request.session)
        if not sociallogin.is_existing:
            connections.arrive(
                request.session,
                provider=account.provider,
                uid=account.uid,
                nickname=sociallogin.nickname,
            )
            raise ImmediateHttpResponse(redirect(_with_next("account_request_login_code", after)))

    def _connect(self, request, account):
        try:
            connections.connect(
                user=request.user, provider=account.provider, uid=account.uid, by=request.user
            )
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            name = connections.NAMES[account.provider]
            messages.success(request, _("%(name)s连好了。") % {"name": name})

    def on_authentication_error(
        self, request, provider, error=None, exception=None, extra_context=None
    ):
        """Back to the telephone number, with a sentence on what went wrong."""
        name, state = str(provider.name), (extra_context or {}).get("state")
        if state is None:
            said = _("这一步过时了。请再点一次“用%(name)s登录”，或者用手机号。")
        elif exception is None and (error == AuthError.CANCELLED or "error" not in request.GET):
            # WeChat says no by bringing no code.
            said = _("您没有用%(name)s登录。用手机号也一样。")
        else:
            said = _("%(name)s那边没有答应，请用手机号登录，或者过一会儿再试。")
            logger.warning("%s refused: %s", provider.id, type(exception).__name__)
        messages.warning(request, said % {"name": name})
        if request.user.is_authenticated:
            raise ImmediateHttpResponse(redirect("accounts:me"))
        raise ImmediateHttpResponse(
            redirect(_with_next("account_login", (state or {}).get("next")))
        )


def _with_next(view: str, page: str | None) -> str:
    return f"{reverse(view)}?{urlencode({'next': page})}" if page else reverse(view)


class SecondStepAdapter(DefaultMFAAdapter):
    """An app that shows codes, or a passkey; what they are made of is sealed."""

    error_messages: ClassVar = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy("这个验证不能取消。"),
        "cannot_generate_recovery_codes": gettext_lazy("请先设好第二步验证，再要备用码。"),
        "incorrect_code": gettext_lazy("没有对上，请再试一次。"),
    }

    def get_totp_issuer(self):
        return settings.SCHOOL["name"]

    def build_totp_svg(self, url):
        # Black on white in every theme, or no camera reads it; it grows with the letters.
        code = segno.make(url, error="m", micro=False)
        title = _("给验证器扫的二维码")
        drawn = code.svg_inline(border=3, light="#fff", omitsize=True, title=title)
        return mark_safe(drawn.replace("<svg ", '<svg width="15em" ', 1))

    def encrypt(self, text):
        return seal(text)

    def decrypt(self, encrypted_text):
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user, type):
        return _("我的钥匙")

    def _get_site_name(self):
        return settings.SCHOOL["name"]

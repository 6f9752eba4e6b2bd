"""allauth's view of a login: a telephone number of mainland China, proved by a code."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import RateLimited
from django.utils.translation import gettext_lazy

from accounts import services, sms
from accounts.errors import TooManyCodes
from accounts.models import User
from accounts.phones import PhoneField


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
        return False  # accounts.forms.PhoneForm: the first code makes the login.

    def phone_form_field(self, **kwargs):
        return PhoneField(**kwargs)

    def get_phone(self, user):
        return (user.phone, user.phone_proved_at is not None)

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
                sent = sms.reserve_code(user=user, phone=phone)
            except TooManyCodes as error:
                raise RateLimited from error
        self.request.session[sms.SENT_CODE] = sent.pk
        sms.send_code(phone=phone, code=code)

    def send_unknown_account_sms(self, phone, **kwargs):
        """Silent: every number that asks has a login by then (accounts.forms.PhoneForm)."""

    def send_account_already_exists_sms(self, phone):
        """Silent: there is no sign-up apart from the first login."""

"""What people type to log in and to prove their second step."""

import unicodedata
from contextlib import contextmanager

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePhoneForm,
    ConfirmLoginCodeForm,
    RequestLoginCodeForm,
    VerifyPhoneForm,
)
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services, sms
from accounts.errors import TooManyCodes


class PhoneForm(RequestLoginCodeForm):
    """The first step of logging in: where should the code go?

    A number nobody has used yet gets a login here, so that known and unknown numbers are
    answered alike and a newcomer needs no other page.
    """

    def clean_phone(self):
        try:
            sent = services.begin_login(phone=self.cleaned_data["phone"])
        except TooManyCodes as error:
            raise ValidationError(str(error)) from error
        setattr(context.request, sms.RESERVED, sent)
        return super().clean_phone()


class CodeForm(ConfirmLoginCodeForm):
    """The second step: the six digits, five tries for each code however they come."""

    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=20,
        error_messages={"required": gettext_lazy("请填写短信里的 6 个数字。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self):
        # Full-width digits are what some Chinese keyboards give.
        self.cleaned_data["code"] = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        if not sms.take_try(sent=context.request.session.get(sms.SENT_CODE)):
            raise get_adapter().validation_error("incorrect_code")
        return super().clean_code()


class NewPhoneForm(ChangePhoneForm):
    """Another number for one's login: where should the code go?"""

    def clean_phone(self):
        phone = super().clean_phone()
        try:
            sent = sms.reserve_code(phone=phone)
        except TooManyCodes as error:
            raise ValidationError(str(error)) from error
        setattr(context.request, sms.RESERVED, sent)
        return phone


class NewPhoneCodeForm(CodeForm, VerifyPhoneForm):
    """The six digits that prove a new number, with the same tries."""


@contextmanager
def _said_of_the_second_step():
    """allauth's word for too many tries is one about messages; this step sends none."""
    try:
        yield
    except ValidationError as error:
        if error.code in {"too_many_login_attempts", "rate_limited"}:
            raise ValidationError(
                _("填错的次数太多了，请过一刻钟再试，或者打学校电话。")
            ) from error
        raise


@contextmanager
def _taken_for_a_wrong_one():
    """allauth leaves it to fido2 what is no passkey at all, and that breaks in many ways."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise get_mfa_adapter().validation_error("incorrect_code") from error


class _SecondStepCode(forms.Form):
    """Six digits of the app or eight of a recovery code, however they are typed."""

    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=20,
        error_messages={"required": gettext_lazy("请填写验证码。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self):
        typed = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        self.cleaned_data["code"] = "".join(typed.split())
        with _said_of_the_second_step():
            return super().clean_code()


class _Once:
    """A code of the app opens once, as long as it is good (allauth forgets it too soon)."""

    def clean_code(self):
        code = super().clean_code()
        steps = 1 + 2 * settings.MFA_TOTP_TOLERANCE
        used = f"accounts.second_step.{self.user.pk}.{code}"
        if self.authenticator.type == Authenticator.Type.TOTP and not cache.add(
            used, True, timeout=steps * 30
        ):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class SecondStepForm(_Once, _SecondStepCode, AuthenticateForm):
    """The second step of a login."""


class SecondStepAgainForm(_Once, _SecondStepCode, ReauthenticateForm):
    """The second step once more, before something that matters."""


class _SecondStepKey:
    def clean_credential(self):
        with _said_of_the_second_step(), _taken_for_a_wrong_one():
            return super().clean_credential()


class NewPasskeyForm(AddWebAuthnForm):
    """A passkey that was just made, and what its owner calls it."""

    name = forms.CharField(required=False, max_length=40)

    def clean(self):
        with _taken_for_a_wrong_one():
            return super().clean()


class PasskeyForm(_SecondStepKey, AuthenticateWebAuthnForm):
    """The second step of a login, by a passkey."""


class PasskeyAgainForm(_SecondStepKey, ReauthenticateWebAuthnForm):
    """A passkey once more, before something that matters."""


class FirstAppCodeForm(_SecondStepCode, ActivateTOTPForm):
    """The app shows its first code: the two have understood each other."""

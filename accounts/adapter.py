"""allauth's view of a login: a telephone number of mainland China, proved by a code."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import timezone

from accounts import sms
from accounts.models import User
from accounts.phones import PhoneField


class PhoneAdapter(DefaultAccountAdapter):
    """Phone and code only: nobody has a password or needs an e-mail address."""

    def is_open_for_signup(self, request):
        return False  # accounts.forms.PhoneForm: the first code makes the login.

    def phone_form_field(self, **kwargs):
        return PhoneField(**kwargs)

    def get_phone(self, user):
        return (user.phone, user.phone_proved_at is not None)

    def set_phone(self, user, phone, verified):
        user.phone = phone
        user.phone_proved_at = timezone.now() if verified else None
        user.save(update_fields=["phone", "phone_proved_at"])

    def set_phone_verified(self, user, phone):
        User.objects.filter(pk=user.pk, phone=phone, phone_proved_at=None).update(
            phone_proved_at=timezone.now()
        )

    def get_user_by_phone(self, phone):
        return User.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user, phone, code, **kwargs):
        sms.send_code(phone=phone, code=code)

    def send_unknown_account_sms(self, phone, **kwargs):
        """Silent: every number that asks has a login by then (accounts.forms.PhoneForm)."""

    def send_account_already_exists_sms(self, phone):
        """Silent: there is no sign-up apart from the first login."""

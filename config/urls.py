"""Every address of the school. Wagtail answers what no app claims."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from accounts.views import login

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)
# Ways in and second steps are changed on their own pages, which write it down, and WeChat
# and DingTalk are switched on by the environment alone.
admin.site.unregister([Authenticator, SocialAccount, SocialApp, SocialToken])

handler400 = "config.errors.bad_request"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

# Of allauth only what is used here, with the pages of ours: nobody has a password or an
# e-mail address, and its own login page would go past the limits of accounts.forms.login.
login_urls = [
    path("login/", login.Login.as_view(), name="account_login"),
    path("login/code/", login.AskForPhone.as_view(), name="account_request_login_code"),
    path("login/code/confirm/", login.ConfirmCode.as_view(), name="account_confirm_login_code"),
    path("logout/", account.logout, name="account_logout"),
    path("phone/change/", account.change_phone, name="account_change_phone"),
    path("phone/verify/", account.verify_phone, name="account_verify_phone"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("weixin/login/", login.weixin_login, name="weixin_login"),
    path("weixin/login/callback/", login.weixin_callback, name="weixin_callback"),
    path("dingtalk/login/", login.dingtalk_login, name="dingtalk_login"),
    path("dingtalk/login/callback/", login.dingtalk_callback, name="dingtalk_callback"),
    path("2fa/", login.index, name="mfa_index"),
    path("2fa/authenticate/", login.Authenticate.as_view(), name="mfa_authenticate"),
    path("2fa/reauthenticate/", login.again, name="mfa_reauthenticate"),
    path("2fa/app/", login.activate_app, name="mfa_activate_totp"),
    path("2fa/app/removal/", login.deactivate_app, name="mfa_deactivate_totp"),
    path("2fa/passkeys/", login.add_passkey, name="mfa_add_webauthn"),
    path("2fa/passkeys/<int:pk>/removal/", login.remove_passkey, name="mfa_remove_webauthn"),
    path(
        "2fa/passkeys/reauthenticate/",
        login.again_by_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/codes/", login.codes, name="mfa_view_recovery_codes"),
    path("2fa/codes/new/", login.new_codes, name="mfa_generate_recovery_codes"),
]


class EditorsLogin(RedirectView):
    """To the login; who is logged in and edits nothing goes home, not round in a circle."""

    def get_redirect_url(self, *args, **kwargs):
        if self.request.user.is_authenticated:
            return "/"
        return super().get_redirect_url(*args, **kwargs)


urlpatterns = [
    path("accounts/", include(login_urls)),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("accounts.urls.acting")),
    path("me/", include("accounts.urls.rights")),
    path("me/", include("accounts.urls.me")),
    path("me/", include("accounts.urls.login")),
    path("people/", include("accounts.urls.merging")),
    path("people/", include("accounts.urls.people")),
    path("people/requests/", include("accounts.urls.requests")),
    path("organisations/", include("accounts.urls.organisations")),
    path("roles/", include("accounts.urls.roles")),
    path("roster/", include("accounts.urls.roster")),
    path("audit/", include("accounts.urls.audit")),
    path("", include("accounts.urls.entrance")),
    path("office/", admin.site.urls),
    # Wagtail's own login page asks for a password, which nobody has.
    path(
        "cms/login/",
        EditorsLogin.as_view(pattern_name="account_login", query_string=True),
        name="editors_login",
    ),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("courses.urls")),
    path("", include("live.urls")),
    path("", include("branches.urls")),
    path("", include("cms.urls")),
    path("", include(wagtail_urls)),
]

if settings.DEBUG:
    from django.conf.urls.static import static

    urlpatterns = static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT) + urlpatterns

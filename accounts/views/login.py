"""Getting in: the telephone number, WeChat and DingTalk, the second step, and out again.

What allauth does stays allauth's; here stands what differs.
"""

import time

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    record_authentication,
)
from allauth.account.internal.stagekit import redirect_to_pending_stage
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.logins import connections, keeping, second_step, sessions, social

# The telephone number


class AskForPhone(RequestLoginCodeView):
    """The first step: also for who comes from WeChat or DingTalk for the first time.

    A login that somebody began and left does not keep the next from another number.
    """

    def _redirect_to_pending_stage(self, request, stage):
        return None

    def get_context_data(self, **kwargs):
        arrival = connections.arrival(self.request.session)
        return super().get_context_data(**kwargs) | {
            "arrival": arrival,
            "doors": [] if arrival else social.doors(self.request),
        }


class Login(AskForPhone):
    """Where the header and every closed page lead: to the step where one stopped.

    Who came from WeChat and went away is forgotten: at a shared device it must not be
    connected to the number of the next.
    """

    def dispatch(self, request, *args, **kwargs):
        connections.forget_arrival(request.session)
        return super().dispatch(request, *args, **kwargs)

    def _redirect_to_pending_stage(self, request, stage):
        return redirect_to_pending_stage(request, stage)


class ConfirmCode(ConfirmLoginCodeView):
    """The second step: says so when the code is too old; each message has its own time."""

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        # Where nobody asked for a code allauth sends one away before it looks for one.
        if getattr(self, "_process", self) is None:
            messages.warning(request, _("那条短信过时了。请再要一条，5 分钟内填上。"))
        return response

    def get_context_data(self, **kwargs):
        arrival = connections.arrival(self.request.session)
        return super().get_context_data(**kwargs) | {"arrival": arrival}

    def _resend_form_valid(self, form):
        state = self._process.state
        sent = state["resend_count"]
        response = super()._resend_form_valid(form)
        if state["resend_count"] > sent:
            state.update(at=time.time(), failed_attempts=0)
            self._process.persist()
        return response


# WeChat and DingTalk


def social_login(adapter):
    """Leave for the provider's page, by POST; a GET asks first."""
    leave = OAuth2LoginView.adapter_view(adapter)

    @never_cache
    def view(request):
        if not social.is_on(adapter.provider_id):
            raise Http404
        if request.user.is_authenticated and request.POST.get("process") != AuthProcess.CONNECT:
            return redirect("accounts:me")
        return leave(request)

    return view


def social_callback(adapter):
    """Where the provider's page leads back to."""
    arrive = OAuth2CallbackView.adapter_view(adapter)

    @never_cache
    def view(request):
        if not social.is_on(adapter.provider_id):
            raise Http404
        return arrive(request)

    return view


weixin_login = social_login(social.WeChatAdapter)
weixin_callback = social_callback(social.WeChatAdapter)
dingtalk_login = social_login(social.DingTalkAdapter)
dingtalk_callback = social_callback(social.DingTalkAdapter)


@login_required
@require_POST
def disconnect(request, pk):
    """WeChat or DingTalk opens my login no more."""
    connection = connections.connection_for(user=request.user, pk=pk)
    connections.disconnect(connection=connection, by=request.user)
    name = connections.NAMES[connection.provider]
    messages.success(request, _("%(name)s断开了。以后用手机号登录。") % {"name": name})
    return redirect("accounts:me")


@never_cache
@login_required
@require_GET
def typed(request):
    """What somebody sent whose login had ended meanwhile: seen once, sent by them, or not."""
    kept = keeping.take(request.session, now=timezone.now())
    if kept is None:
        return redirect("/")
    return render(request, "account/typed.html", kept)


@login_required
@require_POST
def end_all(request):
    """Out of every device; with `keep`, out of every other one."""
    user = request.user
    sessions.end_all_logins(user=user, by=user)
    if request.POST.get("keep"):
        update_session_auth_hash(request, user)
        messages.success(request, _("别的设备都退出了，这一台不变。"))
        return redirect("accounts:me")
    logout(request)
    messages.success(request, _("所有设备都退出了。再进来，请用手机号登录。"))
    return redirect("/")


# The second step of staff


class ForStaff:
    """404 for a login that has nothing to do with second steps."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not second_step.is_for(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class SetUp:
    """What was just set up has just been shown to work: nobody is asked for it again."""

    def form_valid(self, form):
        response = super().form_valid(form)
        newest = Authenticator.objects.filter(
            user=self.request.user, type__in=second_step.STEPS
        ).latest("pk")
        record_authentication(
            self.request,
            self.request.user,
            method="mfa",
            id=newest.pk,
            type=newest.type,
            reauthenticated=True,
        )
        return response


class TakeAway:
    """Without the last one this session is as good as without a second step."""

    def form_valid(self, form):
        response = super().form_valid(form)
        if not second_step.has_one(self.request.user):
            clear_authentication_records(self.request)
        return response


class Authenticate(mfa.AuthenticateView):
    """The second step of a login."""

    def get_context_data(self, **kwargs):
        user = self.stage.login.user
        kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        return super().get_context_data(**kwargs) | {
            "has_app": Authenticator.Type.TOTP in kinds,
            "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
        }


class Index(ForStaff, mfa.IndexView):
    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "is_owed": second_step.is_owed(self.request.user, self.request.session),
            "is_set": second_step.has_one(self.request.user),
        }


class ActivateApp(ForStaff, SetUp, totp.ActivateTOTPView):
    pass


class DeactivateApp(ForStaff, TakeAway, totp.DeactivateTOTPView):
    pass


class AddPasskey(ForStaff, SetUp, webauthn.AddWebAuthnView):
    pass


class RemovePasskey(ForStaff, TakeAway, webauthn.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class Again(ForStaff, mfa.ReauthenticateView):
    pass


class AgainByPasskey(ForStaff, webauthn.ReauthenticateWebAuthnView):
    def form_invalid(self, form):
        super().form_invalid(form)  # Says why.
        return redirect("mfa_reauthenticate_webauthn")


class RecoveryCodes(ForStaff, recovery_codes.ViewRecoveryCodesView):
    pass


class NewRecoveryCodes(ForStaff, recovery_codes.GenerateRecoveryCodesView):
    pass


index = never_cache(login_required(Index.as_view()))
activate_app = never_cache(login_required(ActivateApp.as_view()))
deactivate_app = never_cache(login_required(DeactivateApp.as_view()))
add_passkey = never_cache(login_required(AddPasskey.as_view()))
remove_passkey = never_cache(login_required(RemovePasskey.as_view()))
again = never_cache(login_required(Again.as_view()))
again_by_passkey = never_cache(login_required(AgainByPasskey.as_view()))
codes = never_cache(login_required(RecoveryCodes.as_view()))
new_codes = never_cache(login_required(NewRecoveryCodes.as_view()))

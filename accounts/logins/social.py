"""WeChat and DingTalk as allauth's providers: our addresses, and odd answers taken for a no.

Of what they tell only the number of the person there is kept; the nickname is shown once,
to be recognised by.
"""

from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.dingtalk.provider import DingTalkProvider
from allauth.socialaccount.providers.dingtalk.views import DingTalkOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.weixin.client import WeixinOAuth2Client
from allauth.socialaccount.providers.weixin.provider import WeixinProvider
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.logins.connections import NAMES

NICKNAME_LENGTH = 20
# What an answer of another shape than theirs ends in, deep inside allauth.
ODD = (KeyError, TypeError, ValueError, AttributeError, ImproperlyConfigured)


def is_on(provider: str) -> bool:
    """Whether the school has an id with `provider`."""
    return bool(settings.SOCIALACCOUNT_PROVIDERS[provider]["APPS"])


def doors(request) -> list[tuple[str, str]]:
    """(provider, name) of the ways in that work in this browser."""
    inside = "MicroMessenger" in request.headers.get("User-Agent", "")
    return [
        (provider, str(name))
        for provider, name in NAMES.items()
        if is_on(provider) and (provider != "weixin" or inside == settings.WECHAT_INSIDE)
    ]


class _OurAddresses:
    """An OAuth2Adapter that asks where settings.SOCIAL_ADDRESSES says."""

    @property
    def authorize_url(self):
        return settings.SOCIAL_ADDRESSES[self.provider_id]["authorize"]

    @property
    def access_token_url(self):
        return settings.SOCIAL_ADDRESSES[self.provider_id]["token"]

    @property
    def profile_url(self):
        return settings.SOCIAL_ADDRESSES[self.provider_id]["profile"]

    def get_access_token_data(self, *args, **kwargs):
        try:
            return super().get_access_token_data(*args, **kwargs)
        except ODD as error:
            raise OAuth2Error("The answer was no token.") from error

    def parse_token(self, data):
        try:
            return super().parse_token(data)
        except ODD as error:
            raise OAuth2Error("The answer was no token.") from error

    def complete_login(self, *args, **kwargs):
        try:
            return super().complete_login(*args, **kwargs)
        except ODD as error:
            raise OAuth2Error("The answer was no person.") from error


class WeChatClient(WeixinOAuth2Client):
    def get_redirect_url(self, *args, **kwargs):
        # Without it WeChat on a telephone shows an empty page.
        return f"{super().get_redirect_url(*args, **kwargs)}#wechat_redirect"


class WeChatAdapter(_OurAddresses, WeixinOAuth2Adapter):
    client_class = WeChatClient


class DingTalkAdapter(_OurAddresses, DingTalkOAuth2Adapter):
    pass


class _Provider:
    """What is asked and kept is ours to say, not the address's."""

    nickname_field: str

    def get_redirect_from_request_kwargs(self, request):
        asked = super().get_redirect_from_request_kwargs(request)
        connects = asked["process"] == AuthProcess.CONNECT
        return {
            "process": AuthProcess.CONNECT if connects else AuthProcess.LOGIN,
            "next_url": asked.get("next_url"),
            "scope": self.get_scope(),
        }

    def extract_extra_data(self, data):
        return {}

    def extract_common_fields(self, data):
        return {}

    def sociallogin_from_response(self, request, response):
        login = super().sociallogin_from_response(request, response)
        login.nickname = str(response.get(self.nickname_field) or "")[:NICKNAME_LENGTH]
        return login


class WeChat(_Provider, WeixinProvider):
    name = NAMES["weixin"]
    oauth2_adapter_class = WeChatAdapter
    nickname_field = "nickname"


class DingTalk(_Provider, DingTalkProvider):
    name = NAMES["dingtalk"]
    oauth2_adapter_class = DingTalkAdapter
    nickname_field = "nick"

    # DingTalk leaves its page out for who was here before; on a shared device that is
    # somebody else.
    def get_auth_params(self):
        return {"prompt": "consent"}

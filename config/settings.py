"""Settings of both sizes: one machine without services, or PostgreSQL, Redis and nginx.

Which size it is comes from environment variables only (see .env.example); no other
module asks.
"""

import os
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = os.environ.get


def flag(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "").strip().lower() in {"1", "true", "yes", "on"}


DATA_DIR = Path(env("YINLING_DATA") or BASE_DIR / "var").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = flag("DEBUG")
# Demo logins work with a code shown on a page; that page and these logins do not
# exist unless this is set.
DEMO = flag("YINLING_DEMO")
HTTPS = flag("YINLING_HTTPS")


def _kept_key(name: str, make: Callable[[], str]) -> str:
    """A key that lies in the data folder, made at the first start."""
    path = DATA_DIR / name
    try:
        # O_EXCL: of two processes starting at once one makes the key, both use it.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
    except FileExistsError:
        pass
    if not (key := path.read_text().strip()):
        raise ImproperlyConfigured(f"{path} is empty: restore it from the backup.")
    return key


SECRET_KEY = env("YINLING_SECRET_KEY") or _kept_key(
    "secret_key", lambda: secrets.token_urlsafe(50)
)
# What seals personal data in the database (common.sealed). The first key seals, every one
# opens; a lost key loses what it sealed, so these are part of the backup.
DATA_KEYS = [key for key in (env("YINLING_DATA_KEYS") or "").split(",") if key] or [
    _kept_key("data_key", lambda: Fernet.generate_key().decode())
]
INDEX_KEY = env("YINLING_INDEX_KEY") or _kept_key("index_key", lambda: secrets.token_urlsafe(50))

PUBLIC_URL = (env("YINLING_URL") or "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = [
    host.strip()
    for host in (env("YINLING_HOSTS") or "localhost,127.0.0.1,[::1]").split(",")
    if host.strip()
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "daphne",
    "config.apps.ConfigConfig",
    "common",
    "accounts",
    "courses",
    "live",
    "branches",
    "cms",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "treebeard",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.weixin",
    "allauth.socialaccount.providers.dingtalk",
    "channels",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.staticfiles.PageFiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.csp.EditorsPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "common.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.logins.doorkeeper.SessionLimits",
    "accounts.logins.doorkeeper.SecondStep",
    "accounts.middleware.WhoIsActing",
    "accounts.logins.limited.LimitedSessions",
    "accounts.middleware.Reading",
    "config.errors.Unpressed",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.context.school",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "common.templatetags.ui",
            ],
        },
    },
]


def _database() -> dict:
    """SQLite in the data folder, or what DATABASE_URL names.

    postgresql://user:password@host:port/name?option=value; the host may be a folder
    with a socket, percent-encoded or as ?host=.
    """
    url = env("DATABASE_URL")
    if not url or url.startswith("sqlite"):
        path = url.split("///", 1)[1] if url and "///" in url else DATA_DIR / "yinling.sqlite3"
        return {
            "ENGINE": "config.sqlite",
            "NAME": path,
            "OPTIONS": {
                # Without IMMEDIATE a transaction that reads before it writes fails at
                # once in a rush, whatever the timeout (docs/architecture.md, traps).
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql:// or sqlite:///.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or parts.port or "",
        # In an outage a page says so within seconds; in a rush nobody waits here, but at the
        # doors (config.turns).
        "OPTIONS": {
            "connect_timeout": 5,
            **options,
            "pool": {"min_size": 2, "max_size": 20, "timeout": 6},
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                # With redis-py's defaults idle sockets are closed every 5 s and the
                # hundred-and-first connection is refused.
                "hosts": [{"address": REDIS_URL, "socket_timeout": None, "max_connections": 5000}],
            },
        }
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
BUILD_DIR = DATA_DIR / "build"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    BUILD_DIR,
    ("vendor/hls.js", BASE_DIR / "node_modules" / "hls.js" / "dist"),
]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
# Recordings lie apart: they are never served without a token (live.video.media).
RECORDINGS_ROOT = DATA_DIR / "recordings"
# A class is recorded no further than this, so that messages and presence go on beside it:
# mostly the database lies on the same disk.
RECORDINGS_LEAVE_FREE = int(env("YINLING_LEAVE_FREE_MB") or 256) * 1024 * 1024
PRIVATE_ROOT = DATA_DIR / "private"
# Somebody ticks who of a branch of 5,000 was there; every tick is a field.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000
# Two pages in different networks find each other through these (docs/operations.md).
ICE_SERVERS = (env("YINLING_ICE_SERVERS") or "").replace(",", " ").split()
TURN_SECRET = env("YINLING_TURN_SECRET") or ""
# Professional gear publishes to the second; the first is where we play it from (live.gear).
RTMP_PULL = env("YINLING_RTMP_PULL") or ""
RTMP_URL = env("YINLING_RTMP_URL") or ""
for folder in (BUILD_DIR, MEDIA_ROOT, RECORDINGS_ROOT, PRIVATE_ROOT):
    folder.mkdir(parents=True, exist_ok=True)

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Photos of people and uploaded rosters: no address leads here but through a door.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "config.staticfiles.ModuleStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.logins.backend.LoginBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.logins.adapter.PhoneAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 5 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_FORMS = {
    "request_login_code": "accounts.forms.login.PhoneForm",
    "confirm_login_code": "accounts.forms.login.CodeForm",
    "change_phone": "accounts.forms.login.NewPhoneForm",
    "verify_phone": "accounts.forms.login.NewPhoneCodeForm",
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# Forty people of a computer room log in behind one address within three minutes, so
# the limits per address are wide. Those per number are accounts.sms's own: they count
# messages really sent, survive a restart and hold for all processes.
ACCOUNT_RATE_LIMITS = {
    "login": "200/m/ip",
    # The key is a login at its second step: five tries with the telephone's app, a
    # passkey or a recovery code, together.
    "login_failed": "60/m/ip,5/15m/key",
    "request_login_code": "120/m/ip",
    "verify_phone": "120/m/ip",
    "change_phone": "30/m/user",
}
# The folder of a speech model (Vosk); empty: captions are typed (live.captions).
SPEECH_MODEL = env("YINLING_SPEECH_MODEL") or ""

ALLAUTH_TRUSTED_PROXY_COUNT = int(env("YINLING_PROXIES") or 0)

# The second step of staff: an app that shows codes, or a passkey. "required": who holds a
# staff role reaches nothing of the school's before it is set up; "offered": they may.
STAFF_SECOND_STEP = env("YINLING_SECOND_STEP") or ("offered" if DEMO else "required")
if STAFF_SECOND_STEP not in {"required", "offered"}:
    raise ImproperlyConfigured("YINLING_SECOND_STEP is required or offered.")
MFA_ADAPTER = "accounts.logins.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.forms.login.SecondStepForm",
    "reauthenticate": "accounts.forms.login.SecondStepAgainForm",
    "activate_totp": "accounts.forms.login.FirstAppCodeForm",
    "add_webauthn": "accounts.forms.login.NewPasskeyForm",
    "authenticate_webauthn": "accounts.forms.login.PasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.login.PasskeyAgainForm",
}
# A code stays good for half a minute more: reading and typing six digits takes time.
MFA_TOTP_TOLERANCE = 1


# WeChat and DingTalk exist where the school has an id with them, and nowhere else.
def _social_app(name: str) -> list[dict]:
    if not (identity := env(f"{name}_ID")):
        return []
    return [{"client_id": identity, "secret": env(f"{name}_SECRET") or "", "key": ""}]


# An official account's id works inside WeChat only; a website's shows a code to be scanned,
# everywhere but there.
WECHAT_INSIDE = flag("YINLING_WECHAT_INSIDE")
SOCIALACCOUNT_ADAPTER = "accounts.logins.adapter.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "weixin": {
        "provider_class": "accounts.logins.social.WeChat",
        "APPS": _social_app("YINLING_WECHAT"),
        "SCOPE": ["snsapi_userinfo" if WECHAT_INSIDE else "snsapi_login"],
    },
    "dingtalk": {
        "provider_class": "accounts.logins.social.DingTalk",
        "APPS": _social_app("YINLING_DINGTALK"),
        "SCOPE": ["openid"],
    },
}
# Where their pages and their servers are; an office may have a DingTalk of its own.
_wechat_pages = env("YINLING_WECHAT_PAGES") or "https://open.weixin.qq.com"
_wechat_api = env("YINLING_WECHAT_API") or "https://api.weixin.qq.com"
_dingtalk_pages = env("YINLING_DINGTALK_PAGES") or "https://login.dingtalk.com"
_dingtalk_api = env("YINLING_DINGTALK_API") or "https://api.dingtalk.com"
SOCIAL_ADDRESSES = {
    "weixin": {
        "authorize": _wechat_pages
        + ("/connect/oauth2/authorize" if WECHAT_INSIDE else "/connect/qrconnect"),
        "token": f"{_wechat_api}/sns/oauth2/access_token",
        "profile": f"{_wechat_api}/sns/userinfo",
    },
    "dingtalk": {
        "authorize": f"{_dingtalk_pages}/oauth2/auth",
        "token": f"{_dingtalk_api}/v1.0/oauth2/userAccessToken",
        "profile": f"{_dingtalk_api}/v1.0/contact/users/me",
    },
}
# Browsers hold a form's redirects against the policy too, and those of these doors lead here.
_social_pages = [
    page
    for name, page in [("weixin", _wechat_pages), ("dingtalk", _dingtalk_pages)]
    if SOCIALACCOUNT_PROVIDERS[name]["APPS"]
]

# Where messages go: "accounts.sms.ConsoleBackend", "accounts.sms.InboxBackend" (a page
# that exists in demo mode only) or "accounts.sms.GatewayBackend".
SMS_BACKEND = env("YINLING_SMS") or (
    "accounts.sms.InboxBackend" if DEMO else "accounts.sms.ConsoleBackend"
)
SMS_GATEWAY = {
    "url": env("YINLING_SMS_URL"),
    "key": env("YINLING_SMS_KEY"),
    "sign": env("YINLING_SMS_SIGN") or "银龄云课堂",
    "timeout_s": 5,
}
# Codes one number may get, and all numbers together in a day (an attack on the SMS
# bill stops there).
SMS_LIMITS = {"minute": 1, "hour": 5, "day": 10, "budget_day": int(env("YINLING_SMS_DAY") or 5000)}

SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
# How long a session lasts without a sign of its person, and at all, by what the login may
# do (accounts.logins.sessions); of several the stricter wins.
SESSION_LIMITS = {
    "learner": {"idle": timedelta(days=90), "absolute": timedelta(days=180)},
    "teacher": {"idle": timedelta(hours=12), "absolute": timedelta(days=30)},
    "staff": {"idle": timedelta(minutes=60), "absolute": timedelta(hours=12)},
    "administrator": {"idle": timedelta(minutes=30), "absolute": timedelta(hours=8)},
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    # Asked by the RTMP server over the loopback, which knows no other way than plain HTTP.
    SECURE_REDIRECT_EXEMPT = [r"^ingest/rtmp/$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# Wagtail's own pages; their policy is looser (config.csp).
EDITORS_PATH = "/cms/"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        # hls.js plays from blob: addresses and decrypts in a worker of its own.
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF, "ws:", "wss:"],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *_social_pages],
        "frame-ancestors": [SELF],
    },
}

WAGTAIL_SITE_NAME = "银龄云课堂"
WAGTAILADMIN_BASE_URL = PUBLIC_URL
WAGTAIL_CONTENT_LANGUAGES = [("zh-hans", "中文")]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_I18N_ENABLED = False
WAGTAILADMIN_LOGIN_URL = "/cms/login/"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "mp3", "mp4"]
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]

SCHOOL = {
    "name": env("YINLING_SCHOOL") or "青岚市老年大学",
    "phone": env("YINLING_PHONE") or "8866 0120",
    "address": env("YINLING_ADDRESS") or "青岚市望湖区文昌路 18 号，一楼大厅",
    "hours": env("YINLING_HOURS") or _("周一至周六 8:30–17:30"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("YINLING_LOG") or "WARNING"},
}

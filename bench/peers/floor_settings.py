"""The product's settings with the middleware that `startproject` writes, and none of ours."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.peers.floor_urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Does nothing here, but its app does not start without it.
    "allauth.account.middleware.AccountMiddleware",
]

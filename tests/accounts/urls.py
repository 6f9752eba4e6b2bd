"""The product's addresses with the second step of logging in as config.urls is to have it."""

from django.urls import include, path

from accounts.views import ConfirmCode

urlpatterns = [
    path("accounts/login/code/confirm/", ConfirmCode.as_view(), name="account_confirm_login_code"),
    path("", include("config.urls")),
]

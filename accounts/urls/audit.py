"""The audit log, for auditors."""

from django.urls import path

from accounts.views import audit as views

app_name = "audit"

urlpatterns = [
    path("", views.log, name="list"),
    path("excel/", views.log_excel, name="excel"),
]

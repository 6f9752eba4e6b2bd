"""Addresses of branches."""

app_name = "branches"

urlpatterns = []

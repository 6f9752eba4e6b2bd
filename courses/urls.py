"""Addresses of courses."""

app_name = "courses"

urlpatterns = []

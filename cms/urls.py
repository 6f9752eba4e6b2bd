"""Addresses of the site beside its pages."""

from django.urls import path

from cms import views

app_name = "cms"

urlpatterns = [
    path("search/", views.search, name="search"),
    # In front of a grown school nginx answers this itself.
    path("media/images/<str:name>", views.picture, name="picture"),
]

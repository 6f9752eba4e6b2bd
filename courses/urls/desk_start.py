"""The registrar's start page."""

from django.urls import path

from courses.views import desk_start as views

urlpatterns = [path("registrar/", views.desk_start, name="desk_start")]

"""What the school told a person, and how they are reminded."""

from django.urls import path

from courses.views import letters as views

urlpatterns = [
    path("my/letters/", views.letters, name="letters"),
    path("my/letters/reminder/", views.reminder, name="reminder"),
]

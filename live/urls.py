"""Addresses of the live classroom. A session has one address for learners: its room."""

from django.urls import path

from live import views

app_name = "live"

urlpatterns = [
    path("sessions/<int:pk>/", views.room, name="room"),
    path("sessions/<int:pk>/replay/", views.replay, name="replay"),
    path("sessions/<int:pk>/events/", views.events, name="events"),
    path("sessions/<int:pk>/beat/", views.beat, name="beat"),
    path("sessions/<int:pk>/messages/", views.say, name="say"),
    path("sessions/<int:pk>/hand/", views.hand, name="hand"),
    path("sessions/<int:pk>/no-sound/", views.no_sound, name="no_sound"),
    path("teach/", views.teaching, name="teaching"),
    path("sessions/<int:pk>/console/", views.console, name="console"),
    path("sessions/<int:pk>/here/", views.here, name="here"),
    path("sessions/<int:pk>/pause/", views.pause, name="pause"),
    path("sessions/<int:pk>/end/", views.end, name="end"),
]

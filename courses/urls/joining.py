"""Meetings that others join, and who stands in by a link."""

from django.urls import path

from courses.views import joining

urlpatterns = [
    path("joining/", joining.invitations, name="invitations"),
    path("joining/<int:pk>/class/", joining.join, name="join"),
    path("joining/<int:pk>/removal/", joining.leave, name="leave_meeting"),
    path("meetings/<int:pk>/together/", joining.together, name="together"),
    path("meetings/<int:pk>/substitute/", joining.substitute_link, name="substitute_link"),
    path("stand-in/<str:token>/", joining.stand_in, name="stand_in"),
]

"""The telephone desk."""

from django.urls import path

from courses.views import phone_desk as views

urlpatterns = [
    path("phone-desk/", views.phone_desk, name="phone_desk"),
    path("phone-desk/excel/", views.calls_excel, name="phone_desk_excel"),
    path("phone-desk/calls/<int:pk>/", views.begin, name="phone_desk_call"),
    path("phone-desk/calls/<int:pk>/outcome/", views.log, name="phone_desk_log"),
    path("phone-desk/calls/<int:pk>/deadline/", views.extend, name="phone_desk_extend"),
    path("phone-desk/missed/", views.missed, name="phone_desk_missed"),
    path("phone-desk/missed/excel/", views.missed_excel, name="phone_desk_missed_excel"),
    path("phone-desk/missed/<int:pk>/", views.reinstate, name="phone_desk_reinstate"),
]

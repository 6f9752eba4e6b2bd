"""What people ask about their files, for staff."""

from django.urls import path

from accounts.views import requests as views

app_name = "requests"

urlpatterns = [
    path("", views.request_list, name="list"),
    path("excel/", views.request_list_excel, name="excel"),
    path("<int:pk>/", views.decide, name="decide"),
    path("of/<int:pk>/", views.person, name="person"),
    path("of/<int:pk>/consent/", views.consent, name="consent"),
    path("of/<int:pk>/export/", views.export, name="export"),
    path("of/<int:pk>/new/", views.ask, name="ask"),
    path("of/<int:pk>/relatives/", views.ask_as_relative, name="ask_as_relative"),
    path("of/<int:pk>/death/", views.death, name="death"),
    path("of/<int:pk>/thawing/", views.thaw, name="thaw"),
]

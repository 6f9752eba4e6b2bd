"""Lists of classes and places, rosters and sign-in sheets."""

from django.urls import path

from courses.views import lists as views

urlpatterns = [
    path("registrar/classes/", views.class_list, name="class_list"),
    path("registrar/classes/excel/", views.class_list_excel, name="class_list_excel"),
    path("registrar/classes/<int:pk>/", views.class_roster, name="class_roster"),
    path("registrar/classes/<int:pk>/excel/", views.class_roster_excel, name="roster_excel"),
    path("registrar/classes/<int:pk>/roster.pdf", views.roster_pdf, name="roster_pdf"),
    path("registrar/classes/<int:pk>/sign-in.pdf", views.sign_in_pdf, name="sign_in_pdf"),
]

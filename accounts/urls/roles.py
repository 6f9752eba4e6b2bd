"""Who is what where, for administrators."""

from django.urls import path

from accounts.views import roles as views

app_name = "roles"

urlpatterns = [
    path("", views.role_list, name="list"),
    path("excel/", views.roles_excel, name="excel"),
    path("what/", views.what_roles_may, name="what"),
    path("new/", views.grant, name="grant"),
    path("<int:pk>/end/", views.end, name="end"),
]

"""The tree of organisations, for administrators."""

from django.urls import path

from accounts.views import organisations as views

app_name = "organisations"

urlpatterns = [
    path("", views.organisation_tree, name="list"),
    path("excel/", views.tree_excel, name="excel"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.unit, name="unit"),
    path("<int:pk>/name/", views.rename, name="rename"),
    path("<int:pk>/parent/", views.move, name="move"),
    path("<int:pk>/merging/", views.merge, name="merge"),
    path("<int:pk>/end/", views.end, name="end"),
    path("<int:pk>/reopening/", views.reopen, name="reopen"),
    path("<int:pk>/points/new/", views.new_point, name="new_point"),
    path("points/<int:pk>/", views.point, name="point"),
]

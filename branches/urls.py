"""Addresses of branches. A line and a record have one address: that of their branch."""

from django.urls import path

from branches import views

app_name = "branches"

urlpatterns = [
    path("my/learning/", views.my_learning, name="my_learning"),
    path("my/learning/<int:pk>/", views.my_entry, name="my_entry"),
    path("branches/", views.branch_list, name="list"),
    path("branches/<int:pk>/ledger/", views.branch_ledger, name="ledger"),
    path("branches/<int:pk>/ledger/excel/", views.ledger_excel, name="ledger_excel"),
    path("branches/<int:branch_pk>/ledger/<int:pk>/", views.entry, name="entry"),
    path(
        "branches/<int:branch_pk>/ledger/<int:pk>/reversal/", views.reverse_entry, name="reverse"
    ),
    path("branches/<int:pk>/records/", views.record_list, name="records"),
    path("branches/<int:branch_pk>/records/<int:session_pk>/", views.record, name="record"),
]

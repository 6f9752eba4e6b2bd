"""What is owed, paid, waived and given back."""

from django.urls import path

from courses.views import fees as views

urlpatterns = [
    path("fees/", views.cash_report, name="cash_report"),
    path("fees/excel/", views.cash_report_excel, name="cash_report_excel"),
    path("fees/open/", views.open_fees, name="open_fees"),
    path("fees/open/excel/", views.open_fees_excel, name="open_fees_excel"),
    path("fees/seats/<int:pk>/", views.seat_fees, name="seat_fees"),
    path("fees/seats/<int:pk>/payments/", views.pay, name="pay_fee"),
    path("fees/seats/<int:pk>/waivers/", views.waive, name="waive_fee"),
    path("fees/seats/<int:pk>/refunds/", views.refund, name="refund_fee"),
    path("fees/seats/<int:pk>/kept/", views.keep, name="keep_fee"),
    path("fees/receipts/<int:pk>/", views.receipt, name="receipt"),
]

"""Addresses of branches. A line and a record have one address: that of their branch."""

from django.urls import path

from branches.views import (
    branches,
    confirming,
    deliveries,
    home_study,
    learning,
    ledger,
    members,
    notices,
    office,
    records,
    reports,
    rules,
    signing,
    statements,
    today,
)

app_name = "branches"

STATEMENT = "branches/<int:branch_pk>/forms/<int:pk>/<str:code>/"
REPORT = "branches/reports/<int:organisation_pk>/<str:code>/"

urlpatterns = [
    path("my/learning/", learning.my_learning, name="my_learning"),
    path("my/learning/<int:pk>/", learning.my_entry, name="my_entry"),
    path("my/home-study/", home_study.my_orders, name="my_home_study"),
    path("my/home-study/<int:pk>/cancel/", home_study.cancel_my_order, name="cancel_my_order"),
    path("home-study/", home_study.desk, name="home_study"),
    path("home-study/card/", home_study.card, name="order_card"),
    path("home-study/new/", home_study.choose_person, name="choose_person"),
    path("home-study/new/<int:person_pk>/", home_study.new_order, name="new_order"),
    path("home-study/packing/", home_study.pack, name="pack_orders"),
    path("home-study/orders/<int:pk>/", home_study.order, name="study_order"),
    path("home-study/orders/<int:pk>/cancel/", home_study.cancel, name="cancel_order"),
    path("home-study/orders/<int:pk>/booklet/", home_study.booklet, name="booklet"),
    path("home-study/orders/<int:pk>/sounds/", home_study.order_sounds, name="order_sounds"),
    path("home-study/deliveries/", deliveries.delivery_list, name="deliveries"),
    path("home-study/deliveries/excel/", deliveries.delivery_excel, name="deliveries_excel"),
    path("home-study/deliveries/sending/", deliveries.send, name="send_deliveries"),
    path("home-study/deliveries/<int:pk>/", deliveries.hand, name="hand_delivery"),
    path("home-study/slips/", deliveries.find_slip, name="find_slip"),
    path("home-study/slips/<str:code>/", deliveries.return_slip, name="return_slip"),
    path(
        "home-study/slips/<str:code>/taking-back/",
        deliveries.take_slip_back,
        name="take_slip_back",
    ),
    path("branches/", branches.branch_list, name="list"),
    path("branches/today/", today.start, name="today"),
    path("branches/new/", office.found, name="found"),
    path("branches/notices/", notices.notice_list, name="notices"),
    path("branches/notices/<int:pk>/read/", notices.read_notice, name="read_notice"),
    path("branches/rules/", rules.rule_list, name="rules"),
    path("branches/rules/new/", rules.new_rule, name="new_rule"),
    path("branches/rules/new/excel/", rules.rule_excel, name="rule_excel"),
    path("branches/targets/new/", rules.new_target, name="new_target"),
    path("branches/<int:pk>/", office.branch_page, name="branch"),
    path("branches/<int:pk>/new/", office.found, name="found_beneath"),
    path("branches/<int:pk>/change/", office.change, name="change"),
    path("branches/<int:pk>/move/", office.move, name="move"),
    path("branches/<int:pk>/merge/", office.merge, name="merge"),
    path("branches/<int:pk>/end/", office.end, name="end"),
    path("branches/<int:pk>/members/", members.roster, name="members"),
    path("branches/<int:pk>/members/excel/", members.roster_excel, name="members_excel"),
    path("branches/<int:pk>/members/new/", members.take_in, name="take_in"),
    path("branches/<int:branch_pk>/members/<int:pk>/end/", members.let_go, name="let_go"),
    path("branches/<int:pk>/offices/new/", members.appoint, name="appoint"),
    path("branches/<int:branch_pk>/offices/<int:pk>/end/", members.relieve, name="relieve"),
    path("branches/<int:pk>/ledger/", ledger.branch_ledger, name="ledger"),
    path("branches/<int:pk>/ledger/excel/", ledger.ledger_excel, name="ledger_excel"),
    path("branches/<int:branch_pk>/ledger/<int:pk>/", ledger.entry, name="entry"),
    path(
        "branches/<int:branch_pk>/ledger/<int:pk>/reversal/", ledger.reverse_entry, name="reverse"
    ),
    path("branches/<int:pk>/records/", records.record_list, name="records"),
    path("branches/<int:branch_pk>/records/<int:pk>/", records.record, name="record"),
    path("branches/<int:branch_pk>/records/<int:pk>/pdf/", records.record_pdf, name="record_pdf"),
    path(
        "branches/<int:branch_pk>/records/<int:pk>/make-up/<int:person_pk>/",
        records.make_up,
        name="make_up",
    ),
    path("branches/<int:branch_pk>/records/<int:pk>/signature/", signing.sign, name="sign"),
    path("branches/<int:branch_pk>/records/<int:pk>/correction/", signing.correct, name="correct"),
    path(
        "branches/<int:branch_pk>/records/<int:pk>/facts/",
        signing.follow_facts,
        name="follow_facts",
    ),
    path("branches/<int:branch_pk>/records/<int:pk>/versions/", signing.versions, name="versions"),
    path(
        "branches/<int:branch_pk>/records/<int:pk>/versions/<int:number>/scans/",
        signing.add_scan,
        name="add_scan",
    ),
    path(
        "branches/<int:branch_pk>/records/<int:pk>/scans/<int:scan_pk>/", signing.scan, name="scan"
    ),
    path("branches/reports/", reports.report_list, name="reports"),
    path(REPORT, reports.report, name="report"),
    path(f"{REPORT}branches/<int:pk>/", reports.report_branch, name="report_branch"),
    path(f"{REPORT}lines/", reports.report_lines, name="report_lines"),
    path(f"{REPORT}freezing/", reports.freeze, name="freeze_report"),
    path(f"{REPORT}excel/", reports.report_excel, name="report_excel"),
    path(f"{REPORT}pdf/", reports.report_pdf, name="report_pdf"),
    path(f"{REPORT}calls/", reports.report_calls, name="report_calls"),
    path(f"{REPORT}calls/number/", reports.report_number, name="report_number"),
    path(
        "branches/<int:pk>/quarters/<str:code>/", confirming.branch_quarter, name="branch_quarter"
    ),
    path(
        "branches/<int:pk>/quarters/<str:code>/confirmation/",
        confirming.confirm_quarter,
        name="confirm_quarter",
    ),
    path("branches/forms/", statements.form_list, name="statement_forms"),
    path("branches/forms/new/", statements.new_form, name="new_statement_form"),
    path("branches/forms/<int:pk>/", statements.edit_form, name="edit_statement_form"),
    path("branches/forms/<int:pk>/<str:code>/", statements.collected, name="collected_statements"),
    path(
        "branches/forms/<int:pk>/<str:code>/excel/",
        statements.collected_excel,
        name="collected_excel",
    ),
    path(
        "branches/forms/<int:pk>/<str:code>/return/",
        statements.send_back,
        name="send_statement_back",
    ),
    path("branches/<int:pk>/forms/", statements.branch_forms, name="branch_forms"),
    path(STATEMENT, statements.statement, name="statement"),
    path(f"{STATEMENT}excel/", statements.statement_excel, name="statement_excel"),
    path(f"{STATEMENT}pdf/", statements.statement_paper, name="statement_pdf"),
]

"""The log is read with the words of every app, whichever wrote its line."""

import pytest
from django.urls import reverse

from accounts import audit
from accounts.models import AuditLine, User
from courses.planning import noting
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_roster_tells_how_many_changed_and_a_plan_tells_what(client):
    root = factories.login(factories.person("林静"))
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    client.force_login(root)
    audit.record(audit.Action.ROSTER_APPLIED, by=root, roster=1, new=2, changed=7)
    audit.record(audit.Action.TERM_PLANNED, by=root, done=noting.CHANGED, changed=["starts_on"])

    page = client.get(reverse("audit:list")).content.decode()
    book = client.get(reverse("audit:excel"))

    assert "名册：1；新增：2；改了：7" in page
    assert "改了：开始日期" in page
    assert book.status_code == 200
    assert AuditLine.objects.filter(action=audit.Action.LOG_EXPORTED).exists()

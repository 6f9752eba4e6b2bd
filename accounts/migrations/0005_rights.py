"""What a relative asks for, and in English; notices that the database keeps unchanged."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

REFUSED = "notices are append-only"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION accounts_refuse_notice_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER notice_is_not_changed BEFORE UPDATE OR DELETE ON accounts_notice
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_notice_change();
"""

SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS notice_is_not_updated BEFORE UPDATE ON accounts_notice
BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;""",
    f"""CREATE TRIGGER IF NOT EXISTS notice_is_not_deleted BEFORE DELETE ON accounts_notice
BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END;""",
]


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION accounts_refuse_notice_change CASCADE", params=None)
    else:
        schema_editor.execute("DROP TRIGGER notice_is_not_updated", params=None)
        schema_editor.execute("DROP TRIGGER notice_is_not_deleted", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_households")]

    operations = [
        migrations.AddField(
            "notice", "text_en", models.TextField(blank=True, verbose_name="英文译文")
        ),
        migrations.AddField(
            "rightsrequest",
            "about_born_on",
            models.DateField(blank=True, null=True, verbose_name="逝者出生日期"),
        ),
        migrations.AddField(
            "rightsrequest",
            "about_name",
            models.CharField(blank=True, default="", max_length=40, verbose_name="逝者姓名"),
            preserve_default=False,
        ),
        migrations.AddField(
            "rightsrequest",
            "paper",
            models.CharField(
                blank=True, default="", max_length=100, verbose_name="纸面编号或存放处"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "rightsrequest",
            "relation",
            models.CharField(blank=True, default="", max_length=20, verbose_name="是逝者的"),
            preserve_default=False,
        ),
        migrations.AlterField(
            "rightsrequest",
            "asked_at",
            models.DateTimeField(default=django.utils.timezone.now, verbose_name="提出时间"),
        ),
        migrations.AlterField(
            "rightsrequest",
            "decided_at",
            models.DateTimeField(blank=True, null=True, verbose_name="办理时间"),
        ),
        migrations.AlterField(
            "rightsrequest",
            "person",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rights_requests",
                to="accounts.person",
                verbose_name="本人",
            ),
        ),
        migrations.AlterField(
            "rightsrequest",
            "until",
            models.DateTimeField(blank=True, null=True, verbose_name="可以看到"),
        ),
        migrations.AddConstraint(
            "rightsrequest",
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(kind="relatives", asked_by__isnull=False),
                name="a_request_is_about_somebody",
            ),
        ),
        migrations.AddConstraint(
            "rightsrequest",
            models.UniqueConstraint(
                condition=Q(state="open") & ~Q(kind="relatives"),
                fields=("person", "kind"),
                name="one_open_request_of_a_kind_about_a_file",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]

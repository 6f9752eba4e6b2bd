"""The first version of both notices, as accounts.rights.first_notices has it."""

from django.db import migrations

from accounts.rights import first_notices


def publish(apps, schema_editor):
    notices = apps.get_model("accounts", "Notice").objects
    for kind in first_notices.KINDS:
        if not notices.filter(kind=kind).exists():
            notices.create(
                kind=kind,
                version=1,
                text=first_notices.text(kind, "zh"),
                text_en=first_notices.text(kind, "en"),
            )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_merge_facts")]

    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]

"""What a merge changed in the kept file, sealed."""

from django.db import migrations

import common.sealed


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_roster_chunks")]

    operations = [
        migrations.AddField(
            model_name="merge",
            name="facts",
            field=common.sealed.SealedTextField(default=""),
        ),
    ]

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_search_keys_and_audit_guard"),
    ]

    operations = [
        migrations.AddField(
            model_name="householdmember",
            name="paper",
            field=models.CharField(blank=True, max_length=100, verbose_name="纸面编号或存放处"),
        ),
        migrations.AddField(
            model_name="proxy",
            name="first_acted_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="第一次代办"
            ),
        ),
        migrations.CreateModel(
            name="HouseholdProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True, db_index=True, max_length=11, verbose_name="手机号"
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agreed", "同意了"),
                            ("declined", "没有同意"),
                            ("taken", "收回了"),
                        ],
                        max_length=8,
                        verbose_name="答复",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="household_proposals_received",
                        to="accounts.person",
                        verbose_name="请谁",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="household_proposals",
                        to="accounts.person",
                        verbose_name="谁提出",
                    ),
                ),
            ],
            options={
                "verbose_name": "同机邀请",
                "verbose_name_plural": "同机邀请",
                "ordering": ["proposed_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_proposal_has_an_answer_or_none",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), _negated=True),
                            models.Q(("person__isnull", False), ("phone", "")),
                            models.Q(("person", None), models.Q(("phone", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="an_open_proposal_is_for_a_person_or_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer", ""), ("phone", ""), _connector="OR"),
                        name="an_answered_proposal_keeps_no_number",
                    ),
                ],
            },
        ),
    ]

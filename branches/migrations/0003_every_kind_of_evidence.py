"""Lines rest on any kind of evidence, say what a rule needs to count anew, and are chained.

The new columns may be empty until 0004 has filled them in.
"""

import django.db.models.deletion
from django.db import migrations, models

SOURCES = [
    ("session", "上课"),
    ("replay", "回放"),
    ("activity", "支部活动"),
    ("delivery", "送学"),
    ("external", "外部平台"),
    ("own", "自学"),
]


class Migration(migrations.Migration):
    dependencies = [("branches", "0002_ledger_is_append_only")]

    operations = [
        migrations.CreateModel(
            name="LedgerBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(unique=True, verbose_name="编号")),
                ("previous_hash", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                ("count", models.PositiveIntegerField(verbose_name="行数")),
                ("posted_at", models.DateTimeField(verbose_name="写入时间")),
            ],
            options={
                "verbose_name": "台账批次",
                "verbose_name_plural": "台账批次",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="LedgerTail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.AddField(
            model_name="hoursrule",
            name="way",
            field=models.CharField(
                choices=[
                    ("each", "每满这么多分钟算 1 学时"),
                    ("once", "一次学满这么多分钟就算 1 学时"),
                ],
                default="each",
                max_length=4,
                verbose_name="算法",
            ),
        ),
        # Rules that have counted without a cap go on without one.
        migrations.AddField(
            model_name="hoursrule",
            name="cap_per_half_day",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=4,
                null=True,
                verbose_name="半天最多几学时",
            ),
        ),
        migrations.AlterField(
            model_name="hoursrule",
            name="cap_per_half_day",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                default="4",
                max_digits=4,
                null=True,
                verbose_name="半天最多几学时",
            ),
        ),
        migrations.AddField(
            model_name="hoursrule",
            name="branch_subjects",
            field=models.JSONField(blank=True, default=list, verbose_name="哪些课算支部学习"),
        ),
        migrations.AddConstraint(
            model_name="hoursrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cap_per_half_day", None), ("cap_per_half_day__gt", 0), _connector="OR"
                ),
                name="rule_caps_above_nothing",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="studyentry", name="a_session_is_posted_once_for_a_person"
        ),
        migrations.AddField(
            model_name="studyentry",
            name="at_branch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="studied_here",
                to="branches.branch",
                verbose_name="在哪个支部学的",
            ),
        ),
        migrations.AddField(
            model_name="studyentry",
            name="half_day",
            field=models.CharField(
                blank=True,
                choices=[("morning", "上午"), ("afternoon", "下午")],
                default="",
                max_length=9,
                verbose_name="上午或下午",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="studyentry",
            name="whole_minutes",
            field=models.PositiveIntegerField(null=True, verbose_name="全长（分钟）"),
        ),
        migrations.AddField(
            model_name="studyentry",
            name="source",
            field=models.CharField(
                choices=SOURCES, default="session", max_length=8, verbose_name="凭据"
            ),
        ),
        migrations.AddField(
            model_name="studyentry",
            name="source_key",
            field=models.PositiveBigIntegerField(null=True, verbose_name="凭据编号"),
        ),
        migrations.AddField(
            model_name="studyentry",
            name="is_branch_study",
            field=models.BooleanField(default=True, verbose_name="算支部学习"),
        ),
        migrations.AddField(
            model_name="studyentry",
            name="batch",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="branches.ledgerbatch",
                to_field="number",
                verbose_name="批次",
            ),
        ),
        migrations.AddField(
            model_name="studyentry",
            name="place",
            field=models.PositiveIntegerField(null=True, verbose_name="批次中第几行"),
        ),
        migrations.AddField(
            model_name="studyentry",
            name="hash",
            field=models.BinaryField(max_length=32, null=True),
        ),
    ]

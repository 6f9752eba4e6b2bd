"""Rows of rosters in sealed chunks; only what somebody must look at has a row of its own."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import common.sealed


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="RosterChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("marks", models.TextField()),
                ("content", models.TextField()),
            ],
            options={
                "ordering": ["roster", "number"],
            },
        ),
        migrations.RemoveIndex(
            model_name="rosterrow",
            name="rows_of_a_verdict",
        ),
        migrations.RemoveField(
            model_name="rosterrow",
            name="applied_at",
        ),
        migrations.RemoveField(
            model_name="rosterrow",
            name="problems",
        ),
        migrations.RemoveField(
            model_name="rosterrow",
            name="verdict",
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="chosen",
            field=models.CharField(
                choices=[
                    ("clean", "新增和有变化的"),
                    ("new", "只写新增的"),
                    ("changed", "只写有变化的"),
                ],
                default="clean",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="samples",
            field=common.sealed.SealedTextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="sheets",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="with_consent",
            field=models.BooleanField(default=False, verbose_name="已取得本人同意（纸面）"),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="worked_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="rosterrow",
            name="organisation",
            field=models.ForeignKey(
                default=None,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="roster_rows",
                to="accounts.organisation",
                verbose_name="组织机构",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="rosterimport",
            name="applied_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="写入时间"),
        ),
        migrations.AlterField(
            model_name="rosterimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("reading", "正在读取"),
                    ("mapping", "等待核对各列"),
                    ("checking", "正在核对"),
                    ("previewed", "等待写入"),
                    ("applying", "正在写入"),
                    ("applied", "已写入"),
                    ("failed", "没有读成"),
                    ("dropped", "已放弃"),
                ],
                default="reading",
                max_length=9,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="rosterimport",
            name="uploaded_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="上传时间"),
        ),
        migrations.AlterField(
            model_name="rosterrow",
            name="decision",
            field=models.CharField(
                blank=True,
                choices=[("new", "作为新人写入"), ("update", "更新这份档案"), ("skip", "不写入")],
                max_length=6,
                verbose_name="决定",
            ),
        ),
        migrations.AddIndex(
            model_name="rosterrow",
            index=models.Index(fields=["organisation", "decision"], name="rows_to_be_settled"),
        ),
        migrations.AddField(
            model_name="rosterchunk",
            name="roster",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="chunks",
                to="accounts.rosterimport",
            ),
        ),
        migrations.AddConstraint(
            model_name="rosterchunk",
            constraint=models.UniqueConstraint(
                fields=("roster", "number"), name="a_chunk_of_a_roster_stands_once"
            ),
        ),
    ]

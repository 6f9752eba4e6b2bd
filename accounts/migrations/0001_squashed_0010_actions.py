"""What the migrations it replaces come to: a new school is made in a fraction of the time.

A school that ran some of them runs the others; tests compare what both ways leave.
"""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.models.persons
import common.sealed
from common.migrating import MadeAtOnce

keys = import_module("accounts.migrations.0003_search_keys_and_audit_guard")
rights = import_module("accounts.migrations.0005_rights")
notices = import_module("accounts.migrations.0008_first_notices")
given_names = import_module("accounts.migrations.0009_given_names")


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_people"),
        ("accounts", "0003_search_keys_and_audit_guard"),
        ("accounts", "0004_households"),
        ("accounts", "0005_rights"),
        ("accounts", "0006_roster_chunks"),
        ("accounts", "0007_merge_facts"),
        ("accounts", "0008_first_notices"),
        ("accounts", "0009_given_names"),
        ("accounts", "0010_actions"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        MadeAtOnce(
            [
                migrations.CreateModel(
                    name="AuditTail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("hash", models.CharField(max_length=64)),
                        ("count", models.PositiveBigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Household",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False
                            ),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "同机家人",
                        "verbose_name_plural": "同机家人",
                    },
                ),
                migrations.CreateModel(
                    name="InboxMessage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("phone", models.CharField(max_length=11)),
                        ("text", models.CharField(max_length=300)),
                        ("sent_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-sent_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "first_name",
                            models.CharField(
                                blank=True, max_length=150, verbose_name="first name"
                            ),
                        ),
                        (
                            "last_name",
                            models.CharField(blank=True, max_length=150, verbose_name="last name"),
                        ),
                        (
                            "email",
                            models.EmailField(
                                blank=True, max_length=254, verbose_name="email address"
                            ),
                        ),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="date joined"
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(
                                blank=True,
                                max_length=11,
                                null=True,
                                unique=True,
                                verbose_name="手机号",
                            ),
                        ),
                        (
                            "phone_proved_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="手机号验证时间"
                            ),
                        ),
                        (
                            "text_step",
                            models.CharField(
                                choices=[
                                    ("standard", "标准"),
                                    ("large", "大"),
                                    ("largest", "特大"),
                                ],
                                default="standard",
                                max_length=8,
                            ),
                        ),
                        (
                            "theme",
                            models.CharField(
                                choices=[
                                    ("light", "普通"),
                                    ("contrast", "高对比"),
                                    ("dark", "深色"),
                                ],
                                default="light",
                                max_length=8,
                            ),
                        ),
                        ("session_epoch", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "登录账号",
                        "verbose_name_plural": "登录账号",
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("basic", "个人信息告知书"),
                                    ("sensitive", "敏感信息告知书"),
                                ],
                                max_length=9,
                                verbose_name="类别",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(verbose_name="版本")),
                        ("text", models.TextField(verbose_name="正文")),
                        ("text_en", models.TextField(blank=True, verbose_name="英文译文")),
                        (
                            "published_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="发布时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "告知书",
                        "verbose_name_plural": "告知书",
                        "ordering": ["kind", "-version"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kind", "version"), name="one_notice_of_a_version_and_kind"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Organisation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("path", models.CharField(max_length=255, unique=True)),
                        ("depth", models.PositiveIntegerField()),
                        ("numchild", models.PositiveIntegerField(default=0)),
                        ("name", models.CharField(max_length=100, verbose_name="名称")),
                        (
                            "code",
                            models.CharField(max_length=40, unique=True, verbose_name="代码"),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("province", "省"),
                                    ("city", "市"),
                                    ("county", "县（区）"),
                                    ("township", "乡镇街道"),
                                    ("community", "社区"),
                                    ("unit", "单位"),
                                    ("university", "老年大学"),
                                ],
                                max_length=12,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "ended_on",
                            models.DateField(blank=True, null=True, verbose_name="撤销日期"),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged_units",
                                to="accounts.organisation",
                                verbose_name="并入",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "组织机构",
                        "verbose_name_plural": "组织机构",
                    },
                ),
                migrations.CreateModel(
                    name="OrganisationChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("opened", "新设"),
                                    ("renamed", "改名"),
                                    ("moved", "改变隶属"),
                                    ("merged", "合并"),
                                    ("ended", "撤销"),
                                    ("reopened", "恢复"),
                                ],
                                max_length=8,
                                verbose_name="变动",
                            ),
                        ),
                        ("before", models.JSONField(default=dict)),
                        ("after", models.JSONField(default=dict)),
                        (
                            "note",
                            models.CharField(blank=True, max_length=200, verbose_name="说明"),
                        ),
                        ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "changed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changes",
                                to="accounts.organisation",
                                verbose_name="组织机构",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "机构变动",
                        "verbose_name_plural": "机构变动",
                        "ordering": ["-changed_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(db_index=True, max_length=40, verbose_name="姓名"),
                        ),
                        (
                            "pinyin",
                            models.CharField(editable=False, max_length=160, verbose_name="拼音"),
                        ),
                        (
                            "pinyin_letters",
                            models.CharField(
                                db_index=True, default="", editable=False, max_length=160
                            ),
                        ),
                        (
                            "pinyin_initials",
                            models.CharField(
                                db_index=True,
                                editable=False,
                                max_length=40,
                                verbose_name="拼音首字母",
                            ),
                        ),
                        (
                            "sex",
                            models.CharField(
                                blank=True,
                                choices=[("f", "女"), ("m", "男")],
                                max_length=1,
                                verbose_name="性别",
                            ),
                        ),
                        ("born_on", models.DateField(verbose_name="出生日期")),
                        (
                            "born_day_known",
                            models.BooleanField(default=True, verbose_name="知道出生的日子"),
                        ),
                        (
                            "phone",
                            models.CharField(
                                blank=True, db_index=True, max_length=11, verbose_name="手机号"
                            ),
                        ),
                        (
                            "phone_tail",
                            models.CharField(
                                db_index=True, default="", editable=False, max_length=4
                            ),
                        ),
                        (
                            "other_phone",
                            models.CharField(blank=True, max_length=20, verbose_name="其他电话"),
                        ),
                        (
                            "phone_note",
                            common.sealed.SealedTextField(
                                blank=True, default="", verbose_name="打电话的说明"
                            ),
                        ),
                        (
                            "id_number",
                            common.sealed.SealedTextField(
                                blank=True, default="", verbose_name="身份证号"
                            ),
                        ),
                        (
                            "id_index",
                            models.CharField(
                                blank=True,
                                db_index=True,
                                default="",
                                editable=False,
                                max_length=64,
                            ),
                        ),
                        (
                            "id_tail_index",
                            models.CharField(
                                blank=True,
                                db_index=True,
                                default="",
                                editable=False,
                                max_length=64,
                            ),
                        ),
                        (
                            "health_note",
                            common.sealed.SealedTextField(
                                blank=True, default="", verbose_name="健康说明"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("lixiu", "离休"),
                                    ("retired", "退休"),
                                    ("public", "群众"),
                                    ("staff", "工作人员"),
                                ],
                                default="retired",
                                max_length=8,
                                verbose_name="人员类别",
                            ),
                        ),
                        (
                            "residence",
                            models.CharField(blank=True, max_length=100, verbose_name="常住地"),
                        ),
                        (
                            "lives_away",
                            models.BooleanField(default=False, verbose_name="常居外地"),
                        ),
                        (
                            "moves_badly",
                            models.BooleanField(default=False, verbose_name="行动不便"),
                        ),
                        (
                            "photo",
                            models.ImageField(
                                blank=True,
                                storage=accounts.models.persons.private_storage,
                                upload_to="photos",
                                verbose_name="照片",
                            ),
                        ),
                        (
                            "wants_class_sms",
                            models.BooleanField(default=False, verbose_name="上课前发短信"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False
                            ),
                        ),
                        (
                            "deceased_on",
                            models.DateField(blank=True, null=True, verbose_name="去世日期"),
                        ),
                        ("frozen_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged_files",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="persons",
                                to="accounts.organisation",
                                verbose_name="组织机构",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学员档案",
                        "verbose_name_plural": "学员档案",
                        "ordering": ["pinyin", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="NotSame",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "said_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "one",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "不是同一人",
                        "verbose_name_plural": "不是同一人",
                    },
                ),
                migrations.CreateModel(
                    name="Merge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("merged_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                        ("journal", models.JSONField(default=dict)),
                        ("facts", common.sealed.SealedTextField(default="")),
                        (
                            "merged_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "dropped",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges_dropped",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "kept",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges_kept",
                                to="accounts.person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "并档",
                        "verbose_name_plural": "并档",
                        "ordering": ["-merged_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="HouseholdProposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "proposed_by",
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
                    },
                ),
                migrations.CreateModel(
                    name="HouseholdMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("agreed_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("online", "网上"),
                                    ("paper", "纸面签字"),
                                    ("proxy", "代办人办理"),
                                    ("phone", "电话"),
                                ],
                                default="online",
                                max_length=6,
                                verbose_name="方式",
                            ),
                        ),
                        (
                            "paper",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="纸面编号或存放处"
                            ),
                        ),
                        ("left_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "agreed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "household",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="members",
                                to="accounts.household",
                            ),
                        ),
                        (
                            "left_by",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="households",
                                to="accounts.person",
                                verbose_name="本人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "同机家人",
                        "verbose_name_plural": "同机家人",
                        "ordering": ["agreed_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("online", "网上"),
                                    ("paper", "纸面签字"),
                                    ("proxy", "代办人办理"),
                                    ("phone", "电话"),
                                ],
                                max_length=6,
                                verbose_name="方式",
                            ),
                        ),
                        (
                            "paper",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="纸面编号或存放处"
                            ),
                        ),
                        (
                            "given_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="同意时间"
                            ),
                        ),
                        (
                            "withdrawn_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="撤回时间"),
                        ),
                        (
                            "given_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "notice",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="accounts.notice",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="accounts.person",
                                verbose_name="本人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "同意",
                        "verbose_name_plural": "同意",
                        "ordering": ["-given_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="AuditLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "number",
                            models.PositiveBigIntegerField(unique=True, verbose_name="编号"),
                        ),
                        ("at", models.DateTimeField(db_index=True, verbose_name="时间")),
                        (
                            "action",
                            models.CharField(
                                choices=[
                                    ("file.seen", "查看档案"),
                                    ("file.opened", "新建档案"),
                                    ("file.changed", "修改档案"),
                                    ("file.frozen", "冻结档案"),
                                    ("file.thawed", "解除冻结"),
                                    ("file.erased", "注销档案"),
                                    ("file.exported", "导出档案"),
                                    ("files.exported", "导出名单"),
                                    ("files.merged", "合并档案"),
                                    ("files.parted", "撤销合并"),
                                    ("file.revealed", "查看完整内容"),
                                    ("photo.seen", "查看照片"),
                                    ("login.taken", "认领档案"),
                                    ("login.ended", "退出全部设备"),
                                    ("login.changed", "修改登录"),
                                    ("login.second_step", "二次验证"),
                                    ("card.issued", "发学员卡"),
                                    ("card.revoked", "作废学员卡"),
                                    ("card.used", "用学员卡登录"),
                                    ("link.sent", "发课堂链接"),
                                    ("role.granted", "授予角色"),
                                    ("role.ended", "收回角色"),
                                    ("proxy.granted", "授权代办"),
                                    ("proxy.revoked", "取消代办"),
                                    ("proxy.acted", "代人办理"),
                                    ("household.joined", "加入同机"),
                                    ("household.left", "退出同机"),
                                    ("consent.given", "同意告知书"),
                                    ("consent.withdrawn", "撤回同意"),
                                    ("notice.published", "发布告知书"),
                                    ("rights.asked", "提出申请"),
                                    ("rights.decided", "办理申请"),
                                    ("organisation.changed", "机构变动"),
                                    ("roster.read", "上传名册"),
                                    ("roster.applied", "写入名册"),
                                    ("roster.settled", "审核名册行"),
                                    ("audit.exported", "导出日志"),
                                ],
                                max_length=20,
                                verbose_name="事项",
                            ),
                        ),
                        ("details", models.JSONField(default=dict, verbose_name="详情")),
                        ("previous_hash", models.CharField(max_length=64)),
                        ("hash", models.CharField(max_length=64)),
                        (
                            "actor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="谁",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="组织机构",
                            ),
                        ),
                        (
                            "on_behalf_of",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.person",
                                verbose_name="替谁",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="audit_lines",
                                to="accounts.person",
                                verbose_name="关于谁",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "审计日志",
                        "verbose_name_plural": "审计日志",
                        "ordering": ["-number"],
                    },
                ),
                migrations.AddField(
                    model_name="user",
                    name="person",
                    field=models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="login",
                        to="accounts.person",
                        verbose_name="本人档案",
                    ),
                ),
                migrations.CreateModel(
                    name="PersonalCard",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("token_hash", models.CharField(max_length=64, unique=True)),
                        (
                            "issued_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="发卡时间"
                            ),
                        ),
                        (
                            "revoked_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="作废时间"),
                        ),
                        (
                            "last_used_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="最近使用"),
                        ),
                        (
                            "issued_by",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cards",
                                to="accounts.person",
                                verbose_name="本人",
                            ),
                        ),
                        (
                            "revoked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学员卡",
                        "verbose_name_plural": "学员卡",
                        "ordering": ["-issued_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Proxy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "relation",
                            models.CharField(
                                choices=[
                                    ("spouse", "老伴"),
                                    ("child", "子女"),
                                    ("relative", "亲属"),
                                    ("monitor", "班长"),
                                    ("staff", "工作人员"),
                                ],
                                max_length=8,
                                verbose_name="关系",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("online", "网上"),
                                    ("paper", "纸面签字"),
                                    ("proxy", "代办人办理"),
                                    ("phone", "电话"),
                                ],
                                default="online",
                                max_length=6,
                                verbose_name="授权方式",
                            ),
                        ),
                        (
                            "paper",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="纸面编号或存放处"
                            ),
                        ),
                        (
                            "granted_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False
                            ),
                        ),
                        (
                            "first_acted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="第一次代办"
                            ),
                        ),
                        (
                            "revoked_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="撤销时间"),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="acts_for",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="代办人",
                            ),
                        ),
                        (
                            "granted_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="proxies",
                                to="accounts.person",
                                verbose_name="本人",
                            ),
                        ),
                        (
                            "revoked_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "代办",
                        "verbose_name_plural": "代办",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Relative",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="姓名")),
                        (
                            "relation",
                            models.CharField(blank=True, max_length=20, verbose_name="关系"),
                        ),
                        ("phone", models.CharField(max_length=20, verbose_name="电话")),
                        (
                            "note",
                            common.sealed.SealedTextField(
                                blank=True, default="", verbose_name="说明"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="relatives",
                                to="accounts.person",
                                verbose_name="本人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "家属",
                        "verbose_name_plural": "家属",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RightsRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("correction", "更正档案"),
                                    ("erasure", "注销档案"),
                                    ("relatives", "家属查阅逝者档案"),
                                ],
                                max_length=10,
                                verbose_name="事项",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "等待办理"),
                                    ("granted", "已办理"),
                                    ("refused", "没有办理"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="open",
                                max_length=9,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("online", "网上"),
                                    ("paper", "纸面签字"),
                                    ("proxy", "代办人办理"),
                                    ("phone", "电话"),
                                ],
                                default="online",
                                max_length=6,
                                verbose_name="方式",
                            ),
                        ),
                        (
                            "paper",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="纸面编号或存放处"
                            ),
                        ),
                        ("words", models.TextField(blank=True, verbose_name="说明")),
                        (
                            "about_name",
                            models.CharField(blank=True, max_length=40, verbose_name="逝者姓名"),
                        ),
                        (
                            "about_born_on",
                            models.DateField(blank=True, null=True, verbose_name="逝者出生日期"),
                        ),
                        (
                            "relation",
                            models.CharField(blank=True, max_length=20, verbose_name="是逝者的"),
                        ),
                        (
                            "asked_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="提出时间"
                            ),
                        ),
                        ("answer", models.TextField(blank=True, verbose_name="答复")),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="办理时间"),
                        ),
                        (
                            "until",
                            models.DateTimeField(blank=True, null=True, verbose_name="可以看到"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rights_requests",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decided_by",
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
                                related_name="rights_requests",
                                to="accounts.person",
                                verbose_name="本人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "个人信息申请",
                        "verbose_name_plural": "个人信息申请",
                        "ordering": ["asked_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RoleGrant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("teacher", "教师"),
                                    ("registrar", "教务"),
                                    ("coordinator", "教学点联络员"),
                                    ("helper", "小助手、班长"),
                                    ("bureau", "老干部局"),
                                    ("editor", "编辑"),
                                    ("reviewer", "审核"),
                                    ("auditor", "审计员"),
                                    ("administrator", "管理员"),
                                ],
                                max_length=13,
                                verbose_name="角色",
                            ),
                        ),
                        (
                            "granted_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False
                            ),
                        ),
                        (
                            "ended_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="结束时间"),
                        ),
                        (
                            "ended_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "granted_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roles",
                                to="accounts.organisation",
                                verbose_name="组织机构",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roles",
                                to="accounts.person",
                                verbose_name="人员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "角色",
                        "verbose_name_plural": "角色",
                        "ordering": ["role", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RosterImport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                        (
                            "file",
                            models.FileField(
                                blank=True,
                                storage=accounts.models.persons.private_storage,
                                upload_to="rosters",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
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
                        ("problem", models.TextField(blank=True)),
                        ("sheet", models.CharField(blank=True, max_length=200)),
                        ("sheets", models.JSONField(default=list)),
                        ("mapping", models.JSONField(default=dict)),
                        ("samples", common.sealed.SealedTextField(blank=True, default="")),
                        (
                            "with_consent",
                            models.BooleanField(
                                default=False, verbose_name="已取得本人同意（纸面）"
                            ),
                        ),
                        ("counts", models.JSONField(default=dict)),
                        (
                            "chosen",
                            models.CharField(
                                choices=[
                                    ("clean", "新增和有变化的"),
                                    ("new", "只写新增的"),
                                    ("changed", "只写有变化的"),
                                ],
                                default="clean",
                                max_length=7,
                            ),
                        ),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("total", models.PositiveIntegerField(default=0)),
                        ("worked_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "uploaded_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="上传时间"
                            ),
                        ),
                        (
                            "applied_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="写入时间"),
                        ),
                        (
                            "applied_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rosters",
                                to="accounts.organisation",
                                verbose_name="组织机构",
                            ),
                        ),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "名册",
                        "verbose_name_plural": "名册",
                        "ordering": ["-uploaded_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RosterChunk",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("marks", models.TextField()),
                        ("content", models.TextField()),
                        (
                            "roster",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="chunks",
                                to="accounts.rosterimport",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["roster", "number"],
                    },
                ),
                migrations.CreateModel(
                    name="RosterRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="行号")),
                        ("name", models.CharField(blank=True, max_length=40, verbose_name="姓名")),
                        ("values", common.sealed.SealedTextField(default="")),
                        (
                            "decision",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("new", "作为新人写入"),
                                    ("update", "更新这份档案"),
                                    ("skip", "不写入"),
                                ],
                                max_length=6,
                                verbose_name="决定",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roster_rows",
                                to="accounts.organisation",
                                verbose_name="组织机构",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "roster",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="accounts.rosterimport",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "名册的行",
                        "verbose_name_plural": "名册的行",
                        "ordering": ["roster", "number"],
                    },
                ),
                migrations.CreateModel(
                    name="SentCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("phone_hash", models.CharField(max_length=64)),
                        ("sent_at", models.DateTimeField(db_index=True)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["phone_hash", "sent_at"], name="codes_of_a_number"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TeachingPoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="名称")),
                        ("address", models.CharField(max_length=200, verbose_name="地址")),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="teaching_points",
                                to="accounts.organisation",
                                verbose_name="组织机构",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "教学点",
                        "verbose_name_plural": "教学点",
                        "ordering": ["name"],
                    },
                ),
                migrations.AddConstraint(
                    model_name="organisation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None), ("ended_on__isnull", False), _connector="OR"
                        ),
                        name="a_merged_organisation_has_ended",
                    ),
                ),
                migrations.AddIndex(
                    model_name="person",
                    index=models.Index(
                        fields=["organisation", "pinyin"], name="files_of_an_organisation"
                    ),
                ),
                migrations.AddIndex(
                    model_name="person",
                    index=models.Index(
                        condition=models.Q(("erased_at", None), ("merged_into", None)),
                        fields=["pinyin", "id"],
                        name="files_in_order",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="person",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="person_has_a_name"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="person",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("id_index", ""), _negated=True), ("merged_into", None)
                        ),
                        fields=("id_index",),
                        name="an_id_number_stands_in_one_file",
                        violation_error_message="这个身份证号已经在另一份档案里。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="person",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("deceased_on", None), ("frozen_at__isnull", False), _connector="OR"
                        ),
                        name="a_deceased_persons_file_is_frozen",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="notsame",
                    constraint=models.UniqueConstraint(
                        fields=("one", "other"), name="two_files_are_told_apart_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="notsame",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))),
                        name="two_files_are_told_apart_in_order",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="householdproposal",
                    constraint=models.CheckConstraint(
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
                ),
                migrations.AddConstraint(
                    model_name="householdproposal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), _negated=True),
                            models.Q(("person__isnull", False), ("phone", "")),
                            models.Q(("person", None), models.Q(("phone", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="an_open_proposal_is_for_a_person_or_a_number",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="householdproposal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("answer", ""), ("phone", ""), _connector="OR"),
                        name="an_answered_proposal_keeps_no_number",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="householdmember",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("person",),
                        name="a_person_belongs_to_one_household",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="householdmember",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("left_at", None),
                            ("left_at__gte", models.F("agreed_at")),
                            _connector="OR",
                        ),
                        name="household_is_left_after_it_was_agreed",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="consent",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("person", "notice"),
                        name="one_live_consent_of_a_person_to_a_notice",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="consent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None),
                            ("withdrawn_at__gte", models.F("given_at")),
                            _connector="OR",
                        ),
                        name="consent_is_withdrawn_after_it_was_given",
                    ),
                ),
                migrations.AddIndex(
                    model_name="auditline",
                    index=models.Index(
                        fields=["person", "-number"], name="audit_lines_about_a_person"
                    ),
                ),
                migrations.AddIndex(
                    model_name="auditline",
                    index=models.Index(
                        fields=["actor", "-number"], name="audit_lines_of_an_actor"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="personalcard",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("person",),
                        name="one_card_of_a_person_works",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="personalcard",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at", None),
                            ("revoked_at__gte", models.F("issued_at")),
                            _connector="OR",
                        ),
                        name="card_is_revoked_after_it_was_issued",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="proxy",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("person", "agent"),
                        name="one_live_proxy_for_a_person_and_agent",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="proxy",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at", None),
                            ("revoked_at__gte", models.F("granted_at")),
                            _connector="OR",
                        ),
                        name="proxy_is_revoked_after_it_was_granted",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rightsrequest",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_request_is_open_until_it_is_decided",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rightsrequest",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            ("state", "open"), models.Q(("kind", "relatives"), _negated=True)
                        ),
                        fields=("person", "kind"),
                        name="one_open_request_of_a_kind_about_a_file",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rightsrequest",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("person__isnull", False),
                            models.Q(("asked_by__isnull", False), ("kind", "relatives")),
                            _connector="OR",
                        ),
                        name="a_request_is_about_somebody",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rolegrant",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("person", "role", "organisation"),
                        name="one_live_grant_of_a_role_at_an_organisation",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rosterchunk",
                    constraint=models.UniqueConstraint(
                        fields=("roster", "number"), name="a_chunk_of_a_roster_stands_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="rosterrow",
                    index=models.Index(
                        fields=["organisation", "decision"], name="rows_to_be_settled"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rosterrow",
                    constraint=models.UniqueConstraint(
                        fields=("roster", "number"), name="a_roster_row_stands_once"
                    ),
                ),
            ]
        ),
        migrations.RunPython(keys.fill, migrations.RunPython.noop),
        migrations.RunPython(keys.guard, keys.unguard),
        migrations.RunPython(rights.guard, rights.unguard),
        migrations.RunPython(notices.publish, migrations.RunPython.noop),
        migrations.RunPython(given_names.add, given_names.drop),
    ]

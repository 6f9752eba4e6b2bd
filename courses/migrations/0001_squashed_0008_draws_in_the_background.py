"""What the migrations it replaces come to: a new school is made in a fraction of the time.

The two steps that moved the seats and terms of a running school have nothing to move here.
"""

import django.db.models.deletion
import modelcluster.fields
import wagtail.fields
from django.conf import settings
from django.db import migrations, models

import common.sealed
import common.search
from common.migrating import MadeAtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("courses", "0001_initial"),
        ("courses", "0002_registration_in_full"),
        ("courses", "0003_seats_into_pools"),
        ("courses", "0004_seats_only_in_pools"),
        ("courses", "0005_calls_taken_by_one"),
        ("courses", "0006_fees_that_move"),
        ("courses", "0007_relatives_are_asked"),
        ("courses", "0008_draws_in_the_background"),
    ]

    dependencies = [
        ("accounts", "0011_fewer_indexes"),
        # None of these needs the tables here, but made after them each would cost more.
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailembeds", "0009_embed_cache_until"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailsearch", "0010_add_text_fields"),
        ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        MadeAtOnce(
            [
                migrations.CreateModel(
                    name="CatalogueIndexPage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "课程目录",
                        "verbose_name_plural": "课程目录",
                    },
                    bases=("wagtailcore.page",),
                ),
                migrations.CreateModel(
                    name="CalendarAddress",
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
                        ("token", models.CharField(max_length=43, unique=True)),
                        ("made_at", models.DateTimeField()),
                        (
                            "person",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="calendar_address",
                                to="accounts.person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "日历订阅",
                        "verbose_name_plural": "日历订阅",
                    },
                ),
                migrations.CreateModel(
                    name="CoursePage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                        (
                            "subject",
                            models.CharField(
                                choices=[
                                    ("calligraphy", "书法"),
                                    ("painting", "绘画"),
                                    ("singing", "声乐"),
                                    ("dance", "舞蹈"),
                                    ("fitness", "健身"),
                                    ("phone", "手机"),
                                    ("literature", "文史"),
                                    ("party", "党的理论"),
                                ],
                                max_length=12,
                                verbose_name="科目",
                            ),
                        ),
                        ("summary", models.CharField(max_length=120, verbose_name="一句话介绍")),
                        ("description", wagtail.fields.RichTextField(verbose_name="详细介绍")),
                        (
                            "bring",
                            models.CharField(blank=True, max_length=200, verbose_name="要带什么"),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="courses",
                                to="accounts.organisation",
                                verbose_name="开课单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "课程",
                        "verbose_name_plural": "课程",
                    },
                    bases=(common.search.Findable, "wagtailcore.page"),
                ),
                migrations.CreateModel(
                    name="ClassGroup",
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
                            "code",
                            models.CharField(max_length=30, unique=True, verbose_name="班号"),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="班名")),
                        (
                            "pinyin",
                            models.CharField(editable=False, max_length=160, verbose_name="拼音"),
                        ),
                        (
                            "pinyin_initials",
                            models.CharField(
                                editable=False, max_length=40, verbose_name="拼音首字母"
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("online", "在家看直播"),
                                    ("on_site", "到现场上课"),
                                    ("both", "现场、在家都可以"),
                                ],
                                default="both",
                                max_length=8,
                                verbose_name="上课方式",
                            ),
                        ),
                        ("room", models.CharField(blank=True, max_length=60, verbose_name="教室")),
                        (
                            "weekday",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "星期一"),
                                    (1, "星期二"),
                                    (2, "星期三"),
                                    (3, "星期四"),
                                    (4, "星期五"),
                                    (5, "星期六"),
                                    (6, "星期日"),
                                ],
                                verbose_name="星期",
                            ),
                        ),
                        ("starts_at_time", models.TimeField(verbose_name="上课时间")),
                        (
                            "minutes",
                            models.PositiveSmallIntegerField(
                                default=90, verbose_name="每次多少分钟"
                            ),
                        ),
                        (
                            "fee",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=7,
                                verbose_name="学费（元）",
                            ),
                        ),
                        (
                            "min_to_open",
                            models.PositiveSmallIntegerField(
                                default=20, verbose_name="满多少人开班"
                            ),
                        ),
                        (
                            "min_age",
                            models.PositiveSmallIntegerField(default=50, verbose_name="最小年龄"),
                        ),
                        (
                            "max_age",
                            models.PositiveSmallIntegerField(default=80, verbose_name="最大年龄"),
                        ),
                        (
                            "older_with_consent",
                            models.BooleanField(
                                default=False, verbose_name="超过最大年龄的，有家属同意也可以报"
                            ),
                        ),
                        (
                            "returning_only",
                            models.BooleanField(default=False, verbose_name="只收老学员"),
                        ),
                        (
                            "cancelled_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="停开时间"),
                        ),
                        (
                            "cancelled_because",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="停开的原因"
                            ),
                        ),
                        (
                            "for_organisation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="只收这个单位的人",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged_classes",
                                to="courses.classgroup",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="class_groups",
                                to="accounts.organisation",
                                verbose_name="开班单位",
                            ),
                        ),
                        (
                            "teacher",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="classes_taught",
                                to="accounts.person",
                                verbose_name="教师",
                            ),
                        ),
                        (
                            "teaching_point",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="class_groups",
                                to="accounts.teachingpoint",
                                verbose_name="教学点",
                            ),
                        ),
                        (
                            "after_course",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="courses.coursepage",
                                verbose_name="要先学完",
                            ),
                        ),
                        (
                            "course",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="class_groups",
                                to="courses.coursepage",
                                verbose_name="课程",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "班",
                        "verbose_name_plural": "班",
                        "ordering": ["weekday", "starts_at_time", "code"],
                    },
                ),
                migrations.CreateModel(
                    name="LessonPage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="第几讲")),
                        (
                            "summary",
                            models.CharField(
                                blank=True, max_length=120, verbose_name="一句话介绍"
                            ),
                        ),
                        (
                            "body",
                            wagtail.fields.StreamField(
                                [("text", 0), ("picture", 1)],
                                blank=True,
                                block_lookup={
                                    0: (
                                        "wagtail.blocks.RichTextBlock",
                                        (),
                                        {"features": ["h3", "bold", "ol", "ul"], "label": "文字"},
                                    ),
                                    1: ("wagtail.images.blocks.ImageBlock", [], {"label": "图片"}),
                                },
                                verbose_name="正文",
                            ),
                        ),
                        (
                            "clip_credit",
                            models.CharField(blank=True, max_length=200, verbose_name="录像出处"),
                        ),
                        (
                            "clip",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="wagtaildocs.document",
                                verbose_name="录像（mp4）",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "课件",
                        "verbose_name_plural": "课件",
                    },
                    bases=(common.search.Findable, "wagtailcore.page"),
                ),
                migrations.CreateModel(
                    name="LessonFile",
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
                        ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="wagtaildocs.document",
                            ),
                        ),
                        (
                            "lesson",
                            modelcluster.fields.ParentalKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="files",
                                to="courses.lessonpage",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["sort_order"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Offer",
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
                        ("seats", models.PositiveSmallIntegerField(default=1)),
                        ("made_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(db_index=True)),
                        (
                            "answer",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("accepted", "要"),
                                    ("refused", "不要"),
                                    ("expired", "过期没答复"),
                                    ("void", "收回了"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "channel",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("link", "短信里的链接"),
                                    ("page", "自己的页面"),
                                    ("phone", "电话"),
                                    ("counter", "窗口"),
                                    ("clock", "到期"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("call_taken_until", models.DateTimeField(null=True)),
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
                            "call_taken_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "候补通知",
                        "verbose_name_plural": "候补通知",
                        "ordering": ["made_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CallAttempt",
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
                        ("called_at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("none", "没人接"),
                                    ("wrong", "号码不对"),
                                    ("later", "想一想，再打"),
                                    ("accepted", "要这个座位"),
                                    ("refused", "不要了"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        (
                            "called_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "offer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="calls",
                                to="courses.offer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "电话记录",
                        "verbose_name_plural": "电话记录",
                        "ordering": ["called_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RegistrationRound",
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
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
                        (
                            "method",
                            models.CharField(
                                choices=[("first", "先报先得"), ("draw", "抽签")],
                                default="first",
                                max_length=5,
                                verbose_name="怎样分座位",
                            ),
                        ),
                        (
                            "who",
                            models.CharField(
                                choices=[
                                    ("all", "所有学员"),
                                    ("returning", "老学员（以前在这里上过课）"),
                                    ("organisation", "本单位的人"),
                                ],
                                default="all",
                                max_length=12,
                                verbose_name="谁可以报",
                            ),
                        ),
                        ("opens_at", models.DateTimeField(verbose_name="开始报名")),
                        ("closes_at", models.DateTimeField(verbose_name="截止报名")),
                        (
                            "max_classes",
                            models.PositiveSmallIntegerField(
                                default=2, verbose_name="每人最多几个班"
                            ),
                        ),
                        (
                            "max_wishes",
                            models.PositiveSmallIntegerField(
                                default=4, verbose_name="抽签时最多填几个志愿"
                            ),
                        ),
                        (
                            "last_application_number",
                            models.PositiveIntegerField(default=0, editable=False),
                        ),
                        (
                            "classes",
                            models.ManyToManyField(
                                blank=True,
                                related_name="rounds",
                                to="courses.classgroup",
                                verbose_name="哪些班",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="哪个单位的人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报名批次",
                        "verbose_name_plural": "报名批次",
                        "ordering": ["opens_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Application",
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
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("online", "网上报名"),
                                    ("counter", "窗口报名"),
                                    ("phone", "电话报名"),
                                    ("waiting", "候补入班"),
                                    ("draw", "抽签抽中"),
                                    ("transfer", "转班"),
                                    ("late", "补录（插班）"),
                                ],
                                default="online",
                                max_length=8,
                            ),
                        ),
                        ("key", models.UUIDField(null=True)),
                        ("asked_at", models.DateTimeField()),
                        ("withdrawn_at", models.DateTimeField(null=True)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="courses.application",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to="accounts.person",
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
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to="courses.registrationround",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "抽签报名",
                        "verbose_name_plural": "抽签报名",
                        "ordering": ["round", "number"],
                    },
                ),
                migrations.CreateModel(
                    name="ReminderChoice",
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
                            "by",
                            models.CharField(
                                choices=[
                                    ("sms", "发短信，也放在来信里"),
                                    ("letter", "只放在来信里"),
                                    ("not", "不用提醒"),
                                ],
                                default="sms",
                                max_length=6,
                                verbose_name="上课前一天晚上",
                            ),
                        ),
                        (
                            "person",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminder_choice",
                                to="accounts.person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "上课提醒",
                        "verbose_name_plural": "上课提醒",
                    },
                ),
                migrations.CreateModel(
                    name="SeatPool",
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
                                    ("common", "不分上课方式"),
                                    ("on_site", "到现场"),
                                    ("online", "在家看直播"),
                                    ("point", "到教学点看大屏幕"),
                                ],
                                default="common",
                                max_length=8,
                                verbose_name="给谁的名额",
                            ),
                        ),
                        ("capacity", models.PositiveSmallIntegerField(verbose_name="座位数")),
                        ("seats_taken", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "last_waiting_number",
                            models.PositiveIntegerField(default=0, editable=False),
                        ),
                        ("held_for_draw", models.BooleanField(default=False, editable=False)),
                        (
                            "class_group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="pools",
                                to="courses.classgroup",
                                verbose_name="班",
                            ),
                        ),
                        (
                            "teaching_point",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="seat_pools",
                                to="accounts.teachingpoint",
                                verbose_name="教学点",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "名额",
                        "verbose_name_plural": "名额",
                        "ordering": ["pk"],
                    },
                ),
                migrations.AddField(
                    model_name="offer",
                    name="pool",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="courses.seatpool",
                    ),
                ),
                migrations.CreateModel(
                    name="Enrolment",
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
                            "source",
                            models.CharField(
                                choices=[
                                    ("online", "网上报名"),
                                    ("counter", "窗口报名"),
                                    ("phone", "电话报名"),
                                    ("waiting", "候补入班"),
                                    ("draw", "抽签抽中"),
                                    ("transfer", "转班"),
                                    ("late", "补录（插班）"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("key", models.UUIDField(null=True)),
                        ("seated_at", models.DateTimeField()),
                        ("completed_on", models.DateField(null=True)),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                        ("withdrawn_because", models.CharField(blank=True, max_length=200)),
                        ("undone", models.BooleanField(default=False)),
                        (
                            "class_group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="enrolments",
                                to="courses.classgroup",
                            ),
                        ),
                        (
                            "partner",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="courses.enrolment",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="enrolments",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "seated_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "transferred_from",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transferred_to",
                                to="courses.enrolment",
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
                            "round",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="courses.registrationround",
                            ),
                        ),
                        (
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="enrolments",
                                to="courses.seatpool",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报名",
                        "verbose_name_plural": "报名",
                        "ordering": ["seated_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Term",
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
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
                        ("starts_on", models.DateField(verbose_name="开始")),
                        ("ends_on", models.DateField(verbose_name="结束")),
                        (
                            "present_from_percent",
                            models.PositiveSmallIntegerField(
                                default=60, verbose_name="算到课的最低比例（%）"
                            ),
                        ),
                        (
                            "offer_hours",
                            models.PositiveSmallIntegerField(
                                default=48, verbose_name="候补通知等答复多少小时"
                            ),
                        ),
                        (
                            "transfer_days",
                            models.PositiveSmallIntegerField(
                                default=30, verbose_name="开学后多少天内可以转班"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="accounts.organisation",
                                verbose_name="学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学期",
                        "verbose_name_plural": "学期",
                        "ordering": ["-starts_on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RelativeRequest",
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
                        ("relative", models.CharField(max_length=30, verbose_name="家属姓名")),
                        (
                            "relation",
                            models.CharField(max_length=20, verbose_name="是本人的什么人"),
                        ),
                        ("phone", models.CharField(max_length=11, verbose_name="家属手机号")),
                        ("asked_at", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("agrees", models.BooleanField(null=True)),
                        (
                            "asked_by",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="relative_requests",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "term",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="courses.term",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "问家属",
                        "verbose_name_plural": "问家属",
                        "ordering": ["-asked_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RelativeConsent",
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
                        ("relative", models.CharField(max_length=30, verbose_name="家属姓名")),
                        (
                            "relation",
                            models.CharField(max_length=20, verbose_name="是本人的什么人"),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=11, verbose_name="家属手机号"),
                        ),
                        (
                            "how",
                            models.CharField(
                                choices=[
                                    ("online", "家属在网上同意"),
                                    ("paper", "书面"),
                                    ("phone", "电话里同意"),
                                ],
                                max_length=6,
                                verbose_name="怎样同意的",
                            ),
                        ),
                        ("given_at", models.DateTimeField()),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="relative_consents",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "term",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="relative_consents",
                                to="courses.term",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "家属同意",
                        "verbose_name_plural": "家属同意",
                        "ordering": ["-given_at"],
                    },
                ),
                migrations.AddField(
                    model_name="registrationround",
                    name="term",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="courses.term",
                        verbose_name="学期",
                    ),
                ),
                migrations.AddField(
                    model_name="classgroup",
                    name="term",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="class_groups",
                        to="courses.term",
                        verbose_name="学期",
                    ),
                ),
                migrations.CreateModel(
                    name="WaitingEntry",
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
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("online", "网上报名"),
                                    ("counter", "窗口报名"),
                                    ("phone", "电话报名"),
                                    ("waiting", "候补入班"),
                                    ("draw", "抽签抽中"),
                                    ("transfer", "转班"),
                                    ("late", "补录（插班）"),
                                ],
                                default="online",
                                max_length=8,
                            ),
                        ),
                        ("key", models.UUIDField(null=True)),
                        ("asked_at", models.DateTimeField()),
                        ("left_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("seated", "得到了座位"),
                                    ("left", "自己不排了"),
                                    ("refused", "通知了，不要"),
                                    ("expired", "通知了，过期没答复"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "class_group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="waiting",
                                to="courses.classgroup",
                            ),
                        ),
                        (
                            "enrolment",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="waited_as",
                                to="courses.enrolment",
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
                            "partner",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="courses.waitingentry",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="waiting",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="waiting",
                                to="courses.seatpool",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="courses.registrationround",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "候补",
                        "verbose_name_plural": "候补",
                        "ordering": ["pool", "number"],
                    },
                ),
                migrations.AddField(
                    model_name="offer",
                    name="entry",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="courses.waitingentry",
                    ),
                ),
                migrations.CreateModel(
                    name="Wish",
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
                        ("rank", models.PositiveSmallIntegerField()),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="wishes",
                                to="courses.application",
                            ),
                        ),
                        (
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="wishes",
                                to="courses.seatpool",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "志愿",
                        "verbose_name_plural": "志愿",
                        "ordering": ["application", "rank"],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarDay",
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
                        ("on", models.DateField(verbose_name="日期")),
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
                        (
                            "as_weekday",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                choices=[
                                    (0, "星期一"),
                                    (1, "星期二"),
                                    (2, "星期三"),
                                    (3, "星期四"),
                                    (4, "星期五"),
                                    (5, "星期六"),
                                    (6, "星期日"),
                                ],
                                null=True,
                                verbose_name="按星期几上课",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="calendar_days",
                                to="accounts.organisation",
                                verbose_name="单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "校历",
                        "verbose_name_plural": "校历",
                        "ordering": ["on"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "on"),
                                name="one_calendar_day_of_an_organisation",
                                violation_error_message="这一天已经写过了。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FeeLine",
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
                                    ("charge", "应收"),
                                    ("dropped", "应收取消"),
                                    ("paid", "收款"),
                                    ("waived", "减免"),
                                    ("refunded", "退款"),
                                    ("carried", "转班转出"),
                                    ("brought", "转班转入"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=8)),
                        (
                            "method",
                            models.CharField(
                                blank=True,
                                choices=[("cash", "现金"), ("transfer", "转账"), ("code", "扫码")],
                                max_length=8,
                            ),
                        ),
                        ("receipt_number", models.CharField(blank=True, max_length=20)),
                        ("reason", models.CharField(blank=True, max_length=200)),
                        ("on", models.DateField(db_index=True)),
                        ("made_at", models.DateTimeField()),
                        ("key", models.UUIDField(null=True)),
                        (
                            "enrolment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="fee_lines",
                                to="courses.enrolment",
                            ),
                        ),
                        (
                            "made_by",
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
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "费用",
                        "verbose_name_plural": "费用",
                        "ordering": ["made_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="fees_are_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("kind__in", ("paid", "refunded")),
                                        models.Q(("method", ""), _negated=True),
                                        models.Q(("receipt_number", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(
                                            ("kind__in", ("paid", "refunded")), _negated=True
                                        ),
                                        ("method", ""),
                                        ("receipt_number", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="money_that_moved_has_a_method_and_a_receipt",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("receipt_number", ""), _negated=True),
                                fields=("organisation", "receipt_number"),
                                name="a_receipt_number_is_never_reused",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "charge")),
                                fields=("enrolment",),
                                name="a_seat_is_charged_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("key", None), _negated=True),
                                fields=("enrolment", "key"),
                                name="one_fee_line_of_a_request",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClassSession",
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
                        ("number", models.PositiveSmallIntegerField(verbose_name="第几次")),
                        (
                            "title",
                            models.CharField(blank=True, max_length=100, verbose_name="内容"),
                        ),
                        ("starts_at", models.DateTimeField(db_index=True, verbose_name="开始")),
                        ("ends_at", models.DateTimeField(verbose_name="结束")),
                        (
                            "class_group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="courses.classgroup",
                                verbose_name="班",
                            ),
                        ),
                        (
                            "substitute",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions_substituted",
                                to="accounts.person",
                                verbose_name="代课教师",
                            ),
                        ),
                        (
                            "lesson",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="sessions",
                                to="courses.lessonpage",
                                verbose_name="课件",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "一次课",
                        "verbose_name_plural": "一次课",
                        "ordering": ["starts_at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("class_group", "number"),
                                name="one_session_of_a_number_in_a_class",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                                name="session_starts_before_it_ends",
                                violation_error_message="开始时间要早于结束时间。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Letter",
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
                        ("key", models.CharField(max_length=60)),
                        ("text", models.CharField(max_length=500)),
                        ("url", models.CharField(blank=True, max_length=200)),
                        ("made_at", models.DateTimeField()),
                        ("read_at", models.DateTimeField(null=True)),
                        ("sent_to", models.PositiveSmallIntegerField(default=0)),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="letters",
                                to="accounts.person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "来信",
                        "verbose_name_plural": "来信",
                        "ordering": ["-made_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("person", "key"), name="nobody_is_told_twice"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReceiptBook",
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
                        ("year", models.PositiveSmallIntegerField()),
                        ("last_number", models.PositiveIntegerField(default=0)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "year"), name="one_receipt_book_of_a_year"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Draw",
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
                            "number_source",
                            models.CharField(max_length=200, verbose_name="用哪个公开的数"),
                        ),
                        ("frozen_at", models.DateTimeField()),
                        ("list_text", models.TextField()),
                        ("list_sha256", models.CharField(max_length=64)),
                        ("seed", common.sealed.SealedTextField()),
                        ("seed_sha256", models.CharField(max_length=64)),
                        (
                            "public_number",
                            models.CharField(blank=True, max_length=200, verbose_name="公开的数"),
                        ),
                        (
                            "witnesses",
                            models.CharField(blank=True, max_length=200, verbose_name="见证人"),
                        ),
                        ("asked_number", models.CharField(blank=True, max_length=200)),
                        ("asked_witnesses", models.CharField(blank=True, max_length=200)),
                        ("asked_at", models.DateTimeField(null=True)),
                        ("drawn_at", models.DateTimeField(null=True)),
                        ("result_text", models.TextField(blank=True)),
                        ("result_sha256", models.CharField(blank=True, max_length=64)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "drawn_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "frozen_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "round",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="draw",
                                to="courses.registrationround",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "抽签",
                        "verbose_name_plural": "抽签",
                        "ordering": ["-frozen_at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("drawn_at", None),
                                        ("public_number", ""),
                                        ("result_text", ""),
                                    ),
                                    models.Q(
                                        ("drawn_at__isnull", False),
                                        models.Q(("public_number", ""), _negated=True),
                                        models.Q(("result_text", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="a_draw_has_its_number_and_its_result_together",
                            )
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.UniqueConstraint(
                        fields=("round", "number"), name="an_application_number_is_never_reused"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("round", "person"),
                        name="one_live_application_of_a_person_in_a_round",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("key", None), _negated=True),
                        fields=("person", "key"),
                        name="one_application_of_a_request",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="seatpool",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1)),
                        name="pool_has_a_seat",
                        violation_error_message="至少要有一个座位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="seatpool",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "point"), ("teaching_point__isnull", False)),
                            models.Q(
                                models.Q(("kind", "point"), _negated=True),
                                ("teaching_point", None),
                            ),
                            _connector="OR",
                        ),
                        name="pool_of_a_point_names_it",
                        violation_error_message="请选是哪个教学点的名额。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="seatpool",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("teaching_point", None)),
                        fields=("class_group", "kind"),
                        name="one_pool_of_a_kind_in_a_class",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="seatpool",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("teaching_point", None), _negated=True),
                        fields=("class_group", "teaching_point"),
                        name="one_pool_of_a_teaching_point_in_a_class",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("class_group", "person"),
                        name="one_live_seat_of_a_person_in_a_class",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("key", None), _negated=True),
                        fields=("person", "key"),
                        name="one_seat_of_a_request",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None),
                            ("withdrawn_at__gte", models.F("seated_at")),
                            _connector="OR",
                        ),
                        name="enrolment_ends_after_it_began",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("undone", False), ("withdrawn_at__isnull", False), _connector="OR"
                        ),
                        name="only_what_ended_is_undone",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="term",
                    constraint=models.UniqueConstraint(
                        fields=("organisation", "name"),
                        name="one_term_of_a_name_in_a_school",
                        violation_error_message="这个学校已经有同名的学期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="term",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("starts_on__lt", models.F("ends_on"))),
                        name="term_starts_before_it_ends",
                        violation_error_message="学期的开始日期要早于结束日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="term",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("present_from_percent__range", (1, 100))),
                        name="term_presence_is_a_percentage",
                        violation_error_message="比例要在 1 到 100 之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="term",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("offer_hours__gte", 48)),
                        name="an_offer_waits_two_days_or_more",
                        violation_error_message="候补通知至少要等 48 小时。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="relativerequest",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agrees", None), ("answered_at", None)),
                            models.Q(("agrees__isnull", False), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_answer_of_a_relative_says_when",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="relativeconsent",
                    constraint=models.UniqueConstraint(
                        fields=("person", "term"), name="one_relatives_consent_of_a_term"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="registrationround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("opens_at__lt", models.F("closes_at"))),
                        name="round_opens_before_it_closes",
                        violation_error_message="开始报名要早于截止报名。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="registrationround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("max_classes__gte", 1)),
                        name="round_allows_at_least_one_class",
                        violation_error_message="每人至少能报一个班。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="registrationround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("max_wishes__range", (1, 10))),
                        name="round_allows_one_to_ten_wishes",
                        violation_error_message="志愿要在 1 到 10 个之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="registrationround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("who", "organisation"), _negated=True),
                            ("organisation__isnull", False),
                            _connector="OR",
                        ),
                        name="round_of_an_organisation_names_it",
                        violation_error_message="请选是哪个单位的人。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="classgroup",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("min_age__lte", models.F("max_age"))),
                        name="class_ages_are_in_order",
                        violation_error_message="最小年龄不能大于最大年龄。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="classgroup",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weekday__range", (0, 6))),
                        name="class_weekday_is_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="classgroup",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("minutes__range", (1, 600))),
                        name="class_meeting_has_a_length",
                        violation_error_message="每次上课要在 1 到 600 分钟之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="classgroup",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("fee__gte", 0)),
                        name="class_fee_is_not_negative",
                        violation_error_message="学费不能是负数。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="classgroup",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None), ("cancelled_at__isnull", False), _connector="OR"
                        ),
                        name="a_merged_class_is_cancelled",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="waitingentry",
                    constraint=models.UniqueConstraint(
                        fields=("pool", "number"), name="a_waiting_number_is_never_reused"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="waitingentry",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("class_group", "person"),
                        name="one_live_waiting_place_of_a_person_in_a_class",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="waitingentry",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("key", None), _negated=True),
                        fields=("person", "key"),
                        name="one_waiting_place_of_a_request",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="waitingentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("left_at", None), ("outcome", "")),
                            models.Q(
                                ("left_at__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_waiting_place_that_was_left_says_why",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="offer",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("answer", "")),
                        fields=("entry",),
                        name="nobody_is_offered_twice_at_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="offer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("seats__in", (1, 2))),
                        name="an_offer_is_for_one_or_a_couple",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="offer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_answered_offer_says_when",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="offer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("call_taken_by", None), ("call_taken_until", None)),
                            models.Q(
                                ("call_taken_by__isnull", False),
                                ("call_taken_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_call_that_was_taken_ends",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="wish",
                    constraint=models.UniqueConstraint(
                        fields=("application", "rank"), name="one_wish_of_a_rank"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="wish",
                    constraint=models.UniqueConstraint(
                        fields=("application", "pool"), name="a_wish_is_made_once"
                    ),
                ),
            ]
        ),
    ]

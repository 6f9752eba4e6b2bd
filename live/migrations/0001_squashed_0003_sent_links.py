"""What the migrations it replaces come to, all tables at once."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.migrating import MadeAtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("live", "0001_initial"),
        ("live", "0002_who_did_it"),
        ("live", "0003_sent_links"),
    ]

    dependencies = [
        ("accounts", "0011_fewer_indexes"),
        ("courses", "0008_draws_in_the_background"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        MadeAtOnce(
            [
                migrations.CreateModel(
                    name="Classroom",
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
                            "recording",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("last_number", models.PositiveIntegerField(default=0)),
                        ("messages_paused", models.BooleanField(default=False)),
                        ("console", models.UUIDField(blank=True, null=True)),
                        ("console_seen_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "session",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="classroom",
                                to="courses.classsession",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "教室",
                        "verbose_name_plural": "教室",
                    },
                ),
                migrations.CreateModel(
                    name="RoomEvent",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("message", "留言"),
                                    ("hand_up", "举手"),
                                    ("hand_down", "放下手"),
                                    ("no_sound", "听不到"),
                                    ("state", "状态"),
                                    ("picture", "画面"),
                                    ("paused", "暂停留言"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("client_id", models.UUIDField(null=True)),
                        ("body", models.JSONField(default=dict)),
                        ("happened_at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "classroom",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="live.classroom",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="room_events",
                                to="accounts.person",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["classroom", "number"],
                    },
                ),
                migrations.CreateModel(
                    name="SentLink",
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
                        ("asked_at", models.DateTimeField()),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "by",
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
                                related_name="sent_links",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sent_links",
                                to="courses.classsession",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "课堂链接",
                        "verbose_name_plural": "课堂链接",
                        "ordering": ["session", "person"],
                    },
                ),
                migrations.CreateModel(
                    name="Visit",
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
                        ("device", models.UUIDField()),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("on_site", "现场"),
                                    ("live", "直播"),
                                    ("shared", "集中收看"),
                                    ("replay", "回放"),
                                    ("delivered", "送学"),
                                    ("own", "自学"),
                                    ("external", "外部平台"),
                                ],
                                default="live",
                                max_length=9,
                            ),
                        ),
                        ("entered_at", models.DateTimeField()),
                        ("last_seen_at", models.DateTimeField()),
                        ("is_over", models.BooleanField(default=False)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "classroom",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="visits",
                                to="live.classroom",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visits",
                                to="accounts.person",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["entered_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Attendance",
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
                            "mode",
                            models.CharField(
                                choices=[
                                    ("on_site", "现场"),
                                    ("live", "直播"),
                                    ("shared", "集中收看"),
                                    ("replay", "回放"),
                                    ("delivered", "送学"),
                                    ("own", "自学"),
                                    ("external", "外部平台"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("seconds", models.PositiveIntegerField(default=0)),
                        ("session_seconds", models.PositiveIntegerField()),
                        ("spans", models.JSONField(default=list)),
                        ("is_present", models.BooleanField()),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attendances",
                                to="accounts.person",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attendances",
                                to="courses.classsession",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "到课",
                        "verbose_name_plural": "到课",
                        "ordering": ["session", "person"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("session", "person"),
                                name="one_attendance_of_a_person_in_a_session",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("seconds__lte", models.F("session_seconds"))),
                                name="attendance_is_not_longer_than_the_session",
                            ),
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="classroom",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("started_at", None),
                            ("ended_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="classroom_ends_after_it_started",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="classroom",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None), ("ended_at__isnull", False), _connector="OR"
                        ),
                        name="classroom_is_closed_only_after_it_ended",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="roomevent",
                    constraint=models.UniqueConstraint(
                        fields=("classroom", "number"), name="room_events_are_numbered_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="roomevent",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("client_id__isnull", False)),
                        fields=("classroom", "person", "client_id"),
                        name="a_repeated_room_event_is_the_same_event",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sentlink",
                    constraint=models.UniqueConstraint(
                        fields=("session", "person"), name="a_link_is_sent_by_itself_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="visit",
                    index=models.Index(
                        fields=["classroom", "last_seen_at"], name="visits_seen_lately"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="visit",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("last_seen_at__gte", models.F("entered_at"))),
                        name="visit_is_seen_after_it_began",
                    ),
                ),
            ]
        ),
    ]

"""Who saw or changed what about whom: lines that nobody can change."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.logins import User
from accounts.models.organisations import Organisation
from accounts.models.persons import Person


class AuditLine(models.Model):
    """One line of the audit log, chained to the line before it; append-only by triggers."""

    class Action(models.TextChoices):
        FILE_SEEN = "file.seen", _("查看档案")
        FILE_OPENED = "file.opened", _("新建档案")
        FILE_CHANGED = "file.changed", _("修改档案")
        FILE_FROZEN = "file.frozen", _("冻结档案")
        FILE_THAWED = "file.thawed", _("解除冻结")
        FILE_ERASED = "file.erased", _("注销档案")
        FILE_EXPORTED = "file.exported", _("导出档案")
        FILES_EXPORTED = "files.exported", _("导出名单")
        FILES_MERGED = "files.merged", _("合并档案")
        FILES_PARTED = "files.parted", _("撤销合并")
        REVEALED = "file.revealed", _("查看完整内容")
        PHOTO_SEEN = "photo.seen", _("查看照片")
        LOGIN_TAKEN = "login.taken", _("认领档案")
        LOGINS_ENDED = "login.ended", _("退出全部设备")
        LOGIN_CHANGED = "login.changed", _("修改登录")
        SECOND_STEP = "login.second_step", _("二次验证")
        CARD_ISSUED = "card.issued", _("发学员卡")
        CARD_REVOKED = "card.revoked", _("作废学员卡")
        CARD_USED = "card.used", _("用学员卡登录")
        LINK_SENT = "link.sent", _("发课堂链接")
        ROLE_GRANTED = "role.granted", _("授予角色")
        ROLE_ENDED = "role.ended", _("收回角色")
        PROXY_GRANTED = "proxy.granted", _("授权代办")
        PROXY_REVOKED = "proxy.revoked", _("取消代办")
        ACTED_FOR = "proxy.acted", _("代人办理")
        HOUSEHOLD_JOINED = "household.joined", _("加入同机")
        HOUSEHOLD_LEFT = "household.left", _("退出同机")
        CONSENT_GIVEN = "consent.given", _("同意告知书")
        CONSENT_WITHDRAWN = "consent.withdrawn", _("撤回同意")
        NOTICE_PUBLISHED = "notice.published", _("发布告知书")
        RIGHTS_ASKED = "rights.asked", _("提出申请")
        RIGHTS_DECIDED = "rights.decided", _("办理申请")
        ORGANISATION_CHANGED = "organisation.changed", _("机构变动")
        ROSTER_READ = "roster.read", _("上传名册")
        ROSTER_APPLIED = "roster.applied", _("写入名册")
        ROSTER_SETTLED = "roster.settled", _("审核名册行")
        REPLAY_RELEASED = "replay.released", _("放行回放")
        REPLAY_WITHHELD = "replay.withheld", _("暂不放回放")
        REPLAY_DELETED = "replay.deleted", _("删除回放")
        REPLAY_COPIED = "replay.copied", _("下载课的录像")
        TERM_PLANNED = "plan.term", _("排学期")
        ROUND_PLANNED = "plan.round", _("排报名批次")
        CLASS_PLANNED = "plan.class", _("排班")
        CLASS_CANCELLED = "plan.cancelled", _("停开班")
        CLASSES_MERGED = "plan.merged", _("并班")
        MEETING_PLANNED = "plan.meeting", _("改一次课")
        CALENDAR_PLANNED = "plan.calendar", _("改校历")
        COMPLETION_MARKED = "plan.completion", _("登记学完")
        INSPECTION_GRANTED = "inspection.granted", _("同意检查")
        INSPECTION_SEEN = "inspection.seen", _("检查时查看")
        INSPECTION_ENDED = "inspection.ended", _("结束检查")
        OFFICE_HANDED = "office.handed", _("书记交接")
        LOG_EXPORTED = "audit.exported", _("导出日志")

    # Without gaps: a missing number is a removed line.
    number = models.PositiveBigIntegerField(_("编号"), unique=True)
    at = models.DateTimeField(_("时间"), db_index=True)
    action = models.CharField(_("事项"), max_length=20, choices=Action)
    # None: the school's own jobs.
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁")
    )
    on_behalf_of = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("替谁")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="audit_lines", verbose_name=_("关于谁")
    )
    # Whose auditor reads the line: the person's organisation at that time, or the one it is
    # about.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("组织机构")
    )
    # Names of fields, codes and masked values; never personal data itself.
    details = models.JSONField(_("详情"), default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        verbose_name = verbose_name_plural = _("审计日志")
        indexes = [
            models.Index(fields=["person", "-number"], name="audit_lines_about_a_person"),
            models.Index(fields=["actor", "-number"], name="audit_lines_of_an_actor"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class AuditTail(models.Model):
    """The end of the chain, in one row: who appends waits here for the line before.

    It also tells when lines were cut off from the end.
    """

    hash = models.CharField(max_length=64)
    count = models.PositiveBigIntegerField(default=0)

    def __str__(self):
        return f"{self.count}"

"""Money that is owed, paid, waived and given back. The platform takes none itself."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from courses.models.places import Enrolment


class ReceiptBook(models.Model):
    """The last receipt number of an organisation in a year; numbers have no gaps."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_receipt_book_of_a_year", fields=["organisation", "year"]
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.year}"


class FeeLine(models.Model):
    """One line of the fees of a seat. Lines are added; the database refuses any change.

    What is owed: charges - dropped - waived - paid + refunded + carried - brought.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", _("应收")
        DROPPED = "dropped", _("应收取消")
        PAID = "paid", _("收款")
        WAIVED = "waived", _("减免")
        REFUNDED = "refunded", _("退款")
        # Of a seat that was given up after paying: the desk decided, no money moves.
        KEPT = "kept", _("不退")
        # Money that follows its owner into another class moves in no till.
        CARRIED = "carried", _("转班转出")
        BROUGHT = "brought", _("转班转入")

    class Method(models.TextChoices):
        CASH = "cash", _("现金")
        TRANSFER = "transfer", _("转账")
        CODE = "code", _("扫码")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="fee_lines")
    # Whose money and whose receipt book: the class's organisation on that day.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    method = models.CharField(max_length=8, choices=Method, blank=True)
    receipt_number = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    on = models.DateField(db_index=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # The name that the page gave its request: the same one again gets the same answer.
    key = models.UUIDField(null=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = verbose_name_plural = _("费用")
        constraints = [
            models.CheckConstraint(name="fees_are_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="money_that_moved_has_a_method_and_a_receipt",
                condition=(
                    Q(kind__in=("paid", "refunded")) & ~Q(method="") & ~Q(receipt_number="")
                )
                | (~Q(kind__in=("paid", "refunded")) & Q(method="", receipt_number="")),
            ),
            models.UniqueConstraint(
                name="a_receipt_number_is_never_reused",
                fields=["organisation", "receipt_number"],
                condition=~Q(receipt_number=""),
            ),
            models.UniqueConstraint(
                name="a_seat_is_charged_once", fields=["enrolment"], condition=Q(kind="charge")
            ),
            models.UniqueConstraint(
                name="one_fee_line_of_a_request",
                fields=["enrolment", "key"],
                condition=~Q(key=None),
            ),
        ]

    def __str__(self):
        return f"{self.enrolment} {self.get_kind_display()} {self.amount}"

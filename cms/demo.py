"""The articles of the demo school. `create` may run again and changes nothing then."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from wagtail.images import get_image_model

from cms import drawings
from cms.first_pages import text
from cms.models import ArticleIndexPage, ArticlePage

Image = get_image_model()


@dataclass(frozen=True)
class Article:
    """One article: its text is cms/texts/articles/<slug>.html."""

    slug: str
    title: str
    author: str
    days_ago: int
    summary: str
    drawing: str
    picture_says: str


ARTICLES = [
    Article(
        "on-the-phone",
        "怎样在手机上听课",
        "教务处",
        1,
        "五步就会：坐舒服、看首页、试声音、等老师、断了不怕。",
        "handset",
        "水墨画：一部立着的手机，屏幕里是远山和红日，旁边一杯热茶。",
    ),
    Article(
        "three-sentences",
        "防诈骗，记住三句话",
        "望湖区文昌派出所 口述",
        3,
        "先放下电话；数字谁也不给；和家里人说一声。",
        "stones",
        "水墨画：水边三块石头，从大到小，天上一点红日。",
    ),
    Article(
        "autumn",
        "秋天怎样过得舒服",
        "健康课 郑老师",
        6,
        "四件小事：晚点出门、慢慢添衣、多喝水、把心放宽。",
        "hills",
        "水墨画：三层远山，一轮红日，三只鸟飞过。",
    ),
    Article(
        "ten-years",
        "一位老学员的书法十年",
        "学员记者 林静",
        11,
        "从一横写起，写了十年，他说下一个十年还写横。",
        "stroke",
        "水墨画：一笔粗粗的横，笔锋带着飞白，右下角一方红印。",
    ),
    Article(
        "stone-bridge",
        "石桥社区的星期五下午",
        "学员记者 林静",
        16,
        "十一公里外的活动室里，二十个人看一块屏，跟着做八段锦。",
        "bridge",
        "水墨画：一座三孔石桥，水里有倒影，远处有山和红日。",
    ),
    Article(
        "to-the-door",
        "送学上门的一天",
        "老干部局 刘干事",
        23,
        "六个纸袋，六位老人：一个上午，送到了五份。",
        "door",
        "水墨画：竹子旁边一座小屋，门上一张红纸，一条小路通到门口。",
    ),
]


@transaction.atomic
def create(*, now: datetime | None = None) -> None:
    """Publish the six articles, dated back from `now`; those that exist stay as they are."""
    now = now or timezone.now()
    section = ArticleIndexPage.objects.get()
    existing = set(section.get_children().values_list("slug", flat=True))
    # The oldest first: of two articles of a day, the one added later is shown first.
    for article in reversed(ARTICLES):
        if article.slug not in existing:
            _publish(section, article, now)


def _publish(section: ArticleIndexPage, article: Article, now: datetime) -> None:
    published_at = now - timedelta(days=article.days_ago)
    page = ArticlePage(
        slug=article.slug,
        title=article.title,
        author=article.author,
        summary=article.summary,
        published_on=timezone.localdate(published_at),
        picture=_picture(article),
        body=[("text", text(f"articles/{article.slug}"))],
        first_published_at=published_at,
    )
    section.add_child(instance=page)
    page.save_revision().publish()


def _picture(article: Article):
    data = drawings.jpeg(article.drawing)
    file_hash = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return Image.objects.filter(file_hash=file_hash).first() or Image.objects.create(
        title=article.title,
        description=article.picture_says,
        file=ContentFile(data, name=f"{article.slug}.jpg"),
        file_hash=file_hash,
    )

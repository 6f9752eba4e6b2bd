"""Who may log in to the demo school as what, with numbers that are easy to read out."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from accounts.models import User


@dataclass(frozen=True)
class Login:
    role: str
    name: str
    phone: str
    hint: str


LOGINS = [
    Login(
        gettext_lazy("学员"),
        "王秀兰",
        "13800000001",
        gettext_lazy("72 岁，书法班学员，看得到今天的课"),
    ),
    Login(
        gettext_lazy("学员，班长"),
        "李国强",
        "13800000002",
        gettext_lazy("可以替没有手机的高振华办理"),
    ),
    Login(gettext_lazy("学员"), "张桂芳", "13800000003", gettext_lazy("在书法班的候补名单上")),
    Login(
        gettext_lazy("学员的女儿"),
        "何雅琴",
        "13800000004",
        gettext_lazy("替 82 岁、没有手机的妈妈何彩兰办理"),
    ),
    Login(
        gettext_lazy("学员，老伴"),
        "孙慧珍",
        "13800000005",
        gettext_lazy("可以替老伴吴德山办理"),
    ),
    Login(
        gettext_lazy("夫妻合用一部手机"),
        "陈志明、刘淑英",
        "13800000006",
        gettext_lazy("头一次登录，会问“您是哪一位”"),
    ),
    Login(
        gettext_lazy("书法教师"), "沈文清", "13800000011", gettext_lazy("今天有课，可以开始上课")
    ),
    Login(gettext_lazy("声乐教师"), "顾念慈", "13800000012", gettext_lazy("合唱与发声")),
    Login(gettext_lazy("健身、舞蹈教师"), "罗晓云", "13800000013", gettext_lazy("八段锦、民族舞")),
    Login(gettext_lazy("手机课教师"), "程远", "13800000014", gettext_lazy("手机摄影与微信")),
    Login(gettext_lazy("文史教师"), "黎怀瑾", "13800000015", gettext_lazy("唐诗、理论学习")),
    Login(gettext_lazy("支部书记"), "赵建国", "13800000021", gettext_lazy("第三党支部的学习台账")),
    Login(gettext_lazy("教务"), "周敏", "13800000022", gettext_lazy("全校的班和报名")),
    Login(gettext_lazy("教学点联络员"), "冯敏", "13800000023", gettext_lazy("石桥社区教学点")),
    Login(gettext_lazy("老干部局"), "钱立新", "13800000024", gettext_lazy("全市的数字")),
    Login(gettext_lazy("编辑"), "许文", "13800000025", gettext_lazy("写文章、改课程介绍")),
    Login(gettext_lazy("审核"), "郑怡", "13800000026", gettext_lazy("文章发布前看一遍")),
    Login(gettext_lazy("审计员"), "陆青", "13800000027", gettext_lazy("谁看了、改了谁的资料")),
    Login(gettext_lazy("管理员"), "林静", "13800000031", gettext_lazy("后台 /office/ 和 /cms/")),
]
# 陈志明 and 刘淑英 share this one; which of them it is, they say at their first login.
SHARED_PHONE = "13800000006"


def who() -> list[dict]:
    """The logins of the demo school, once it is there: rows of role, name, phone, hint."""
    known = set(User.objects.filter(is_superuser=True).values_list("phone", flat=True))
    if LOGINS[-1].phone not in known:
        return []
    return [
        {
            "role": str(login.role),
            "name": login.name,
            "phone": login.phone,
            "hint": str(login.hint),
        }
        for login in LOGINS
    ]

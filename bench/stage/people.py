"""A roster of people who do not exist, the same one every time."""

import io
import random
from collections.abc import Iterator
from datetime import date, timedelta

import openpyxl

from accounts import id_numbers

UNITS = [f"青岚市第{number}中学" for number in range(1, 33)]
HEADINGS = [
    "序号",
    "姓名",
    "性别",
    "出生日期",
    "身份证号",
    "手机号",
    "单位",
    "人员类别",
    "常住地",
    "是否常居外地",
    "家属姓名",
    "与本人关系",
    "家属电话",
    "备注",
]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    "秀兰桂英国强建华玉梅德山志明淑珍文远素芬永福美娟振守义晓云怀瑾立新凤霞春生金海荣"
    "爱民庆丽萍惠敏红卫东宝林长根水清芳青松柏年月娥翠香莲花彩霞俊杰伟军勇刚毅"
)


def roster(many: int) -> bytes:
    """An .xlsx of `many` people under a title, typed by tidy and by untidy hands."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    sheet.append(["青岚市离退休人员名册"])
    sheet.append(HEADINGS)
    for row in people(many):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def people(many: int) -> Iterator[list]:
    chance = random.Random(20_000)
    for number in range(1, many + 1):
        born_on = date(1936, 1, 1) + timedelta(days=chance.randrange(10_500))
        sex = chance.choice("男女")
        name = chance.choice(SURNAMES) + "".join(
            chance.choices(GIVEN, k=chance.choice([1, 2, 2, 2]))
        )
        # One hand in three writes dates with words.
        born = f"{born_on:%Y年%m月%d日}" if number % 3 == 0 else born_on.isoformat()
        yield [
            number,
            name,
            sex,
            born,
            _id_number(born_on, sex, number),
            f"13{chance.randrange(10**9):09d}",
            chance.choice(UNITS),
            chance.choice(["退休", "离休"]),
            f"青岚市望湖区文昌路{number % 300 + 1}号",
            chance.choice(["是", "否"]),
            chance.choice(SURNAMES) + chance.choice(GIVEN),
            chance.choice(["儿子", "女儿", "老伴"]),
            f"15{chance.randrange(10**9):09d}",
            "党员" if number % 5 == 0 else "",
        ]


def _id_number(born_on: date, sex: str, number: int) -> str:
    # A region for every thousand, so that no two are given the same order on one day.
    order = number % 500 * 2 + (sex == "男")
    seventeen = f"3702{number // 500 % 100:02d}{born_on:%Y%m%d}{order:03d}"
    return seventeen + id_numbers.check_sign(seventeen)

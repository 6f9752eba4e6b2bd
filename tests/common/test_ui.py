from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from common.templatetags import ui

SYMBOLS = (settings.BASE_DIR / "static" / "icons.svg").read_text("utf-8")


def render(source, **context):
    return Template(source).render(Context(context))


class Enquiry(forms.Form):
    phone = forms.CharField(
        label="手机号", help_text="十一个数字", error_messages={"required": "请填写手机号。"}
    )
    agreed = forms.BooleanField(label="我同意")
    sex = forms.ChoiceField(
        label="性别", choices=[("f", "女"), ("m", "男")], widget=forms.RadioSelect
    )
    year = forms.IntegerField()
    month = forms.IntegerField(error_messages={"required": "请填写月份。"})
    day = forms.IntegerField()


@pytest.mark.parametrize(
    "source",
    [
        "{% tag text='好' colour='red' %}",
        "{% tag %}",
        "{% tag '好' %}",
        "{% notice titel='好' %}{% endnotice %}",
        "{% section title='好' %}{% endsection %}",
        "{% seats taken=3 %}",
        "{% field fields=form.phone %}",
    ],
    ids=["unknown", "missing", "positional", "misspelt", "no id", "no capacity", "plural"],
)
def test_a_wrong_argument_fails_when_the_template_is_compiled(source):
    with pytest.raises(TemplateSyntaxError):
        Template(source)


def test_tag_says_its_state_by_sign_and_word():
    html = render("{% tag text='请您看' kind='needs' %}")

    assert "#alert" in html
    assert "请您看" in html


def test_icon_with_a_label_is_read_out_and_without_is_silent():
    assert 'aria-label="锁着"' in render("{% icon name='lock' label='锁着' %}")
    assert 'aria-hidden="true"' in render("{% icon name='lock' %}")


@pytest.mark.parametrize(
    ("taken", "waiting", "words"),
    [(31, 0, "还有 9 个"), (40, 0, "满了，没有人候补"), (40, 3, "满了，3 人候补")],
    ids=["seats left", "full", "full with a queue"],
)
def test_seats_say_in_words_how_full_a_class_is(taken, waiting, words):
    html = render(
        "{% seats taken=taken capacity=40 waiting=waiting %}", taken=taken, waiting=waiting
    )

    assert "座位 40 个" in html
    assert words in html


def test_seats_bar_never_grows_past_its_frame():
    assert 'viewBox="0 0 40 1"' in render("{% seats taken=86 capacity=40 %}")
    assert 'width="40"' in render("{% seats taken=86 capacity=40 %}")


def test_steps_say_in_words_which_one_it_is():
    html = render("{% steps names='选文件|看一遍|写入' current=2 %}")

    assert 'aria-label="第 2 步，共 3 步"' in html
    assert html.count("steps__step--done") == 1
    assert html.count('aria-current="step"') == 1


def test_steps_that_are_all_done_say_so():
    html = render("{% steps names='选文件|看一遍|写入' current=4 %}")

    assert 'aria-label="3 步都办好了"' in html
    assert html.count("steps__step--done") == 3


def test_attendance_draws_every_stretch_with_numbers():
    html = render("{% attendance minutes=90 spans=spans %}", spans=[(2, 24), (41, 60)])

    assert 'x="2" y="0" width="22"' in html
    assert 'x="41" y="0" width="19"' in html


def test_script_in_a_block_tag_is_shown_as_text():
    html = render(
        "{% notice title=name %}<p>{{ name }}</p>{% endnotice %}", name="<script>alert(1)</script>"
    )

    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 2


def test_notice_that_comes_later_is_read_out():
    assert 'role="alert"' in render("{% notice kind='needs' live=True %}断了{% endnotice %}")
    assert 'role="status"' in render("{% notice live=True %}好了{% endnotice %}")
    assert "role=" not in render("{% notice %}好{% endnotice %}")


def test_section_is_named_by_its_heading():
    html = render("{% section title='学些什么' id='learn' level=3 %}<p>横竖</p>{% endsection %}")

    assert '<section class="section" aria-labelledby="learn">' in html
    assert '<h3 id="learn">学些什么</h3>' in html


def test_confirm_offers_the_safe_answer_first_and_keeps_the_token():
    html = render(
        "{% confirm id='end' title='现在下课吗？' button='下课' action='/end/' no='接着上课' %}"
        "<p>回放今天能看。</p>{% endconfirm %}",
        csrf_token="token-of-this-form",
    )
    form = html[html.index("<form") :]

    assert form.index("接着上课") < form.index("<button")
    assert 'value="token-of-this-form"' in form
    assert 'action="/end/"' in form


def test_staff_nav_marks_the_longest_address_that_leads_here():
    html = render(
        "{% staff_nav links=links %}",
        request=RequestFactory().get("/branch/3/ledger/"),
        links=[
            ("/branch/3/", "支部"),
            ("/branch/3/ledger/", "台账"),
            ("/branch/3/record/", "记录"),
        ],
    )

    # Once in the line of a wide page, once in the fold of a narrow one, which names it.
    assert html.count("aria-current") == 2
    assert html.count('href="/branch/3/ledger/" aria-current="page"') == 2
    assert "<span>台账</span>" in html


def pages(number, address):
    page = Paginator(range(30), 10).page(number)
    return render(
        "{% pager page=page unit='人' %}", page=page, request=RequestFactory().get(address)
    )


def test_pager_keeps_what_was_filtered():
    html = pages(2, "/people/?q=%E7%8E%8B&page=2")

    assert 'href="?q=%E7%8E%8B&amp;page=1"' in html
    assert 'href="?q=%E7%8E%8B&amp;page=3"' in html
    assert "第 2 页，共 3 页，30 人" in html


def test_pager_leads_nowhere_before_the_first_and_after_the_last_page():
    assert 'rel="prev"' not in pages(1, "/people/")
    assert 'rel="next"' not in pages(3, "/people/")


def test_pager_is_silent_when_there_is_one_page():
    page = Paginator(range(3), 10).page(1)

    assert (
        render("{% pager page=page %}", page=page, request=RequestFactory().get("/")).strip() == ""
    )


@pytest.mark.parametrize(
    ("address", "link", "direction"),
    [
        ("/?q=1&page=4", "?q=1&amp;sort=day", None),
        ("/?sort=day", "?sort=-day", 'aria-sort="ascending"'),
        ("/?sort=-day", "?sort=day", 'aria-sort="descending"'),
    ],
    ids=["not sorted, back to page one", "rising", "falling"],
)
def test_sort_header_turns_round_when_pressed_again(address, link, direction):
    html = render(
        "{% sort_header name='日期' column='day' %}", request=RequestFactory().get(address)
    )

    assert f'href="{link}"' in html
    assert (direction in html) if direction else ("aria-sort" not in html)


def test_field_says_its_error_below_the_control_and_ties_it_to_it():
    html = render("{% field field=form.phone kind='number' %}", form=Enquiry({"phone": ""}))

    assert html.index("十一个数字") < html.index("<input") < html.index("请填写手机号。")
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert 'id="id_phone_helptext"' in html
    assert 'id="id_phone_error"' in html
    assert 'aria-invalid="true"' in html
    assert "field--wrong" in html


def test_field_without_an_error_is_quiet():
    html = render("{% field field=form.phone %}", form=Enquiry())

    assert 'aria-describedby="id_phone_helptext"' in html
    assert "aria-invalid" not in html
    assert "field__error" not in html


def test_field_takes_a_hint_that_the_form_does_not_have():
    html = render("{% field field=form.year hint='例如 1955' %}", form=Enquiry())

    assert '<p class="field__hint" id="id_year_helptext">例如 1955</p>' in html
    assert 'aria-describedby="id_year_helptext"' in html


def test_field_for_a_code_brings_up_the_figures_and_the_message():
    html = render("{% field field=form.phone kind='code' %}", form=Enquiry())

    assert 'inputmode="numeric"' in html
    assert 'autocomplete="one-time-code"' in html


def test_field_of_a_few_choices_is_a_group_with_a_legend():
    html = render("{% field field=form.sex %}", form=Enquiry())

    assert "<legend" in html
    assert html.count('type="radio"') == 2


def test_form_errors_lead_to_a_group_of_choices_too():
    html = render("{% form_errors form=form %}{% field field=form.sex %}", form=Enquiry({}))

    assert '<a href="#id_sex">性别</a>' in html
    assert html.count('id="id_sex"') == 1


def test_field_to_tick_has_its_words_after_the_box():
    html = render("{% field field=form.agreed %}", form=Enquiry())

    assert html.index('type="checkbox"') < html.index("我同意")


def test_date_fields_say_their_errors_below_all_three():
    form = Enquiry({"year": "1955", "month": "", "day": "3"})
    html = render(
        "{% date_fields legend='出生日期' year=form.year month=form.month day=form.day %}",
        form=form,
    )

    assert html.index('name="day"') < html.index("请填写月份。")
    assert 'aria-describedby="id_month_error"' in html


def test_form_errors_lead_to_the_fields():
    html = render("{% form_errors form=form %}", form=Enquiry({"agreed": "on", "sex": "f"}))

    assert "有 4 处要请您再看看" in html
    assert '<a href="#id_phone">手机号</a>' in html
    assert render("{% form_errors form=form %}", form=Enquiry()).strip() == ""


NINE = datetime(2026, 9, 9, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai


@pytest.mark.parametrize(
    ("source", "chinese", "english"),
    [
        ("{{ at|day }}", "9月9日 星期三", "Wednesday 9 September"),
        ("{{ at|clock }}", "上午9点", "9:00 am"),
        ("{{ at|day_clock }}", "9月9日 星期三 上午9点", "Wednesday 9 September, 9:00 am"),
        ("{{ at|clock_until:at }}", "上午9点到9点", "9:00 am to 9:00 am"),
        ("{{ on|long_day }}", "1958年3月2日 星期日", "Sunday 2 March 1958"),
        ("{{ on|short_day }} {{ on|weekday }}", "3月2日 星期日", "2 Mar Sunday"),
        ("{{ 41|minutes }}", "41 分钟", "41 minutes"),
        ("{{ 95|duration }}", "1 小时 35 分钟", "1 hour 35 minutes"),
        ("{{ 1.5|credit_hours }}", "1.5 学时", "1.5 study hours"),
        ("{{ nothing|day_clock }}", "", ""),
    ],
)
def test_times_are_local_and_in_the_language_of_the_page(source, chinese, english):
    context = {"at": NINE, "on": date(1958, 3, 2), "nothing": None}

    with translation.override("zh-hans"):
        assert render(source, **context) == chinese
    with translation.override("en"):
        assert render(source, **context) == english


def test_a_masked_phone_keeps_three_and_four_digits():
    assert render("{{ '13800001234'|masked }}") == "138****1234"


def test_every_sign_that_a_state_brings_is_drawn():
    names = {*ui.STATE_ICONS.values(), *ui.NOTICE_ICONS.values(), "info"}

    assert {name for name in names if f'id="{name}"' not in SYMBOLS} == set()


@pytest.mark.parametrize("name", ["400", "500", "503"])
def test_error_pages_of_django_itself_need_no_request(name):
    template = Path(settings.BASE_DIR, "templates", f"{name}.html").read_text("utf-8")

    assert settings.SCHOOL["phone"] in render(template)

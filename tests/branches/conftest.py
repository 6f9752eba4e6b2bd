"""A city with a rule, one branch with its secretary, and a sister branch."""

import pytest

from tests.branches import school


@pytest.fixture
def city():
    city = school.organisation("青岚市")
    school.rule(city)
    return city


@pytest.fixture
def branch(city):
    return school.branch("第三党支部", at=city)


@pytest.fixture
def sister(city):
    return school.branch("姐妹支部", at=city)


@pytest.fixture
def wang(city, branch):
    wang = school.person("王秀兰", at=city)
    school.member(wang, branch)
    return wang


@pytest.fixture
def session(city):
    return school.session(school.class_group(at=city), title="横画")


@pytest.fixture
def secretary(city, branch):
    """The login of the branch's secretary."""
    zhao = school.person("赵建国", at=city)
    school.member(zhao, branch)
    school.office(zhao, branch)
    return school.login(zhao)


@pytest.fixture
def li(city, branch):
    li = school.person("李国强", at=city)
    school.member(li, branch)
    return li


@pytest.fixture
def activity(branch, wang, li, secretary):
    return school.activity(branch, by=secretary, chair=secretary.person, recorder=wang)

"""Files of people, for staff."""

from django.core.files.base import ContentFile

from accounts.models import Relative
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
people:list                      GET  302   404   404   404   404   404   200   404   404   404   200   200   200   404   404   404   200   200
people:excel                     GET  302   404   404   404   404   404   200   404   404   404   200   200   200   404   404   404   200   200
people:new                       GET  302   404   404   404   404   404   404   404   404   404   200   200   404   404   404   404   200   200
people:new                       POST 302   404   404   404   404   404   404   404   404   404   422   422   404   404   404   404   422   422
people:person                    GET  302   404   404   404   404   404   200   404   404   404   200   404   200   404   404   404   200   200
people:reveal                    POST 302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
people:log_out_everywhere        POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
people:forget_second_step        POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
people:edit                      GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
people:edit                      POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
people:photo                     GET  302   404   404   200   404   404   404   404   404   404   200   404   404   404   404   404   200   200
people:change_photo              GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
people:change_photo              POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
people:remove_photo              POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
people:new_relative              GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
people:new_relative              POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
people:relative                  GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
people:relative                  POST 302   404   404   404   404   404   404   404   404   404   422   404   404   404   404   404   422   422
people:remove_relative           POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
"""


def furnish(town):
    learner, helped = town.people["learner"], town.helped
    learner.photo.save("learner.jpg", ContentFile(b"a face"))
    relative = Relative.objects.create(person=helped, name="何雅琴", phone="13800000002")
    of_a_file = (
        "person",
        "reveal",
        "log_out_everywhere",
        "forget_second_step",
        "edit",
        "change_photo",
        "remove_photo",
        "new_relative",
    )
    of_a_relative = ("relative", "remove_relative")
    return Needs(
        arguments={
            "people:photo": [learner.pk],
            **{f"people:{name}": [helped.pk] for name in of_a_file},
            **{f"people:{name}": [helped.pk, relative.pk] for name in of_a_relative},
        },
        fields={"people:reveal": {"fact": "phone"}, "people:new GET": {}},
    )

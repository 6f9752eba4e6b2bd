"""Rooms and consoles."""

import uuid

from live.models import HeldMessage, HeldWord, Poll, Replay, RoomEvent
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
live:room                        GET  302   403   403   302   302   302   403   403   403   403   302   403   403   403   403   403   302   302
live:replay                      GET  302   403   403   200   200   200   403   403   403   403   200   403   403   403   403   403   200   200
live:events                      GET  403   403   403   200   200   200   403   403   403   403   200   403   403   403   403   403   200   200
live:beat                        POST 403   403   403   200   200   200   403   403   403   403   200   403   403   403   403   403   200   200
live:say                         POST 403   403   403   422   422   422   403   403   403   403   422   403   403   403   403   403   422   422
live:hand                        POST 403   403   403   422   422   422   403   403   403   403   422   403   403   403   403   403   422   422
live:no_sound                    POST 403   403   403   422   422   422   403   403   403   403   422   403   403   403   403   403   422   422
live:watched                     POST 403   403   403   200   404   404   403   403   403   403   404   403   403   403   403   403   404   404
live:review                      GET  302   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
live:cut                         POST 302   404   404   404   404   302   404   404   404   404   302   404   404   404   404   404   302   302
live:release                     POST 302   404   404   404   404   302   404   404   404   404   302   404   404   404   404   404   302   302
live:withhold                    POST 302   404   404   404   404   422   404   404   404   404   422   404   404   404   404   404   422   422
live:chapters                    POST 302   404   404   404   404   302   404   404   404   404   302   404   404   404   404   404   302   302
live:pin                         POST 302   404   404   404   404   302   404   404   404   404   302   404   404   404   404   404   302   302
live:ask_copy                    POST 302   404   404   404   404   302   404   404   404   404   302   404   404   404   404   404   302   302
live:take_copy                   POST 302   404   404   404   404   302   404   404   404   404   302   404   404   404   404   404   302   302
live:captions                    GET  404   404   404   200   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:delete_replay               POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
live:recordings                  GET  302   404   404   404   404   200   404   404   404   404   200   200   404   404   404   404   200   200
live:set_replay_rule             POST 302   404   404   404   404   404   404   404   404   404   422   422   404   404   404   404   422   422
live:class_recordings            GET  302   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
live:speak                       POST 403   403   403   422   422   422   403   403   403   403   422   403   403   403   403   403   422   422
live:teaching                    GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
live:console                     GET  302   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
live:here                        GET  404   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
live:pause                       POST 404   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
live:slide                       POST 404   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
live:slides                      POST 404   404   404   404   404   422   404   404   404   404   422   404   404   404   404   404   422   422
live:floor                       POST 404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
live:floor_call                  GET  403   403   403   404   404   404   403   403   403   403   404   403   403   403   403   403   404   404
live:floor_take                  POST 403   403   403   422   422   422   403   403   403   403   422   403   403   403   403   403   422   422
live:floor_reply                 POST 403   403   403   422   422   422   403   403   403   403   422   403   403   403   403   403   422   422
live:floor_end                   POST 403   403   403   404   404   404   403   403   403   403   404   403   403   403   403   403   404   404
live:camera                      GET  404   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
live:camera_code                 GET  404   404   404   404   404   200   404   404   404   404   200   404   404   404   404   404   200   200
live:camera_reply                POST 404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
live:phone                       GET  404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
live:phone_answer                GET  404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
live:end                         POST 302   404   404   404   404   302   404   404   404   404   302   404   404   404   404   404   302   302
live:helping                     GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
live:help                        GET  302   404   404   404   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:help_now                    GET  404   404   404   404   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:numbers                     POST 404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
live:helped                      POST 404   404   404   404   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:moderation                  GET  404   404   404   404   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:look                        POST 404   404   404   404   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:hide                        POST 404   404   404   404   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:mute                        POST 404   404   404   404   422   422   404   404   404   404   422   404   404   404   404   404   422   422
live:published                   POST 404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
live:words                       GET  302   404   404   404   404   404   404   404   404   404   302   302   404   404   404   404   302   302
live:words_of                    GET  302   404   404   404   404   404   404   404   404   404   200   404   404   404   404   404   200   200
live:words_of                    POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
live:remove_word                 POST 302   404   404   404   404   404   404   404   404   404   302   404   404   404   404   404   302   302
live:help_begin                  POST 404   404   404   404   422   422   404   404   404   404   422   404   404   404   404   404   422   422
live:ask_poll                    POST 404   404   404   404   422   422   404   404   404   404   422   404   404   404   404   404   422   422
live:poll_now                    GET  404   404   404   404   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:close_poll                  POST 404   404   404   404   200   200   404   404   404   404   200   404   404   404   404   404   200   200
live:vote                        POST 403   403   403   422   422   422   403   403   403   403   422   403   403   403   403   403   422   422
live:caption                     POST 404   404   404   404   422   422   404   404   404   404   422   404   404   404   404   404   422   422
"""


def furnish(town):
    Replay.objects.create(classroom=town.session.classroom, whole_seconds=600)
    names = {line.split()[0] for line in TABLE.strip().splitlines()} - {
        "live:teaching",
        "live:helping",
        "live:words",
        "live:recordings",
        "live:set_replay_rule",
        "live:published",
    }
    learner, room = town.people["learner"], town.session.classroom
    now = town.session.ends_at
    word = HeldWord.objects.create(
        organisation=town.unit, word="加微信", folded="加微信", added_at=now
    )
    held = HeldMessage.objects.create(
        classroom=room, person=learner, client_id=uuid.uuid4(), text="加微信", held_at=now
    )
    said = RoomEvent.objects.create(
        classroom=room,
        person=learner,
        number=99,
        kind="message",
        body={"text": "好"},
        happened_at=now,
    )
    poll = Poll.objects.create(
        classroom=room, question="听得清吗", answers=["清", "不清"], asked_at=now
    )
    shown = {"device": uuid.uuid4().hex, "from": 0, "to": 0, "at": 0, "speed": 100}
    arguments = {name: [town.session.pk] for name in names}
    arguments["live:class_recordings"] = [town.group.pk]
    for name in names:
        if name.startswith("live:floor_"):
            arguments[name] = [town.session.pk, uuid.UUID(int=1)]
        if name.startswith("live:phone"):
            arguments[name] = ["forged"]
    return Needs(
        arguments=arguments | {"live:words_of": [town.unit.pk], "live:remove_word": [word.pk]},
        fields={
            "live:events": {"after": 0},
            "live:numbers": {"person": learner.pk},
            "live:helped": {"person": learner.pk},
            "live:look": {"message": held.pk, "through": "0"},
            "live:hide": {"number": said.number},
            "live:mute": {"person": learner.pk},
            "live:close_poll": {"poll": poll.pk},
            "live:vote": {"poll": poll.pk, "choice": 0},
            "live:words_of POST": {"words": "赌博"},
            "live:watched": shown,
            "live:cut": {"whole": 1},
        },
    )

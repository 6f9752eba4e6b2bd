from live.video.playlist import (
    LIVE_NAMES,
    LIVE_SEGMENTS,
    live_playlist,
    replay_playlist,
    variants_playlist,
)
from live.video.timeline import MAIN, SOUND, Timeline


def timeline(*runs: str, rendition: str = MAIN, seconds: float = 0.25) -> Timeline:
    """Each run as text: a letter for a part (capital: independent), | closes a segment."""
    made = Timeline()
    for number, parts in enumerate(runs):
        made.apply(
            {
                "kind": "run",
                "rendition": rendition,
                "run": number,
                "codecs": "avc1.42c01f,mp4a.40.2",
                "width": 1280,
                "height": 720,
                "began_at": 1_788_000_000 + 100 * number,
            }
        )
        for part in parts:
            open_segment = made.renditions[rendition].open_segment
            if part == "|":
                made.apply(
                    {
                        "kind": "segment",
                        "rendition": rendition,
                        "seconds": open_segment.seconds,
                        "size": open_segment.size,
                        "is_independent": open_segment.is_independent,
                    }
                )
            else:
                made.apply(
                    {
                        "kind": "part",
                        "rendition": rendition,
                        "seconds": seconds,
                        "size": 20_000,
                        "is_independent": part.isupper(),
                    }
                )
    return made


def live(*runs: str, has_ended: bool = False, **options) -> str:
    return live_playlist(timeline(*runs, **options).renditions[MAIN], has_ended)


def lines_with(text: str, tag: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(tag)]


def test_nothing_is_written_before_the_first_part():
    assert live() == ""
    assert live("") == ""
    assert replay_playlist(Timeline().renditions[MAIN]) == ""
    assert variants_playlist(Timeline(), LIVE_NAMES) == ""


def test_the_live_playlist_has_parts_segments_and_what_comes_next():
    assert live("Abcd|Ab") == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:9\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.050\n"
        "#EXT-X-PART-INF:PART-TARGET=0.350\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="main-init-0.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-08-29T10:40:00.000+00:00\n"
        '#EXT-X-PART:DURATION=0.25000,URI="main-0.0.m4s",INDEPENDENT=YES\n'
        '#EXT-X-PART:DURATION=0.25000,URI="main-0.1.m4s"\n'
        '#EXT-X-PART:DURATION=0.25000,URI="main-0.2.m4s"\n'
        '#EXT-X-PART:DURATION=0.25000,URI="main-0.3.m4s"\n'
        "#EXTINF:1.00000,\n"
        "main-0.m4s\n"
        '#EXT-X-PART:DURATION=0.25000,URI="main-1.0.m4s",INDEPENDENT=YES\n'
        '#EXT-X-PART:DURATION=0.25000,URI="main-1.1.m4s"\n'
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="main-1.2.m4s"\n'
    )


def test_between_two_segments_the_hint_is_the_first_part_of_the_next():
    assert 'URI="main-1.0.m4s"' in live("Ab|").splitlines()[-1]


def test_the_window_slides_and_says_where_it_begins():
    text = live("Abcd|" * 30 + "A")

    assert "#EXT-X-MEDIA-SEQUENCE:21\n" in text
    assert lines_with(text, "main-")[0] == "main-21.m4s"
    assert len(lines_with(text, "#EXTINF")) == LIVE_SEGMENTS - 1
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-08-29T10:40:21.000" in text


def test_parts_are_listed_for_three_target_durations_from_the_end():
    listed = lines_with(live("Abcd|" * 30), "#EXT-X-PART:")

    assert 'URI="main-24.0.m4s"' in listed[0]
    assert len(listed) == 6 * 4


def test_a_return_of_the_teacher_is_a_discontinuity_with_another_init():
    lines = live("Ab|Ab|", "Ab|A").splitlines()

    at = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[at + 1] == '#EXT-X-MAP:URI="main-init-1.mp4"'
    assert lines[at + 2].startswith("#EXT-X-PROGRAM-DATE-TIME:2026-08-29T10:41:40.000")
    assert lines[at + 3].startswith('#EXT-X-PART:DURATION=0.25000,URI="main-2.0.m4s"')
    assert lines.count("#EXT-X-DISCONTINUITY") == 1


def discontinuities(text: str) -> tuple[str, int]:
    (sequence,) = lines_with(text, "#EXT-X-DISCONTINUITY-SEQUENCE:")
    return sequence.split(":")[1], text.splitlines().count("#EXT-X-DISCONTINUITY")


def test_the_discontinuity_sequence_counts_the_marks_that_have_left_the_window():
    full = "A|" * LIVE_SEGMENTS

    assert discontinuities(live(full)) == ("0", 0)
    assert discontinuities(live(full, "A|")) == ("0", 1)
    assert discontinuities(live(full, "A|" * (LIVE_SEGMENTS - 1))) == ("0", 1)
    assert discontinuities(live(full, full)) == ("0", 1)
    assert discontinuities(live(full, full + "A|")) == ("1", 0)
    assert discontinuities(live(full, "A|", full)) == ("1", 1)
    assert discontinuities(live(full, "A|", full + "A|")) == ("2", 0)


def test_a_run_without_a_part_is_no_discontinuity():
    assert discontinuities(live("A|", "", "A|")) == ("0", 1)
    assert "main-init-1.mp4" not in live("A|", "", "A|")


def test_nothing_is_called_independent_that_is_not():
    text = live("Abcd|abcd|Ab")

    assert "#EXT-X-INDEPENDENT-SEGMENTS" not in text
    assert len(lines_with(text, "#EXT-X-PART:")) == 10
    assert text.count("INDEPENDENT=YES") == 2


def test_slow_pictures_hold_players_back_further():
    text = live("A|B|", seconds=2.6)

    assert "#EXT-X-TARGETDURATION:3\n" in text
    assert "PART-HOLD-BACK=7.800\n" in text
    assert "PART-TARGET=2.600\n" in text


def test_the_end_of_the_class_ends_the_live_playlist():
    text = live("Ab|", has_ended=True)

    assert text.endswith("#EXT-X-ENDLIST\n")
    assert "PRELOAD" not in text


def test_the_replay_has_everything_and_tells_an_open_segment_by_its_parts():
    text = replay_playlist(timeline("Ab|" * 2, "Ab|Abc").renditions[MAIN])

    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="main-init-0.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-08-29T10:40:00.000+00:00\n"
        "#EXTINF:0.50000,\n"
        "main-0.m4s\n"
        "#EXTINF:0.50000,\n"
        "main-1.m4s\n"
        "#EXT-X-DISCONTINUITY\n"
        '#EXT-X-MAP:URI="main-init-1.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-08-29T10:41:40.000+00:00\n"
        "#EXTINF:0.50000,\n"
        "main-2.m4s\n"
        "#EXTINF:0.25000,\n"
        "main-3.0.m4s\n"
        "#EXTINF:0.25000,\n"
        "main-3.1.m4s\n"
        "#EXTINF:0.25000,\n"
        "main-3.2.m4s\n"
        "#EXT-X-ENDLIST\n"
    )


def test_the_variants_are_those_that_exist():
    made = timeline("ABCD|ABCD|", "A")
    only_main = variants_playlist(made, LIVE_NAMES)
    for line in timeline("Abcd|", rendition=SOUND).lines():
        made.apply({**line, "codecs": "mp4a.40.2", "width": None})

    assert only_main == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=640000"
        ',CODECS="avc1.42c01f,mp4a.40.2",RESOLUTION=1280x720\n'
        "live.m3u8\n"
    )
    assert variants_playlist(made, LIVE_NAMES) == only_main + (
        '#EXT-X-STREAM-INF:BANDWIDTH=640000,CODECS="mp4a.40.2"\nsound.m3u8\n'
    )


def test_a_shortened_index_tells_the_same():
    long = timeline("Abcd|" * 5, "", "Abcd|Ab")
    short = Timeline()
    for line in long.lines():
        short.apply(line)

    assert replay_playlist(short.renditions[MAIN]) == replay_playlist(long.renditions[MAIN])
    assert len(list(short.lines())) == len(list(long.lines())) == 2 + 6 + 2

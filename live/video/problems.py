"""What can go wrong with a teacher's stream, by name.

The page that talks to the teacher turns the code into a sentence; `detail` is
for the log.
"""

NOT_A_RECORDING = "not_a_recording"
UNKNOWN_CODEC = "unknown_codec"
BROKEN_STREAM = "broken_stream"
TOO_MANY_TRANSCODES = "too_many_transcodes"
OVERFLOW = "overflow"
DISK_FULL = "disk_full"
DISK_FAILED = "disk_failed"
TAKEN_OVER = "taken_over"
FAILED = "failed"


class StreamProblem(Exception):
    """This stream cannot be recorded any further; the class itself goes on."""

    def __init__(self, code: str, detail: str = ""):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

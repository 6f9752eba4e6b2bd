"""How far a roster may go, and how the child process says that it went too far."""

# An office's largest list (14,620 retirees, twelve columns) is 2 MiB as .xlsx, 5 MiB as .xls.
LARGEST_FILE = 20 << 20
MOST_ROWS = 50_000
MOST_COLUMNS = 100
MOST_SHEETS = 200
# Fifty thousand rows of thirty columns; also what bounds the server's memory.
MOST_CELLS = 1_500_000
MOST_CHARACTERS = 16 << 20
# The most that Excel keeps in one cell.
LONGEST_CELL = 32_767


class Refused(Exception):
    """The file cannot be read; `reason` is a key of accounts.roster.reading.SENTENCES."""

    def __init__(self, reason: str, **parts: str | int):
        super().__init__(reason)
        self.reason, self.parts = reason, parts

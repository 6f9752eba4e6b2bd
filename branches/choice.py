"""What a page of the ledger shows: which lines, and in which order."""

from dataclasses import dataclass

from branches.quarters import Quarter

# Every line; only those that stand (人次); or the people of those (人数).
ALL, STANDING, PEOPLE = SHOWS = ("all", "standing", "people")

SORTS = {
    "date": ["studied_on", "pk"],
    "-date": ["-studied_on", "-pk"],
    "name": ["person__pinyin", "person_id", "studied_on", "pk"],
    "-name": ["-person__pinyin", "-person_id", "studied_on", "pk"],
}


@dataclass(frozen=True)
class Choice:
    quarter: Quarter
    person: int | None = None
    # A StudyMode, queries.ALL_APART, queries.ALL_COUNTED, or nothing for all.
    mode: str = ""
    show: str = ALL
    sort: str = "date"

    @property
    def order(self) -> list[str]:
        return SORTS[self.sort]

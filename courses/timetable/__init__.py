"""One's own timetable: `meetings` says which classes meet when, `addresses` keeps the private
address of its feed, `feed` writes it as iCalendar."""

"""A name list that an office sends (名册), on its way from a file to people's files.

reading.read(file, sheet="")            -> Sheet: rows of text; a child process opens the file
columns.understand(sheet, mapping=None) -> Table: which column says what, and the people's rows
checks.checked(table, today=...)        -> list[Row]: cleaned values, what was cleaned, problems

The first two raise a FileRefused: what is wrong with the file, and what to do, in words.
All of this asks no database; what it passes on is in `rows`.  Verdicts and writing are
`matching`, `previewing` and `applying`.

Kept without imports: the child process comes through here and must not load Django.
"""

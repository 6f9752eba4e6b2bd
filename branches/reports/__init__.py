"""Figures that go up: what each one is, counting them, and the quarter's report.

`catalogue` says what every figure is called and how it is counted, `counting` counts them,
`content` gathers a report of one organisation and quarter, `freezing` confirms and freezes,
`errata` says what came later, `meetings` opens what is counted of records and activities,
`workbook` and `papers` are the report as Excel and as PDF.
"""

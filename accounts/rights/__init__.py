"""What the law gives people over their data: asking, a copy, erasing, and the end of a life."""

"""What a branch holds on its own, from the plan to the record.

`planning` writes and cancels plans, `inviting` asks people and takes their answers, `closing`
writes down who was there and posts it, `making_up` is for those who were away; `wording` says
it in letters.
"""

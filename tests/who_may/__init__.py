"""Who may do what: one table per area, a row for every address, a column for every visitor.

A module of this package has

- `TABLE`: rows of address, method and the status each of VISITORS gets, in their order;
- `furnish(town)`: makes what its addresses need in the town of tests/who_may/town.py and
  returns `Needs`: the arguments of each address, and the fields sent with it.

`LAST` may hold rows that are asked after all others, because they give everybody something.
An address without a row makes tests/test_who_may.py fail.
"""

from dataclasses import dataclass, field

VISITORS = [
    "nobody",  # not logged in
    "newcomer",  # logged in, no file yet
    "stranger",  # a learner of another class and branch
    "learner",  # has a seat, is a member of the branch
    "helper",  # 小助手 of the unit
    "teacher",  # of the class
    "coordinator",  # of a teaching point of the unit
    "secretary",  # of the branch
    "committee",  # a member of the branch's committee
    "sister",  # secretary of another branch
    "registrar",  # of the unit
    "elsewhere",  # registrar and administrator of another county
    "bureau",  # reads everything of the unit
    "editor",
    "reviewer",
    "auditor",  # of the unit
    "manager",  # 管理员 of the unit
    "admin",  # runs the server
]


@dataclass
class Needs:
    """What the addresses of an area are asked with: {address: [argument, …]} and
    {address: {field: value}}; an address with several methods is named "address METHOD"."""

    arguments: dict = field(default_factory=dict)
    fields: dict = field(default_factory=dict)

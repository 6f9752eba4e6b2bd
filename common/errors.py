"""What a rule of the school says when it says no."""


class DomainError(Exception):
    """A rule of the school says no.

    The message is written for the person who meets it: views and sockets show it as it
    stands. Programming mistakes are never DomainErrors; let those crash.
    """

"""Who writes to SQLite next: whoever asked first, within one process.

SQLite itself has no queue: who finds its lock taken sleeps, up to a tenth of a second at a
time, and asks again. In a rush everybody sleeps while nobody writes. The lock here only
arranges who asks SQLite next; what may be written when, SQLite still decides alone.
"""

import threading
from collections import defaultdict

from django.db.backends.sqlite3 import base

# After this a writer stops being polite and asks SQLite itself, which has a patience of its own.
PATIENCE_S = 10

_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class DatabaseWrapper(base.DatabaseWrapper):
    has_turn = False

    def _start_transaction_under_autocommit(self):
        turn = _turns[str(self.settings_dict["NAME"])]
        self.has_turn = turn.acquire(timeout=PATIENCE_S)
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._end_turn()
            raise

    def _commit(self):
        try:
            super()._commit()
        finally:
            self._end_turn()

    def _rollback(self):
        try:
            super()._rollback()
        finally:
            self._end_turn()

    def _close(self):
        try:
            super()._close()
        finally:
            self._end_turn()

    def __del__(self):
        # A thread that died in the middle of its transaction.
        self._end_turn()

    def _end_turn(self):
        if self.has_turn:
            self.has_turn = False
            _turns[str(self.settings_dict["NAME"])].release()

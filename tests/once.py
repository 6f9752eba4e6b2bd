"""What every test would do again to the same end, done once in each test process."""

import gc

from whitenoise.base import WhiteNoise


def list_static_files_once(patch):
    """Look through the collected files for the first client, not for each.

    Every client makes the middleware anew, and WhiteNoise then reads the folder of four
    hundred files, which no test changes.
    """
    look = WhiteNoise.update_files_dictionary
    found = {}

    def remembered(self, root, prefix):
        if (root, prefix) not in found:
            look(self, root, prefix)
            found[root, prefix] = dict(self.files)
        self.files.update(found[root, prefix])

    patch.setattr(WhiteNoise, "update_files_dictionary", remembered)


def look_for_garbage_less_often():
    """Pass over what was loaded, which stays to the end, and over what a page leaves behind."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)

"""How static files are collected: only what pages load, and imports follow the hashes."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PageFiles(StaticFilesConfig):
    """Leaves out what npm packages bring for developers: maps, types, demos, other builds."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.map",
        "*.d.ts",
        "*.d.mts",
        "hls*.js",
        "hls.mjs",
        "hls.min.mjs",
        "hls.light.mjs",
        "README.md",
    ]


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Hashed names also inside `import … from "./other.js";` of our modules.

    Django finds an import only by its semicolon: tests/test_static.py sees to that.
    """

    support_js_module_import_aggregation = True
    # One pass for every step of the longest chain of imports; Django's five are too few for
    # the teacher's console.
    max_post_process_passes = 12

"""maturin as the build backend, whose wheels on Linux carry the tag of every system that they run on (PEP 600).

By itself maturin tags what `pip` builds `linux`: for the machine that built it, and not to be published.
"""

import platform
import sys

import maturin
from maturin import (
    build_editable,
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    settings = dict(config_settings or {})
    # Elsewhere there may be no such tag, and a package that cannot be installed would be worse.
    if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64"):
        settings.setdefault("build-args", "--compatibility pypi")
    return maturin.build_wheel(wheel_directory, settings, metadata_directory)

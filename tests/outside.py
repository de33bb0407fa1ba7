"""Programs from outside that a test needs."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test and say what is not installed; fail in CI, which installs everything."""
    if os.environ.get("SYMCONV_CI"):
        pytest.fail(f"{what} is not installed, and SYMCONV_CI is set")
    pytest.skip(f"{what} is not installed")

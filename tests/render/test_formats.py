"""What holds for every format of a report."""

from __future__ import annotations

import html
import importlib
import re
import typing
from dataclasses import dataclass
from functools import _SingleDispatchCallable  # type: ignore[attr-defined]
from typing import Any

import pytest

from symconv.document import Block, Document, Paragraph
from symconv.errors import ArgumentError, UnsupportedError
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.render import FORMATS, render, render_all
from symconv.render.sheet import Sheet
from symconv.render.words import badges, clean, summary
from tests.render.sample import FAILED, REFERENCE, SYMBOLIC, UNDECIDED, hostile, sample

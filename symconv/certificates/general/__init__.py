"""The theorems of :mod:`symconv.theorems` as the theory's files prove them for every size, by their names.

Each is a tuple of rows: a name, the proposition, and the lemma of the theory that proves it. Together the rows of a
theorem cover all that its report states. Data only, so that listing them costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symconv.certificates.general.convolutions import CONVOLUTIONS
from symconv.certificates.general.norms import NORMS
from symconv.certificates.general.pooling import POOLING
from symconv.certificates.general.sizes import SIZES

Row = tuple[str, str, str]
GENERAL: Mapping[str, tuple[Row, ...]] = MappingProxyType({**SIZES, **CONVOLUTIONS, **POOLING, **NORMS})

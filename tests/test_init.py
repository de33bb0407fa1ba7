"""The names of the package: all there, loaded when used."""

from __future__ import annotations

import doctest
import subprocess
import sys

import pytest

import symconv as sc
from symconv import errors
from symconv.layers import LAYERS


@pytest.mark.parametrize("name", sc.__all__)
def test_every_public_name_is_there_and_keeps_its_identity(name: str) -> None:
    assert getattr(sc, name) is getattr(sc, name)
    assert name in dir(sc)


def test_every_layer_and_every_error_is_a_public_name() -> None:
    raised = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert LAYERS.keys() | raised <= set(sc.__all__)
    assert all(getattr(sc, name) is layer for name, layer in LAYERS.items())


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'symconv' has no attribute 'Conv9d'"):
        sc.Conv9d  # noqa: B018


@pytest.mark.parametrize(
    ("use", "modules"),
    [
        ("sc.ShapeError", {"sympy": False, "numpy": False}),
        ("sc.theorems.lp_pool_limit().title", {"sympy": True}),
        ("sc.Conv2d().derive((2, 2), (1, 1)).output", {"sympy": True, "torch": False, "jinja2": False}),
        ("sc.functional.conv2d([[1]], [[1]])", {"sympy": True, "torch": False}),
        ("sc.testing.assert_forward", {"sympy": True, "torch": False}),
        ("sc.solve", {"sympy": True, "torch": False}),
    ],
)
def test_a_name_loads_what_it_needs_and_no_more(use: str, modules: dict[str, bool]) -> None:
    code = f"import sys, symconv as sc; before = set(sys.modules); {use}\n"
    code += f"print([name in before for name in {list(modules)}], {{n: n in sys.modules for n in {list(modules)}}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == f"{[False] * len(modules)} {modules}"


def test_the_example_of_the_package_runs() -> None:
    results = doctest.testmod(sc)
    assert results.attempted > 0
    assert results.failed == 0

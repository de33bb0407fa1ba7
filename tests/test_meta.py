"""What holds for the project as a whole, whatever it computes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "symconv"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# From the ground up: a module imports from layers before its own, and within its own package.
# A name stands for a module or a whole package; the longest name that fits counts.
LAYERS = (
    ("symconv.errors", "symconv.pickling", "symconv.value", "symconv._version", "symconv.recheck"),
    ("symconv.shipped",),
    ("symconv.display", "symconv.drawing", "symconv.sharing"),
    ("symconv.number", "symconv.grammar", "symconv.printing", "symconv.arithmetic"),
    ("symconv.exact", "symconv.show", "symconv.checks.result", "symconv.notation"),
    ("symconv.document",),
    ("symconv.renaming",),
    ("symconv.combining",),
    ("symconv.axes",),
    ("symconv.taps", "symconv.formula"),
    ("symconv.sums",),
    ("symconv.reductions",),
    ("symconv.pointwise", "symconv.losses"),
    ("symconv.operator",),
    ("symconv.derivation",),
    ("symconv.checks",),
    ("symconv.narrate.formulas",),
    ("symconv.theorems",),
    ("symconv.narrate",),
    ("symconv.narrate.derivation", "symconv.narrate.explorers", "symconv.narrate.theorem"),
    ("symconv.narrate.chain", "symconv.narrate.lines"),
    ("symconv.render",),
    ("symconv.rendered",),
    ("symconv.matrix",),
    ("symconv.derived",),
    ("symconv.chained",),
    ("symconv.layers",),
    ("symconv.functional_around",),
    ("symconv.functional", "symconv.testing"),
    ("symconv.problem",),
    ("symconv.workings",),
    (
        "symconv.narrate.geometry",
        "symconv.narrate.modules",
        "symconv.narrate.shapes",
        "symconv.narrate.sizes",
    ),
    ("symconv.narrate.through",),
    ("symconv.narrate.layer", "symconv.narrate.questions"),
    ("symconv.narrate.placing", "symconv.narrate.handout"),
    ("symconv.certificates",),
    ("symconv.narrate.certificates",),
    ("symconv.report",),
    ("symconv.summary",),
    ("symconv.terminal",),
    ("symconv.ahead",),
    ("symconv.pipeline", "symconv.notebook"),
    ("symconv.certify", "symconv.listing", "symconv.options"),
    ("symconv.parsers",),
    ("symconv.cli",),
    ("symconv.__main__", "symconv"),
)
RANKS = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def layer(module: str) -> str:
    """The name in ``LAYERS`` that a module falls under; the package itself only stands for itself."""
    names = [name for name in RANKS if name != "symconv" and f"{module}.".startswith(f"{name}.")]
    if module == "symconv":
        return module
    assert names, f"{module} stands in no layer"
    return max(names, key=len)


def imports(module: str) -> Iterator[str]:
    """The modules of symconv that a module imports, at its top or within functions."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            base = node.module or ""
            names = [f"{base}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else base for name in names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "symconv")


def calls(module: str) -> set[str]:
    """The functions that a module calls: ``eval``, or ``.sympify`` where it is an attribute."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name):
                    found.add(name)
                case ast.Attribute(attr=name):
                    found.add(f".{name}")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    own = layer(module)
    for imported in imports(module):
        other = layer(imported)
        assert own == other or RANKS[other] < RANKS[own], (
            f"{module} imports {imported}, which stands above it"
        )


def test_every_import_within_symconv_is_of_a_module_that_exists() -> None:
    found = {imported for module in MODULES for imported in imports(module)}
    assert found
    assert found <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_longer_than_400_lines(module: str) -> None:
    lines = MODULES[module].read_text(encoding="utf-8").count("\n")
    assert lines <= 400


@pytest.mark.parametrize("module", MODULES)
def test_no_module_evaluates_text(module: str) -> None:
    of_sympy = {"sympify", "parse_expr", "parse_latex", "S"}
    forbidden = {"eval", "exec", "compile", "__import__", *of_sympy, *(f".{name}" for name in of_sympy)}
    called = calls(module) & forbidden
    assert not called


def test_reference_shares_no_code_with_what_it_checks() -> None:
    own = {f"symconv.checks.{name}" for name in ("reference", "convolutions", "windows", "around")}
    assert {imported for module in own for imported in imports(module)} <= own
    assert MODULES["symconv.checks"].read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    "module", ["symconv", "symconv.cli", "symconv.parsers", "symconv.options", "symconv.errors"]
)
def test_import_costs_neither_sympy_nor_numpy(module: str) -> None:
    code = f"import sys, {module}; print(*({{'sympy', 'numpy', 'rich', 'latex2mathml'}} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split() == []


def test_no_file_names_a_path_of_a_machine() -> None:
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for folder in (PACKAGE, ROOT / "tests", ROOT / "reports", ROOT / ".ci")
        for path in folder.rglob("*")
        # Caches lie in folders of these names.
        if path.is_file()
        and not any(part.startswith((".", "__")) for part in path.relative_to(folder).parent.parts)
    }
    assert len(texts) > len(MODULES)
    roots = "|".join(("work", "tmp", "root", "home", "Users"))
    path_of_a_machine = re.compile(rf"(?<![\w.])/(?:{roots})/[\w.]")
    named = {name: found.group() for name, text in texts.items() if (found := path_of_a_machine.search(text))}
    assert not named

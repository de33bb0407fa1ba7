"""The options that several commands have, and how the text of options is read; for :mod:`symconv.parsers`.

Nothing beyond argparse is imported before an option is read.
"""

from __future__ import annotations

import argparse

from symconv.errors import ArgumentError, ProblemError

TYPE_CHECKING = False  # importing typing would take a tenth of the time of --help
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from symconv.pipeline import Report
    from symconv.render.style import FragmentStyle

LAYER_OPTIONS = (
    *(
        "stride",
        "padding",
        "padding_mode",
        "output_padding",
        "dilation",
        "groups",
        "norm_type",
        "output_size",
    ),
    *("output_ratio", "_random_samples", "ceil_mode", "count_include_pad", "divisor_override"),
    *("reduction", "negative_slope"),
)
"""The options of ``derive`` and ``size`` that are arguments of the layer."""


def add_layer(parser: argparse.ArgumentParser) -> None:
    """The options that say which layer is meant."""
    count, norm_type = read("parse_count"), read("parse_norm_type")
    each, fractions = per_axis("parse_sizes"), per_axis("parse_numbers")
    add = parser.add_argument
    add("layer", metavar="LAYER", help="a layer of torch.nn, in small letters if you like")
    window = "the window, or the shape of a convolution's weight"
    add("--kernel", type=read("parse_sizes"), metavar="SIZES", help=window)
    add("--stride", type=each, metavar="N", help="a number, or one an axis: 2x1")
    add("--padding", type=padding, metavar="N", help="likewise; same or valid for a convolution")
    add("--padding-mode", metavar="MODE", help="of a convolution: zeros, reflect, replicate or circular")
    add("--output-padding", type=each, metavar="N", help="of a transposed convolution")
    add("--dilation", type=each, metavar="N", help="likewise")
    add("--groups", type=count, metavar="N", help="of a convolution")
    add("--norm-type", type=norm_type, metavar="P", help="of LP pooling: a number, oo, or a letter")
    add("--output-size", type=each, metavar="N", help="of adaptive and fractional pooling, and of unpooling")
    add("--output-ratio", type=fractions, metavar="R", help="of fractional pooling")
    add("--random-samples", dest="_random_samples", type=fractions, metavar="U,U", help="likewise")
    reach = "of pooling: windows may reach past the end"
    add("--ceil-mode", action="store_true", default=None, help=reach)
    add("--no-count-include-pad", dest="count_include_pad", action="store_false", default=None)
    add("--divisor-override", type=int, metavar="N", help="of average pooling")
    add("--reduction", choices=("mean", "sum", "none"), help="of a loss")
    add("--negative-slope", type=read("parse_number"), metavar="A", help="of LeakyReLU")


def layer_report(options: argparse.Namespace, report: Callable[[Any], Report], bias: bool) -> Report:
    """A report on the layer that the options describe; complaints about an argument name its option."""
    from symconv.layers import LAYERS
    from symconv.problem import unknown

    names = {name.lower(): name for name in LAYERS}
    if options.layer.lower() not in names:
        raise ProblemError(unknown("layer", options.layer, LAYERS))
    layer: Any = LAYERS[names[options.layer.lower()]]
    given = {name: value for name in LAYER_OPTIONS if (value := getattr(options, name)) is not None}
    if layer.has_weight:
        given["bias"] = bias
    elif options.kernel:
        given["kernel_size"] = options.kernel
    _require_accepted(layer, given)
    if getattr(options, "indices", None) is not None and "indices" not in layer.reads:
        raise ProblemError(f"--indices: {layer.__name__} has no such argument")
    try:
        return report(layer(**given))
    except ArgumentError as error:
        raise ProblemError(f"{_flag(error.name)}: {error.complaint}") from None


def _require_accepted(layer: Any, given: Mapping[str, Any]) -> None:
    """The layer takes all of these arguments and needs no others."""
    from inspect import Parameter, signature

    parameters = signature(layer).parameters
    for name in given:
        if name not in parameters:
            raise ProblemError(f"{_flag(name)}: {layer.__name__} has no such argument")
    for name, parameter in parameters.items():
        if parameter.default is Parameter.empty and name not in given:
            raise ProblemError(f"{_flag(name)}: must be given for {layer.__name__}")


def _flag(name: str) -> str:
    """The option of the command line for an argument of a layer."""
    return "--kernel" if name == "kernel_size" else f"--{name.strip('_').replace('_', '-')}"


def add_fragment(parser: argparse.ArgumentParser) -> None:
    """The options that say what a LaTeX fragment calls its labels and environments."""
    group = parser.add_argument_group("LaTeX fragments")
    for name, what in (
        ("label-prefix", "what labels begin with (default: symconv)"),
        ("theorem-environment", "of theorems (default: theorem)"),
        ("proof-environment", "of proofs (default: proof)"),
    ):
        group.add_argument(f"--{name}", metavar="NAME", help=what)


def fragment_style(options: argparse.Namespace) -> FragmentStyle | None:
    """What the options say about a LaTeX fragment; None where they say nothing."""
    fields = {"label_prefix": "label_prefix", "theorem": "theorem_environment", "proof": "proof_environment"}
    given = {field: getattr(options, name) for field, name in fields.items() if getattr(options, name)}
    if not given:
        return None
    from symconv.render.style import FragmentStyle

    try:
        return FragmentStyle(**given)
    except ArgumentError as error:
        raise ProblemError(f"{_flag(fields[error.name])}: {error.complaint}") from None


def add_notation(parser: argparse.ArgumentParser, first_index: bool = True) -> None:
    """The options that say what letters are called, and from where indices count unless a theorem says it."""
    words = None if first_index else "what holds for every size counts as its proof does, and says so"
    group = parser.add_argument_group("notation", words)
    new = "new letters for arrays, the error and sizes: A=X,B=W,C=Y,E=L,K=F"
    group.add_argument("--notation", type=_notation, metavar="A=X,…", help=new)
    if first_index:
        index = "of an array's first entry: 0 or 1; theorems count as their proofs do"
        group.add_argument("--first-index", type=int, choices=(0, 1), metavar="N", help=index)


def _notation(text: str) -> Any:
    from symconv.notation import Notation

    try:
        return Notation.read(text)
    except ArgumentError as error:
        raise argparse.ArgumentTypeError(error.complaint) from None


def notation(options: argparse.Namespace) -> Any:
    """The notation that the options say."""
    from symconv.notation import USUAL, Notation

    return Notation(first_index=getattr(options, "first_index", None)).over(options.notation or USUAL)


def read(grammar: str) -> Callable[[str], Any]:
    """A reader of an option's text by the function of that name in symconv.grammar, imported when needed."""

    def read(text: str) -> Any:
        import symconv.grammar

        try:
            return getattr(symconv.grammar, grammar)(text)
        except ArgumentError as error:
            raise argparse.ArgumentTypeError(error.complaint) from None

    return read


def per_axis(grammar: str) -> Callable[[str], Any]:
    """A reader of a number for every axis, or of one an axis."""

    def read_each(text: str) -> Any:
        numbers: tuple[Any, ...] = read(grammar)(text)
        return numbers[0] if len(numbers) == 1 else numbers

    return read_each


def padding(text: str) -> Any:
    """``same``, ``valid``, or sizes, one an axis or one for all."""
    return text if text in ("same", "valid") else per_axis("parse_sizes")(text)

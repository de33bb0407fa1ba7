"""Which question of a problem gets which explorer: each layer is explored once, where most is asked about it."""

from __future__ import annotations

from symconv.derivation.derivation import Worked
from symconv.document import Explorer
from symconv.exact import pack
from symconv.narrate.explorers import explorer, window_explorer
from symconv.narrate.questions import upstream_given
from symconv.problem import Forward, Gradient, Prove, Question
from symconv.workings import Workings


def explorers(workings: Workings) -> tuple[tuple[Explorer, ...], ...]:
    """The explorers of every question, in the order of the questions."""
    homes = [home for name in workings.stages for home in _homes(name, workings)]
    return tuple(_of(question, workings, question in homes) for question in workings.problem.questions)


def _homes(layer: str, workings: Workings) -> list[Question]:
    """The questions where a layer is explored.

    A convolution: where its gradient is asked for, once for every gradient that comes back. Any other layer:
    where something is proved about its windows. Where nothing of that is asked, the first question about it.
    """
    about = [each for each in workings.problem.questions if getattr(each, "layer", None) == layer]
    about = [each for each in about if isinstance(each, Forward | Gradient | Prove)]
    if workings.stages[layer].operator.weight_shape is None:
        return [*(each for each in about if isinstance(each, Prove)), *about][:1]
    gradients: dict[str, Question] = {}
    for each in about:
        if isinstance(each, Gradient) and upstream_given(each, workings)[1] != "bias":
            gradients.setdefault(str(each.upstream), each)
    return list(gradients.values()) or about[:1]


def _of(question: Question, workings: Workings, is_home: bool) -> tuple[Explorer, ...]:
    if isinstance(question, Prove) and question.window:
        entries = pack(list(question.window), "window").tolist()
        return (window_explorer(entries, "x", workings.problem.first_index),)
    if not is_home:
        return ()
    assert isinstance(question, Forward | Gradient | Prove)
    assert question.layer is not None
    derivation: Worked = workings.stages[question.layer]
    view: str = "output"
    if isinstance(question, Gradient):
        derivation, view = upstream_given(question, workings)
    found = explorer(derivation, view if view != "bias" else "output")
    return () if found is None else (found,)

"""The pooling modules: their formulas, checked once and shown by every question that asks for them."""

from symconv.narrate.modules import module_steps, pooling_modules


def test_two_questions_show_the_same_formula_with_checks_of_their_own() -> None:
    (steps, _), first = module_steps(pooling_modules())
    (again, _), second = module_steps(("MaxPool2d",))
    place = pooling_modules().index("MaxPool2d")
    assert again.items[0] == steps.items[place]
    assert [check.subject for check in second] == ["formula of MaxPool2d"] * 2
    assert not {id(check) for check in first} & {id(check) for check in second}

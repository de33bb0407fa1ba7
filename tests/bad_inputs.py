"""Problem files that must be refused: what is changed in a good one, and the sentence that says so.

Each row replaces one piece of ``GOOD``. ``BAD_FILES`` are refused by reading the file; ``BAD_SIZES`` only by
putting the layers at their shapes, so their sentences are matched by a part.
"""

from __future__ import annotations

from typing import NamedTuple

GOOD = """\
title = "Small"

[arrays]
A = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
B = [[1, 2], [3, 4]]

[layers.conv]
type = "Conv2d"
input = "A"
weight = "B"
output = "C"
stride = 1

[layers.pool]
type = "LPPool2d"
input = "C"
output = "Y"
norm_type = 2
kernel_size = 2

[layers.max]
type = "MaxPool2d"
input = "A"
output = "M"
kernel_size = 2
padding = 0

[[questions]]
id = "1"
ask = "gradient"
layer = "conv"
wrt = "A"
upstream = "ones"

[[questions]]
id = "2"
ask = "forward"
array = "Y"
"""


class Bad(NamedTuple):
    """One change to ``GOOD`` and what is said about it, behind the name of the file."""

    name: str
    old: str
    new: str
    complaint: str

    @property
    def text(self) -> str:
        assert GOOD.count(self.old) == 1, f"{self.name}: {self.old!r} must stand in GOOD once"
        return GOOD.replace(self.old, self.new)


_A = "A = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]"
_QUESTION_2 = '[[questions]]\nid = "2"\nask = "forward"\narray = "Y"\n'
_A_NUMBER = 'must be a number: an integer, a decimal such as 2.5 or a fraction such as "1/3", not'


def _question(text: str) -> str:
    return f'[[questions]]\nid = "2"\n{text}\n'


BAD_FILES = (
    # the file as a whole
    Bad("not TOML", 'title = "Small"', "title = Small", "invalid TOML: Invalid value (at line 1, column 9)"),
    Bad("key twice", "stride = 1", "stride = 1\nstride = 2", "invalid TOML: Cannot overwrite a value (at line 13, column 11)"),
    Bad("deep nesting", _A, f"A = {'[' * 9000}", "invalid TOML: nested too deeply"),
    Bad("deep key", _A, f"A{'.a' * 100_000} = 1", "invalid TOML: nested too deeply"),
    Bad("huge integer", _A, f"A = [{'9' * 5000}]", "must not hold integers of thousands of digits"),
    Bad("huge hexadecimal", _A, f"A = [0x{'f' * 5000}]", "must not hold integers of thousands of digits"),
    Bad("unknown table", "[arrays]", "[array]", "unknown key 'array'; did you mean 'arrays'?"),
    Bad("no title", 'title = "Small"\n', "", "title: must be given"),
    Bad("no questions", GOOD[GOOD.index("[[questions]]") :], "", "questions: must be given"),
    Bad("title no text", 'title = "Small"', "title = 1.5", "title: must be text in quotes, not 1.5"),
    Bad("title of two lines", 'title = "Small"', 'title = "a\\nb"', r"title: must be a line of text, not 'a\nb'"),
    Bad(
        "control character",
        'title = "Small"',
        'title = "\\u0000"',
        r"title: must be text without control characters such as '\x00'",
    ),
    Bad("error has two letters", "[arrays]", '[notation]\nerror = "EE"\n[arrays]', "notation.error: must be one letter, not 'EE'"),
    Bad("index starts at 2", "[arrays]", "[notation]\nfirst_index = 2\n[arrays]", "notation.first_index: must be an integer from 0 to 1, not 2"),
    Bad("letter for what has none", "[arrays]", '[notation]\nletters = { A1 = "X" }\n[arrays]', "notation.letters.A1: must be for letters such as A or K, not 'A1'"),
    Bad("letter no text", "[arrays]", "[notation]\nletters = { A = 1 }\n[arrays]", "notation.letters.A: must be text in quotes, not 1"),
    Bad("letter of two", "[arrays]", '[notation]\nletters = { A = "XY" }\n[arrays]', "notation.letters.A: must be a Latin or Greek letter for A, not 'XY'"),
    Bad("markup for a letter", "[arrays]", '[notation]\nletters = { A = "\\\\input{x}" }\n[arrays]', r"notation.letters.A: must be a Latin or Greek letter for A, not '\\input{x}'"),
    Bad("one letter for two", "[arrays]", '[notation]\nletters = { A = "X", B = "X" }\n[arrays]', "notation.letters: must be different letters for A and B, not X for both"),
    Bad("letter of another array", "[arrays]", '[notation]\nletters = { A = "C" }\n[arrays]', "notation.letters: must be different letters for A and C, not C for both"),
    Bad("letters no table", "[arrays]", '[notation]\nletters = "A=X"\n[arrays]', "notation.letters: must be a table, not 'A=X'"),
    # arrays
    Bad("array no list", _A, "A = 3", "arrays.A: must be an array: lists of numbers, nested at most 5 deep, not 3"),
    Bad("ragged", "[4, 5, 6]", "[4, 5]", "arrays.A[2]: must be a list of 3 like the first, not [4, 5]"),
    Bad("row missing", "[4, 5, 6]", "4", "arrays.A[2]: must be a list of 3 like the first, not 4"),
    Bad("entry too deep", "[4, 5, 6]", "[4, [5], 6]", f"arrays.A[2, 2]: {_A_NUMBER} [5]"),
    Bad("empty", _A, "A = []", "arrays.A: must be an array with at least one entry in every row, not []"),
    Bad("empty row", _A, "A = [[], []]", "arrays.A: must be an array with at least one entry in every row, not [[], []]"),
    Bad("too many dimensions", _A, "A = [[[[[[1]]]]]]", "arrays.A: must be an array: lists of numbers, nested at most 5 deep, not [[[[[[1]]]]]]"),
    Bad("code", "[4, 5, 6]", "[4, \"__import__('os')\", 6]", f"arrays.A[2, 2]: {_A_NUMBER} \"__import__('os')\""),
    Bad("huge exponent", "[4, 5, 6]", '[4, 5, "1e999999999"]', f"arrays.A[2, 3]: {_A_NUMBER} '1e999999999'"),
    Bad("huge decimal exponent", "[4, 5, 6]", "[4, 5, 1e999999999]", f"arrays.A[2, 3]: {_A_NUMBER} 1e999999999"),
    Bad("powers", "[4, 5, 6]", '["9**9**9**9", 5, 6]', f"arrays.A[2, 1]: {_A_NUMBER} '9**9**9**9'"),
    Bad("not a number", "[4, 5, 6]", "[4, nan, 6]", f"arrays.A[2, 2]: {_A_NUMBER} nan"),
    Bad("boolean", "[4, 5, 6]", "[4, true, 6]", f"arrays.A[2, 2]: {_A_NUMBER} True"),
    Bad("zero denominator", "[4, 5, 6]", '[4, "1/0", 6]', "arrays.A[2, 2]: must be a fraction whose denominator is not 0, not '1/0'"),
    Bad("array name", "B = [[", "B_1 = [[", "arrays.B_1: must be a name of up to 20 letters, and digits behind them if need be, not 'B_1'"),
    Bad("array named as the error", "B = [[", "E = [[1]]\nB = [[", "arrays.E: must be another name: E stands for the error (see notation.error)"),
    Bad("array named ones", "B = [[", "ones = [[1]]\nB = [[", "arrays.ones: must be another name: ones stands for a gradient of ones"),
    # layers
    Bad("unknown key", "stride = 1", "strid = 1", "layers.conv: unknown key 'strid'; did you mean 'stride'?"),
    Bad("unknown type", '"MaxPool2d"', '"MaxPol2d"', "layers.max.type: unknown layer type 'MaxPol2d'; did you mean 'MaxPool2d'?"),
    Bad("type in small letters", '"MaxPool2d"', '"maxpool2d"', "layers.max.type: unknown layer type 'maxpool2d'; did you mean 'MaxPool2d'?"),
    Bad("no type", 'type = "Conv2d"\n', "", "layers.conv.type: must be given"),
    Bad("no input", 'input = "A"\nweight', "weight", "layers.conv.input: must be given"),
    Bad("no weight", 'weight = "B"\n', "", "layers.conv.weight: must be given"),
    Bad("no kernel size", "norm_type = 2\nkernel_size = 2", "norm_type = 2", "layers.pool.kernel_size: must be given"),
    Bad("pooling with a weight", "norm_type = 2\n", 'norm_type = 2\nweight = "B"\n', "layers.pool: unknown key 'weight'; known: type, input, output, norm_type, kernel_size, stride, ceil_mode"),
    Bad("stride 0", "stride = 1", "stride = 0", "layers.conv.stride: must be an integer >= 1 or a list of 2, not 0"),
    Bad("negative stride", "stride = 1", "stride = [2, -1]", "layers.conv.stride: must be an integer >= 1 or a list of 2, not [2, -1]"),
    Bad("stride no integer", "stride = 1", "stride = 1.5", "layers.conv.stride: must be an integer >= 1 or a list of 2, not 1.5"),
    Bad("stride a table", "stride = 1", "stride = {h = 1}", "layers.conv.stride: must be a number, text, true, false or a list of them, not {'h': 1}"),
    Bad("padding over half the kernel", "padding = 0", "padding = 2", "layers.max.padding: must be at most half of kernel_size = 2, not 2"),
    Bad("norm_type 0", "norm_type = 2", "norm_type = 0", "layers.pool.norm_type: must be a number > 0, a symbol or oo, not 0"),
    Bad("norm_type no number", "norm_type = 2", 'norm_type = "2*p"', "layers.pool.norm_type: must be a number: an integer, a decimal such as 2.5 or a fraction such as \"1/3\"; or oo, or a small letter, not '2*p'"),
    Bad("channels not divisible by groups", "stride = 1", "in_channels = 3\ngroups = 2", "layers.conv.in_channels: must be divisible by groups = 2, not 3"),
    Bad("undefined array", 'input = "C"', 'input = "CC"', "layers.pool.input: unknown array 'CC'; did you mean 'C'?"),
    Bad("array defined twice", 'output = "M"', 'output = "A"', "layers.max.output: must be the name of a new array, not 'A'"),
    Bad("array written twice", 'output = "M"', 'output = "C"', "layers.max.output: must be the name of a new array, not 'C'"),
    Bad("array read twice", 'weight = "B"', 'weight = "A"', "layers.conv.input: must be an array of its own; A is read twice"),
    Bad("circle", 'input = "A"\nweight', 'input = "Y"\nweight', "layers: must not read each other in a circle: conv -> pool -> conv"),
    Bad("layer reads itself", 'input = "C"', 'input = "Y"', "layers: must not read each other in a circle: pool -> pool"),
    Bad("layer name", "[layers.max]", "[layers.'a b']", "layers.'a b': must be a name of letters, digits, - and _ that begins with a letter, not 'a b'"),
    # questions
    Bad("no id", 'id = "2"\n', "", "questions[2].id: must be given"),
    Bad("id twice", 'id = "2"', 'id = "1"', "questions[2].id: must be an id that no other question has, not '1'"),
    Bad("unknown question", 'ask = "forward"', 'ask = "forwards"', "questions.2.ask: unknown kind of question 'forwards'; did you mean 'forward'?"),
    Bad("key of another question", 'array = "Y"', 'array = "Y"\nwrt = "A"', "questions.2: unknown key 'wrt'; known: id, text, notes, layer, array, expect"),
    Bad("id with signs", 'id = "2"\nask = "forward"', 'id = "1.1(d)"\nask = "forwart"', "questions.'1.1(d)'.ask: unknown kind of question 'forwart'; did you mean 'forward'?"),
    Bad("unknown layer", 'layer = "conv"', 'layer = "con"', "questions.1.layer: unknown layer 'con'; did you mean 'conv'?"),
    Bad("no layer", 'layer = "conv"\n', "", "questions.1.of: must be given, as several arrays come of A: M, Y"),
    Bad("array not computed", 'array = "Y"', 'array = "A"', "questions.2.array: unknown computed array 'A'; known: C, M, Y"),
    Bad("layer and array", 'array = "Y"', 'array = "Y"\nlayer = "pool"', "questions.2: must name either a layer or an array"),
    Bad("wrt not read", 'wrt = "A"', 'wrt = "Y"', "questions.1.wrt: unknown array of layer conv 'Y'; known: A, B"),
    Bad("unknown upstream", 'upstream = "ones"', 'upstream = "one"', "questions.1.upstream: unknown array 'one'; did you mean 'ones'?"),
    Bad("ragged claim", 'upstream = "ones"', "expect = [[1, 2], [3]]", "questions.1.expect[2]: must be a list of 2 like the first, not [3]"),
    Bad("terms without lists", 'upstream = "ones"', "expect_terms = [[[1], 2]]", "questions.1.expect_terms[1, 2]: must be a list of addends, not 2"),
    Bad("entry outside", 'upstream = "ones"', "in_full = [[1, 1], [0, 1]]", "questions.1.in_full[2]: must be the index of an entry of A, which is 3x3, not [0, 1]"),
    Bad("entry of too few numbers", 'upstream = "ones"', "in_full = [[1]]", "questions.1.in_full[1]: must be the index of an entry of A, which is 3x3, not [1]"),
    Bad("claimed size", _QUESTION_2, _question('ask = "output_size"\nlayer = "conv"\nexpect = [2, 0]'), "questions.2.expect[2]: must be an integer >= 1, not 0"),
    Bad("sizes of other dimensions", _QUESTION_2, _question('ask = "input_sizes"\nlayer = "conv"\noutput = [2]'), "questions.2.output: must be a list of 2 sizes, not [2]"),
    Bad("claimed input sizes", _QUESTION_2, _question('ask = "input_sizes"\nlayer = "conv"\nexpect = [4, 4]'), "questions.2.expect[1]: must be a list with at least one entry, not 4"),
    Bad("matrix of no layer", _QUESTION_2, _question('ask = "matrix"\nlayer = "con"'), "questions.2.layer: unknown layer 'con'; did you mean 'conv'?"),
    Bad("unknown theorem", _QUESTION_2, _question('ask = "prove"\ntheorems = ["lp-limt"]'), "questions.2.theorems[1]: unknown theorem 'lp-limt'; did you mean 'lp-limit'?"),
    Bad("window of nothing", _QUESTION_2, _question('ask = "prove"\ntheorems = ["output-size"]\nwindow = [1]'), "questions.2.window: must be left out: output-size is about a geometry"),
    Bad("neither layer nor window", _QUESTION_2, _question('ask = "prove"\ntheorems = ["output-size", "lp-limit"]'), "questions.2: must name a layer or a window, as lp-limit is about a window"),
    Bad("layer and window", _QUESTION_2, _question('ask = "prove"\ntheorems = ["lp-limit"]\nlayer = "pool"\nwindow = [1]'), "questions.2: must name either a layer or a window, not both"),
    Bad("no types", _QUESTION_2, _question('ask = "definition"\ntypes = []'), "questions.2.types: must be a list with at least one entry, not []"),
    Bad("formula of other letters", _QUESTION_2, _question('ask = "output_size_formula"\nlayer = "conv"\ndispute = {formula = "F - K", at = {I = 6, K = 3}}'), "questions.2.dispute.formula: must be a formula in I, K, S, P, D, floor() and ceiling(), not 'F'"),
    Bad("formula without a value", _QUESTION_2, _question('ask = "output_size_formula"\nlayer = "conv"\ndispute = {formula = "I/(S - 2)", at = {I = 6, K = 3, S = 2}}'), "questions.2.dispute.formula: must be a formula that has a value at the sizes given, not 'I/(S - 2)'"),
    Bad("kernel too large for the dispute", _QUESTION_2, _question('ask = "output_size_formula"\nlayer = "conv"\ndispute = {formula = "I", at = {I = 2, K = 3}}'), "questions.2.dispute.at: must be sizes of which the kernel fits into the padded input, not {'I': 2, 'K': 3}"),
)  # fmt: skip

BAD_SIZES = (
    Bad(
        "letter of an index",
        "[arrays]",
        '[notation]\nletters = { A = "k" }\n[arrays]',
        "notation.letters: must be another letter for A than k, which stands for something else here",
    ),
    Bad(
        "letter of a size",
        "[arrays]",
        '[notation]\nletters = { E = "O" }\n[arrays]',
        "notation.letters: must be another letter for E than O, which stands for something else here",
    ),
    Bad(
        "letter that stands nowhere",
        "[arrays]",
        '[notation]\nletters = { Z = "X" }\n[arrays]',
        "notation.letters: must be for letters of arrays and sizes, here ",
    ),
    Bad("kernel larger than the padded input", _A, "A = [[1, 2, 3]]", "layers.conv"),
    Bad("weight of a wrong rank", "B = [[1, 2], [3, 4]]", "B = [1, 2]", "layers.conv"),
    Bad(
        "pool larger than its input",
        "norm_type = 2\nkernel_size = 2",
        "norm_type = 2\nkernel_size = 3",
        "layers.pool",
    ),
)

"""How many windows fit."""

from __future__ import annotations

SIZES = {
    "output-size": (
        (
            "windows_fit",
            "forall I K S T D o, 0 < S -> extent K D <= I + T ->\n"
            "  (o < output_size I K S T D <-> fits I K S T D o)",
            "output_size_spec",
        ),
        (
            "no_other_size",
            "forall I K S T D n, 0 < S -> extent K D <= I + T ->\n"
            "  (forall o, o < n <-> fits I K S T D o) -> n = output_size I K S T D",
            "output_size_unique",
        ),
    ),
    "output-size-ceil": (
        (
            "strides_rounded_up",
            "forall I K S P T D, 0 < S -> extent K D <= I + T -> P <= T -> T - P <= extent K D ->\n"
            "  let c := strides_up I K S T D in\n"
            "  (forall o, o < c -> fits I K S T D o /\\ o * S < I + P) /\\\n"
            "  I + T <= c * S + extent K D /\\\n"
            "  (I + T - extent K D = c * S -> c * S + extent K D = I + T)",
            "strides_rounded_up",
        ),
        (
            "windows_rounded_up",
            "forall I K S P T D o, 0 < S -> extent K D <= I + T -> P <= T -> T - P <= extent K D ->\n"
            "  0 < I + P ->\n"
            "  (o < output_size_ceil I K S P T D <-> o * S + extent K D < I + T + S /\\ o * S < I + P)",
            "output_size_ceil_spec",
        ),
    ),
    "input-sizes": (
        (
            "by_inequalities",
            "forall I K S T D n, 0 < S -> extent K D <= I + T -> 0 < n ->\n"
            "  (output_size I K S T D = n <->\n"
            "   (n - 1) * S + extent K D <= I + T < n * S + extent K D)",
            "output_size_inverse",
        ),
        (
            "inputs_of_a_size",
            "forall I K S T D n, 0 < S -> 0 < K -> extent K D <= I + T -> 0 < n ->\n"
            "  (output_size I K S T D = n <->\n"
            "   (smallest_input K S T D n <= Z.of_nat I <= smallest_input K S T D n + Z.of_nat S - 1)%Z)",
            "input_sizes_spec",
        ),
        (
            "size_of_a_transposed_convolution",
            "forall n K S T D p, 0 < n -> p < S -> T <= S * (n - 1) + extent K D + p ->\n"
            "  output_size (transposed_size n K S T D p) K S T D = n",
            "transposed_size_spec",
        ),
    ),
}

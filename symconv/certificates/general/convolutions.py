"""Convolutions and their gradients, on any number of axes, and with channels and groups."""

from __future__ import annotations

_SLIDES = "slides_everywhere op = true ->"
_GROUPS = f"{_SLIDES} 0 < L -> 0 < g ->"
_BY_INPUT = (
    "gradient",
    "forall op E A B b G i, inside (in_shape op) i = true ->\n"
    "  has_gradient (out_shape op) E (layer op A B b) G ->\n"
    "  is_derive (fun u => E (layer op (upd A i u) B b)) (A i) (grad_input op G B i)",
    "backpropagation_to_input",
)
_BY_WEIGHT = (
    "gradient_by_weight",
    "forall op E A B b G k, inside (weight_shape op) k = true ->\n"
    "  has_gradient (out_shape op) E (layer op A B b) G ->\n"
    "  is_derive (fun u => E (layer op A (upd B k u) b)) (B k) (grad_weight op G A k)",
    "backpropagation_to_weight",
)
_DEFINITION = (
    "definition",
    f"forall op A B i, {_SLIDES}\n"
    "  conv op A B i = msum (weight_shape op) (fun m => padded A (every input_at op i m) * B m)%R",
    "conv_textbook",
)
_TRANSPOSED = (
    "transposed_convolution",
    "forall op G B i, conv (transposed op) G B i = grad_input op G B i",
    "transposed_is_input_gradient",
)

CONVOLUTIONS = {
    "delta-rule": (
        (
            "affine_index",
            "forall (S D P t i : Z) K (B : Z -> R), (0 < D)%Z ->\n"
            "  bsum K (fun m => if Z.eqb (D * Z.of_nat m + S * i - P) t then B (Z.of_nat m) else 0%R) =\n"
            "  if divides D (P + t - S * i) && between 0 (P + t - S * i) (D * (Z.of_nat K - 1))\n"
            "  then B ((P + t - S * i) / D)%Z else 0%R",
            "affine_delta",
        ),
        (
            "without_dilation",
            "forall (S P t i : Z) K (B : Z -> R),\n"
            "  bsum K (fun m => if Z.eqb (Z.of_nat m + S * i - P) t then B (Z.of_nat m) else 0%R) =\n"
            "  if between 0 (P + t - S * i) (Z.of_nat K - 1) then B (P + t - S * i)%Z else 0%R",
            "affine_delta_dense",
        ),
    ),
    "input-gradient": (
        _DEFINITION,
        _BY_INPUT,
        (
            "over_pairs",
            f"forall op G B t, {_SLIDES}\n"
            "  grad_input op G B t =\n"
            "  msum (out_shape op) (fun i => msum (weight_shape op) (fun m =>\n"
            "    if reaches op i t m then G i * B m else 0))%R",
            "input_gradient_pairs",
        ),
        (
            "over_windows",
            "forall op G B t, dilations_positive op = true ->\n"
            "  grad_input op G B t =\n"
            "  msum (out_shape op) (fun i => G i * padded B (every offset_at op i t))%R",
            "input_gradient_over_windows",
        ),
        (
            "bounds_of_the_windows",
            "forall O K S D P t i : Z, (0 < S)%Z ->\n"
            "  (0 <= i <= O - 1 /\\ 0 <= P + t - S * i <= D * (K - 1) <->\n"
            "   Z.max 0 (rounded_up (P + t - D * (K - 1)) S) <= i <= Z.min (O - 1) ((P + t) / S))%Z",
            "window_bounds",
        ),
        (
            "over_offsets",
            "forall op G B t, strides_positive op = true ->\n"
            "  grad_input op G B t =\n"
            "  msum (weight_shape op) (fun m => padded G (every window_at op t m) * B m)%R",
            "input_gradient_over_offsets",
        ),
        (
            "bounds_of_the_offsets",
            "forall O K S D P t m : Z, (0 < D)%Z ->\n"
            "  (0 <= m <= K - 1 /\\ 0 <= P + t - D * m <= S * (O - 1) <->\n"
            "   Z.max 0 (rounded_up (P + t - S * (O - 1)) D) <= m <= Z.min (K - 1) ((P + t) / D))%Z",
            "offset_bounds",
        ),
        _TRANSPOSED,
    ),
    "full-correlation": (
        _DEFINITION,
        _BY_INPUT,
        (
            "turned_kernel",
            f"forall op G B t, {_SLIDES} inside (in_shape op) t = true ->\n"
            "  grad_input op G B t =\n"
            "  msum (weight_shape op) (fun m =>\n"
            "    spread op G (further op t m) * B (turned_index (weight_shape op) m))%R",
            "input_gradient_spread",
        ),
        (
            "as_a_convolution",
            f"forall op G B t, {_SLIDES} inside (in_shape op) t = true ->\n"
            "  grad_input op G B t = conv (full op) (spread op G) (turned (weight_shape op) B) t",
            "input_gradient_full",
        ),
        (
            "length_with_the_remainder",
            "forall I K S P D, 0 < S -> extent K D <= I + 2 * P ->\n"
            "  let Q := (Z.of_nat (D * (K - 1)) - Z.of_nat P)%Z in\n"
            "  (Q + (Z.of_nat (S * (output_size I K S (2 * P) D - 1)) + 1) +\n"
            "   (Q + Z.of_nat (remainder I K S (2 * P) D)) = Z.of_nat (I + D * (K - 1)))%Z",
            "spread_length",
        ),
        (
            "stride_one",
            "forall op G B t, stride_one op = true -> inside (in_shape op) t = true ->\n"
            "  grad_input op G B t =\n"
            "  msum (weight_shape op) (fun m =>\n"
            "    padded G (every shifted_at op t m) * B (turned_index (weight_shape op) m))%R",
            "input_gradient_turned",
        ),
        _TRANSPOSED,
    ),
    "weight-gradient": (
        _DEFINITION,
        _BY_WEIGHT,
        (
            "over_windows",
            f"forall op G A m, {_SLIDES}\n"
            "  grad_weight op G A m = msum (out_shape op) (fun i => G i * padded A (every input_at op i m))%R",
            "weight_gradient_textbook",
        ),
        (
            "padded_input",
            f"forall op G A m, {_SLIDES} inside (weight_shape op) m = true ->\n"
            "  grad_weight op G A m = msum (out_shape op) (fun i => with_zeros op A (read op i m) * G i)%R",
            "weight_gradient_padded",
        ),
        (
            "dilated_by_the_stride",
            f"forall op G A m, {_SLIDES} grad_weight op G A m = conv (exchanged op) A G m",
            "weight_gradient_correlation",
        ),
        (
            "how_many_results",
            "forall I K S T D, 0 < S -> 0 < D -> 0 < K -> extent K D <= I + T ->\n"
            "  output_size I (output_size I K S T D) D T S = K + remainder I K S T D / D",
            "kernel_results",
        ),
    ),
    "group-gradients": (
        (
            "definition",
            f"forall op A B N L M g n f i, {_GROUPS} n < N -> f < L * g ->\n"
            "  conv (images_and_groups N L M g op) A B (n :: f :: i) =\n"
            "  bsum M (fun c => msum (weight_shape op) (fun m =>\n"
            "    padded (fun t => A (n :: (f / L * M + c)%nat :: t)) (every input_at op i m) *\n"
            "    B (kernel M f c m)))%R",
            "group_conv",
        ),
        _BY_INPUT,
        (
            "gradient_in_the_group",
            "forall op G B N L M g b q t, strides_positive op = true -> 0 < L -> 0 < g -> b < N -> q < M * g ->\n"
            "  grad_input (images_and_groups N L M g op) G B (b :: q :: t) =\n"
            "  bsum L (fun l => msum (weight_shape op) (fun m =>\n"
            "    padded (fun i => G (b :: (q / M * L + l)%nat :: i)) (every window_at op t m) *\n"
            "    B (kernel M (q / M * L + l) (q mod M) m)))%R",
            "group_input_gradient",
        ),
        _BY_WEIGHT,
        (
            "weight_gradient_in_the_group",
            f"forall op G A N L M g h c m, {_GROUPS} h < L * g -> c < M ->\n"
            "  grad_weight (images_and_groups N L M g op) G A (kernel M h c m) =\n"
            "  bsum N (fun n => msum (out_shape op) (fun i =>\n"
            "    G (n :: h :: i) * padded (fun t => A (n :: (h / L * M + c)%nat :: t)) (every input_at op i m)))%R",
            "group_weight_gradient",
        ),
    ),
    "conv-adjoint": (
        (
            "put_in_the_definition",
            f"forall op A B G N L M g, {_GROUPS}\n"
            "  dot (out_shape (images_and_groups N L M g op)) G (conv (images_and_groups N L M g op) A B) =\n"
            "  bsum N (fun n => bsum (L * g) (fun f => msum (out_shape op) (fun i => bsum M (fun c =>\n"
            "  msum (weight_shape op) (fun m =>\n"
            "    G (n :: f :: i) * padded (fun t => A (n :: (f / L * M + c)%nat :: t)) (every input_at op i m) *\n"
            "    B (kernel M f c m))))))%R",
            "group_pairing",
        ),
        _BY_INPUT,
        (
            "adjoint_of_input",
            "forall op A B G,\n  dot (out_shape op) G (conv op A B) = dot (in_shape op) A (grad_input op G B)",
            "adjoint_input",
        ),
        _BY_WEIGHT,
        (
            "adjoint_of_weight",
            "forall op A B G,\n  dot (out_shape op) G (conv op A B) = dot (weight_shape op) B (grad_weight op G A)",
            "adjoint_weight",
        ),
    ),
    "conv-toeplitz": (
        (
            "product_with_a_matrix",
            "forall op A B o, conv op A B o = msum (in_shape op) (fun i => A i * jacobian op B o i)%R",
            "conv_linear",
        ),
        _BY_INPUT,
        (
            "gradient_by_the_transposed_matrix",
            "forall op G B i,\n  grad_input op G B i = msum (out_shape op) (fun o => G o * jacobian op B o i)%R",
            "grad_input_jacobian",
        ),
        (
            "which_weight",
            "forall op B i t, dilations_positive op = true ->\n"
            "  jacobian op B i t = padded B (every offset_at op i t)",
            "toeplitz_entry",
        ),
        (
            "a_row_further_down",
            f"forall op B i t, {_SLIDES} length t = length op ->\n"
            "  jacobian op B i t = jacobian op B (map S i) (moved op t)",
            "toeplitz_row",
        ),
        (
            "constant_diagonals",
            "forall op B i t, stride_one op = true -> length t = length op ->\n"
            "  jacobian op B i t = jacobian op B (map S i) (map S t)",
            "toeplitz_diagonal",
        ),
    ),
}

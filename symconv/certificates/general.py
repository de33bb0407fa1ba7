"""The theorems that hold for every size, as the theory's files prove them: data only, so that listing them costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_NON_NEGATIVE = "forall l, nonneg_list l ->"
_POSITIVE = "forall l, pos_list l -> l <> [] ->"
GENERAL: Mapping[str, tuple[tuple[str, str, str], ...]] = MappingProxyType(
    {
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
            (
                "inputs_of_a_size",
                "forall I K S T D n, 0 < S -> extent K D <= I + T -> 0 < n ->\n"
                "  (output_size I K S T D = n <->\n"
                "   (n - 1) * S + extent K D <= I + T < n * S + extent K D)",
                "output_size_inverse",
            ),
        ),
        "output-size-ceil": (
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
                "inputs_of_a_size",
                "forall I K S T D n, 0 < S -> extent K D <= I + T -> 0 < n ->\n"
                "  (output_size I K S T D = n <->\n"
                "   (n - 1) * S + extent K D <= I + T < n * S + extent K D)",
                "output_size_inverse",
            ),
        ),
        "conv-toeplitz": (
            (
                "product_with_a_matrix",
                "forall op A B o, conv op A B o = msum (in_shape op) (fun i => A i * jacobian op B o i)%R",
                "conv_linear",
            ),
            (
                "gradient_by_the_transposed_matrix",
                "forall op G B i,\n"
                "  grad_input op G B i = msum (out_shape op) (fun o => G o * jacobian op B o i)%R",
                "grad_input_jacobian",
            ),
        ),
        "full-correlation": (
            (
                "turned_kernel",
                "forall op G B i, dense op = true ->\n"
                "  grad_input op G B i = conv (full op) G (turned (weight_shape op) B) i",
                "input_gradient_turned",
            ),
            (
                "transposed_convolution",
                "forall op G B i, conv (transposed op) G B i = grad_input op G B i",
                "transposed_is_input_gradient",
            ),
        ),
        "average-pooling": (
            (
                "constant_kernel",
                "forall op n A o, mean op (fun _ => n) A o = conv op A (fun _ => / n)%R o",
                "mean_is_conv",
            ),
            (
                "gradient",
                "forall op N A G i t, inside (in_shape op) i = true ->\n"
                "  is_derive (fun u => dot (out_shape op) G (mean op N (upd A i u))) t\n"
                "    (grad_input op (fun o => G o / N o)%R one i)",
                "mean_gradient",
            ),
        ),
        "max-gradient": (
            (
                "gradient",
                "forall op A G i,\n"
                "  (forall o, In o (readers op i) -> wins A i (reads op o) \\/ loses A i (reads op o)) ->\n"
                "  is_derive (fun u => dot (out_shape op) G (maxpool op (upd A i u))) (A i)\n"
                "    (dot (out_shape op) G (fun o => selected A i (reads op o)))",
                "max_gradient",
            ),
        ),
        "lp-properties": (
            (
                "monotone",
                "forall p q l, (0 < p)%R -> (p <= q)%R -> nonneg_list l -> (lpnorm q l <= lpnorm p l)%R",
                "lp_monotone",
            ),
            (
                "homogeneous",
                "forall p c l, (0 < p)%R -> (0 <= c)%R -> nonneg_list l ->\n"
                "  lpnorm p (map (Rmult c) l) = (c * lpnorm p l)%R",
                "lp_homogeneous",
            ),
        ),
        "conv-adjoint": (
            (
                "adjoint_of_input",
                "forall op A B G,\n  dot (out_shape op) G (conv op A B) = dot (in_shape op) A (grad_input op G B)",
                "adjoint_input",
            ),
            (
                "adjoint_of_weight",
                "forall op A B G,\n  dot (out_shape op) G (conv op A B) = dot (weight_shape op) B (grad_weight op G A)",
                "adjoint_weight",
            ),
        ),
        "input-gradient": (
            (
                "gradient",
                "forall op A B b G i t, inside (in_shape op) i = true ->\n"
                "  is_derive (fun u => dot (out_shape op) G (layer op (upd A i u) B b)) t (grad_input op G B i)",
                "gradient_by_input",
            ),
            (
                "guarded_sum",
                "forall O K S D P i f, 0 < S ->\n"
                "  bsum O (fun o => bsum K (fun k => if slides S D P o i k then f o k else 0%R)) =\n"
                "  pair_sum (sliding_of_input O K S D P i) f",
                "input_gradient_guarded",
            ),
        ),
        "weight-gradient": (
            (
                "gradient",
                "forall op A B b G k t, inside (weight_shape op) k = true ->\n"
                "  is_derive (fun u => dot (out_shape op) G (layer op A (upd B k u) b)) t (grad_weight op G A k)",
                "gradient_by_weight",
            ),
            (
                "windowed_sum",
                "forall O I S D P k f,\n"
                "  bsum O (fun o => bsum I (fun i => if slides S D P o i k then f o i else 0%R)) =\n"
                "  pair_sum (sliding_of_weight O I S D P k) f",
                "weight_gradient_windowed",
            ),
        ),
        "delta-rule": (
            (
                "affine_delta",
                "forall S O x y f, 0 < S ->\n"
                "  lsum (quotient S O x y) f = bsum O (fun o => if Nat.eqb (o * S + x) y then f o else 0%R)",
                "quotient_sum",
            ),
        ),
        "lp-limit": (
            (
                "limit",
                f"{_NON_NEGATIVE} is_lim (fun p => lpnorm p l) p_infty (maxl l)",
                "lp_pool_tends_to_max",
            ),
            (
                "lower_bound",
                "forall p l, (0 < p)%R -> nonneg_list l -> (maxl l <= lpnorm p l)%R",
                "lpnorm_lower",
            ),
            (
                "upper_bound",
                "forall p l, (0 < p)%R -> nonneg_list l ->\n"
                "  (lpnorm p l <= rpow (INR (length l)) (/ p) * maxl l)%R",
                "lpnorm_upper",
            ),
        ),
        "lp-signed": (
            (
                "limit",
                "forall l, is_lim (fun p => lpnorm p (map Rabs l)) p_infty (maxl (map Rabs l))",
                "lp_pool_signed",
            ),
        ),
        "lp-sum": (
            ("sum", f"{_NON_NEGATIVE} lpnorm 1 l = fold_right Rplus 0%R l", "lp_one_is_sum"),
            (
                "absolute_sum",
                "forall l, lpnorm 1 (map Rabs l) = fold_right Rplus 0%R (map Rabs l)",
                "lp_one_signed",
            ),
            (
                "above_the_sum",
                "forall l x, In x l -> (x < 0)%R -> (fold_right Rplus 0 l < lpnorm 1 (map Rabs l))%R",
                "lp_one_above",
            ),
        ),
        "lp-gradient": (
            (
                "gradient",
                "forall l r x p, (0 < p)%R -> nonneg_list l -> nonneg_list r -> (0 < x)%R ->\n"
                "  is_derive (fun u => lpnorm p (l ++ u :: r)) x\n"
                "    (rpow x (p - 1) * rpow (lpnorm p (l ++ x :: r)) (1 - p))%R",
                "lp_grad",
            ),
            (
                "gradient_limit",
                "forall l x, nonneg_list l -> In x l -> (0 < maxl l)%R ->\n"
                "  is_lim (fun p => rpow x (p - 1) * rpow (lpnorm p l) (1 - p))%R p_infty\n"
                "    (Finite (if Req_EM_T x (maxl l) then / INR (count (maxl l) l) else 0)%R)",
                "lp_grad_lim",
            ),
        ),
        "power-mean-max": (
            (
                "limit",
                "forall l, nonneg_list l -> l <> [] -> is_lim (fun p => powmean p l) p_infty (maxl l)",
                "powmean_tends_to_max",
            ),
        ),
        "power-mean-min": (
            (
                "limit",
                f"{_POSITIVE}\n  is_lim (fun p => powmean (- p) l) p_infty (minl l)",
                "powmean_tends_to_min",
            ),
            (
                "norm_limit",
                f"{_POSITIVE}\n  is_lim (fun p => lpnorm (- p) l) p_infty (minl l)",
                "lpnorm_tends_to_min",
            ),
            (
                "bounds",
                "forall p l, (0 < p)%R -> pos_list l -> l <> [] ->\n"
                "  (minl l <= powmean (- p) l <= rpow (INR (length l)) (/ p) * minl l)%R",
                "powmean_min_bounds",
            ),
            (
                "norm_bounds",
                "forall p l, (0 < p)%R -> pos_list l -> l <> [] ->\n"
                "  (rpow (INR (length l)) (- / p) * minl l <= lpnorm (- p) l <= minl l)%R",
                "lpnorm_min_bounds",
            ),
        ),
        "power-mean-geometric": (
            (
                "limit",
                f"{_POSITIVE}\n  is_lim (fun p => powmean p l) 0%R (geomean l)",
                "powmean_tends_to_geometric",
            ),
        ),
        "power-mean-zeros": (
            (
                "limit",
                "forall l, nonneg_list l -> In 0%R l ->\n"
                "  filterlim (fun p => powmean p l) (at_right 0%R) (locally 0%R)",
                "powmean_zeros_limit",
            ),
            (
                "bound",
                "forall p l, (0 < p)%R -> nonneg_list l -> l <> [] ->\n"
                "  (0 <= powmean p l <= rpow (/ INR (length l) * INR (positives l)) (/ p) * maxl l)%R",
                "powmean_zeros_bound",
            ),
        ),
    }
)
"""For the names of :data:`symconv.theorems.THEOREMS`: a name of the statement, the proposition, and what proves it."""

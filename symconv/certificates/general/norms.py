"""LP pooling and power means."""

from __future__ import annotations

_NON_NEGATIVE = "forall l, nonneg_list l ->"
_POSITIVE = "forall l, pos_list l -> l <> [] ->"

NORMS = {
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
        (
            "relative_error",
            "forall p l, (0 < p)%R -> nonneg_list l -> (0 < maxl l)%R ->\n"
            "  (0 <= lpnorm p l / maxl l - 1 <= rpow (INR (length l)) (/ p) - 1)%R",
            "lp_ratio",
        ),
        (
            "exponent_for_an_accuracy",
            "forall p n eps, 0 < n -> (0 < p)%R -> (0 < eps)%R -> (ln (INR n) / ln (1 + eps) <= p)%R ->\n"
            "  (rpow (INR n) (/ p) - 1 <= eps)%R",
            "lp_accuracy",
        ),
        (
            "window_of_zeros",
            "forall p l, (0 < p)%R -> nonneg_list l -> maxl l = 0%R -> lpnorm p l = 0%R",
            "lp_of_zeros",
        ),
    ),
    "lp-signed": (
        (
            "limit",
            "forall l, is_lim (fun p => lpnorm p (map Rabs l)) p_infty (maxl (map Rabs l))",
            "lp_pool_signed",
        ),
        ("even_powers", "forall (x : R) k, (x ^ (2 * k) = Rabs x ^ (2 * k))%R", "even_power"),
        (
            "odd_powers",
            "forall (x : R) k, (x < 0)%R -> (x ^ (2 * k + 1) = - Rabs x ^ (2 * k + 1))%R",
            "odd_power",
        ),
    ),
    "lp-sum": (
        ("at_least_the_sum", "forall l, (fold_right Rplus 0 l <= lpnorm 1 (map Rabs l))%R", "lp_one_least"),
        ("sum", f"{_NON_NEGATIVE} lpnorm 1 (map Rabs l) = fold_right Rplus 0%R l", "lp_one_plain"),
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
        (
            "average",
            f"{_NON_NEGATIVE}\n"
            "  (/ INR (length l) * lpnorm 1 (map Rabs l) = / INR (length l) * fold_right Rplus 0 l)%R",
            "lp_one_average",
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
            "gradient_of_signed_entries",
            "forall l r x p, (0 < p)%R -> x <> 0%R ->\n"
            "  is_derive (fun u => lpnorm p (map Rabs (l ++ u :: r))) x\n"
            "    (sign x * (rpow (Rabs x) (p - 1) * rpow (lpnorm p (map Rabs (l ++ x :: r))) (1 - p)))%R",
            "lp_grad_signed",
        ),
        (
            "gradient_by_a_zero",
            "forall l r p, (1 < p)%R -> (0 < lpnorm p (map Rabs (l ++ 0%R :: r)))%R ->\n"
            "  is_derive (fun u => lpnorm p (map Rabs (l ++ u :: r))) 0%R 0%R",
            "lp_grad_at_zero",
        ),
        (
            "maximum_taken_out",
            "forall p l x, (0 < p)%R -> nonneg_list l -> In x l -> (0 < maxl l)%R ->\n"
            "  (rpow x (p - 1) * rpow (lpnorm p l) (1 - p) =\n"
            "   rpow (x / maxl l) (p - 1) * rpow (sumpow p (map (fun y => y / maxl l) l)) ((1 - p) / p))%R",
            "lp_grad_factored",
        ),
        (
            "share_of_a_maximum",
            "forall l, nonneg_list l -> (0 < maxl l)%R ->\n"
            "  is_lim (fun p => rpow (sumpow p (map (fun y => y / maxl l) l)) ((1 - p) / p))%R p_infty\n"
            "    (/ INR (count (maxl l) l))%R",
            "lp_share_of_a_maximum",
        ),
        (
            "nothing_elsewhere",
            "forall l x, nonneg_list l -> In x l -> (x < maxl l)%R ->\n"
            "  is_lim (fun p => rpow (x / maxl l) (p - 1) *\n"
            "    rpow (sumpow p (map (fun y => y / maxl l) l)) ((1 - p) / p))%R p_infty 0%R",
            "lp_share_elsewhere",
        ),
        (
            "gradient_limit",
            "forall l x, nonneg_list l -> In x l -> (0 < maxl l)%R ->\n"
            "  is_lim (fun p => rpow x (p - 1) * rpow (lpnorm p l) (1 - p))%R p_infty\n"
            "    (Finite (if Req_EM_T x (maxl l) then / INR (count (maxl l) l) else 0)%R)",
            "lp_grad_lim",
        ),
    ),
    "lp-properties": (
        (
            "homogeneous",
            "forall p c l, (0 < p)%R ->\n"
            "  lpnorm p (map Rabs (map (Rmult c) l)) = (Rabs c * lpnorm p (map Rabs l))%R",
            "lp_scaled",
        ),
        (
            "monotone",
            "forall p q l, (0 < p)%R -> (p <= q)%R -> (lpnorm q (map Rabs l) <= lpnorm p (map Rabs l))%R",
            "lp_monotone_signed",
        ),
        (
            "small_exponents",
            "forall p l, (0 < p)%R -> (forall x, In x l -> x <> 0%R) -> l <> [] ->\n"
            "  (rpow (INR (length l)) (/ p) * minl (map Rabs l) <= lpnorm p (map Rabs l))%R",
            "lp_small_exponents",
        ),
        (
            "exponent_two",
            "forall l, (lpnorm 2 (map Rabs l) ^ 2 = fold_right Rplus 0 (map (fun x => x ^ 2) l))%R",
            "lp_two_is_euclid",
        ),
        (
            "mean",
            "forall p l, (0 < p)%R -> l <> [] ->\n"
            "  powmean p l = (rpow (INR (length l)) (- / p) * lpnorm p l)%R",
            "powmean_of_norm",
        ),
    ),
    "power-mean-monotone": (
        (
            "monotone",
            "forall p q l, (0 < p)%R -> (p <= q)%R -> nonneg_list l -> l <> [] ->\n"
            "  (powmean p l <= powmean q l)%R",
            "powmean_monotone",
        ),
    ),
    "power-mean-max": (
        (
            "bounds",
            "forall p l, (0 < p)%R -> nonneg_list l -> l <> [] ->\n"
            "  (rpow (INR (length l)) (- / p) * maxl l <= powmean p l <= maxl l)%R",
            "powmean_max_bounds",
        ),
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
            "bounds",
            "forall p l, (0 < p)%R -> pos_list l -> l <> [] ->\n"
            "  (geomean l <= powmean p l <= geomean l * exp (slope_mean p l))%R",
            "powmean_geometric_bounds",
        ),
        (
            "limit",
            f"{_POSITIVE} is_lim (fun p => powmean p l) 0%R (geomean l)",
            "powmean_tends_to_geometric",
        ),
    ),
    "power-mean-zeros": (
        (
            "bound",
            "forall p l, (0 < p)%R -> nonneg_list l -> l <> [] ->\n"
            "  (0 <= powmean p l <= rpow (/ INR (length l) * INR (positives l)) (/ p) * maxl l)%R",
            "powmean_zeros_bound",
        ),
        (
            "limit",
            "forall l, nonneg_list l -> In 0%R l ->\n"
            "  filterlim (fun p => powmean p l) (at_right 0%R) (locally 0%R)",
            "powmean_zeros_limit",
        ),
    ),
}

"""Average and max pooling."""

from __future__ import annotations

POOLING = {
    "average-pooling": (
        (
            "constant_kernel",
            "forall op n A o, mean op (fun _ => n) A o = conv op A (fun _ => / n)%R o",
            "mean_is_conv",
        ),
        (
            "over_the_kernel",
            "forall op n A i, windows_dilated op = true ->\n"
            "  mean op (fun _ => n) A i =\n"
            "  msum (weight_shape (weighted op)) (fun m =>\n"
            "    padded A (every input_at (weighted op) i m) * / n)%R",
            "mean_textbook",
        ),
        (
            "a_window_of_stride_one",
            "forall op n A i, windows_dilated op = true -> length i = length op ->\n"
            "  mean op (fun _ => n) A i = mean (undecimated op) (fun _ => n) A (decimated op i)",
            "mean_strided",
        ),
        (
            "gradient",
            "forall op n E A G t, windows_dense op = true -> inside (in_shape op) t = true ->\n"
            "  has_gradient (out_shape op) E (mean op (fun _ => n) A) G ->\n"
            "  is_derive (fun u => E (mean op (fun _ => n) (upd A t u))) (A t)\n"
            "    (/ n * msum (out_shape op) (fun i => if contains op i t then G i else 0))%R",
            "backpropagation_through_mean",
        ),
        (
            "bounds_of_the_windows",
            "forall O K S D P t i : Z, (0 < S)%Z ->\n"
            "  (0 <= i <= O - 1 /\\ 0 <= P + t - S * i <= D * (K - 1) <->\n"
            "   Z.max 0 (rounded_up (P + t - D * (K - 1)) S) <= i <= Z.min (O - 1) ((P + t) / S))%Z",
            "window_bounds",
        ),
    ),
    "max-gradient": (
        (
            "the_only_maximum_moves",
            "forall A i w, In i w -> wins A i w ->\n"
            "  is_derive (fun u => maxlist (map (upd A i u) w)) (A i) 1%R",
            "max_wins",
        ),
        (
            "another_entry_moves",
            "forall A i w, loses A i w -> is_derive (fun u => maxlist (map (upd A i u) w)) (A i) 0%R",
            "max_loses",
        ),
        (
            "gradient",
            "forall op A G i,\n"
            "  (forall o, In o (readers op i) -> wins A i (reads op o) \\/ loses A i (reads op o)) ->\n"
            "  is_derive (fun u => dot (out_shape op) G (maxpool op (upd A i u))) (A i)\n"
            "    (dot (out_shape op) G (fun o => selected A i (reads op o)))",
            "max_gradient",
        ),
        (
            "gradient_of_an_error",
            "forall op E A G i, inside (in_shape op) i = true ->\n"
            "  (forall o, inside (out_shape op) o = true ->\n"
            "     G o = 0%R \\/ exists j, In j (reads op o) /\\ wins A j (reads op o)) ->\n"
            "  has_gradient (out_shape op) E (maxpool op A) G ->\n"
            "  is_derive (fun u => E (maxpool op (upd A i u))) (A i)\n"
            "    (dot (out_shape op) G (fun o => selected A i (reads op o)))",
            "backpropagation_through_max",
        ),
        (
            "subgradients",
            "forall n x g, 0 < n -> (subgradient n x g <-> shares n x g)",
            "max_subgradients",
        ),
        (
            "all_to_one_maximum",
            "forall n x k, k < n -> x k = top n x -> subgradient n x (fun i => if Nat.eqb k i then 1 else 0)%R",
            "one_maximum",
        ),
        (
            "equal_shares",
            "forall n x, 0 < n ->\n"
            "  subgradient n x (fun i => if Req_EM_T (x i) (top n x) then / maxima n x else 0)%R",
            "equal_shares",
        ),
    ),
}

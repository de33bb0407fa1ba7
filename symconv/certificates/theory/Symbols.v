(* Entries at one geometry, in symbols: sums of products of entries, for all arrays.

     input_in_symbols       dE/dA_i is the sum of G_o B_k over the taps of i, which the kernel lists
     weight_in_symbols      dE/dB_k is the sum of G_o A_i over the taps of k
     spread_in_symbols      an entry of the gradient with zeros between its entries
     toeplitz_in_symbols    an entry of the matrix of a convolution *)
Require Import Reals Arith Lia Lra Bool.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps Gradients Pooling Exact.
Local Open Scope R_scope.

(* A sum as it is written: x1 + (x2 + x3), and 0 of nothing. *)
Fixpoint written {X : Type} (l : list X) (f : X -> R) : R :=
  match l with [] => 0 | [x] => f x | x :: l' => f x + written l' f end.

Lemma written_sum {X} (l : list X) f : written l f = lsum l f.
Proof.
  induction l as [| x [| y l] IH]; [reflexivity | simpl; ring |].
  change (f x + written (y :: l) f = f x + lsum (y :: l) f); now rewrite IH.
Qed.

Definition products (l : list (index * index)) (X Y : array) : R := written l (fun t => X (fst t) * Y (snd t)).

Theorem input_in_symbols op G B i l : taps_of_input op i = l -> grad_input op G B i = products l G B.
Proof. intros <-; unfold products; rewrite written_sum; symmetry; exact (of_input_sum op i (fun o k => G o * B k)). Qed.

Theorem weight_in_symbols op G A k l : taps_of_weight op k = l -> grad_weight op G A k = products l G A.
Proof. intros <-; unfold products; rewrite written_sum; symmetry; exact (of_weight_sum op k (fun o i => G o * A i)). Qed.

Theorem spread_in_symbols op G u l : filter (fun o => spreads op o u) (indices (out_shape op)) = l ->
  spread op G u = written l G.
Proof. intros <-; rewrite written_sum, lsum_filter, indices_sum; reflexivity. Qed.

Theorem toeplitz_in_symbols op B i t m : dilations_positive op = true -> every offset_at op i t = m ->
  jacobian op B i t = padded B m.
Proof. intros H <-; now apply toeplitz_entry. Qed.

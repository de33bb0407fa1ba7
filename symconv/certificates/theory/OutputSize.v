(* How many windows fit: input size I, padding T on both sides together, dilated kernel D (K - 1) + 1, stride S.

     output_size_spec          floor: a window o fits exactly where o is below the formula's value
     output_size_unique        ... and no other number has this property
     output_size_inverse       the inputs with a given output size O
     input_sizes_spec          ... as an interval of S integers
     spread_length             how long the gradient is that an input gradient correlates with
     kernel_results            how many results a weight gradient's correlation has
     transposed_size_spec      the output of a transposed convolution of n inputs has n windows, one for each
     strides_rounded_up        the number c of strides, rounded up: the windows before the last fit and start
                               before the padding after the input, the last one reaches the end
     output_size_ceil_spec     ceil_mode: windows may reach past the end by less than a stride, but must not
                               start in the padding after the input, P of it before *)
Require Import Arith ZArith Lia Bool.

Definition extent (K D : nat) : nat := D * (K - 1) + 1.

(* floor ((I + T - D (K - 1) - 1) / S) + 1 *)
Definition output_size (I K S T D : nat) : nat := (I + T - extent K D) / S + 1.

Definition fits (I K S T D o : nat) : Prop := o * S + extent K D <= I + T.

Theorem output_size_spec I K S T D o : 0 < S -> extent K D <= I + T ->
  (o < output_size I K S T D <-> fits I K S T D o).
Proof.
  intros HS HE; unfold output_size, fits.
  assert (E := Nat.div_mod (I + T - extent K D) S ltac:(lia)).
  assert (L := Nat.mod_upper_bound (I + T - extent K D) S ltac:(lia)).
  set (q := (I + T - extent K D) / S) in *; split; intros H; nia.
Qed.

Theorem output_size_unique I K S T D n : 0 < S -> extent K D <= I + T ->
  (forall o, o < n <-> fits I K S T D o) -> n = output_size I K S T D.
Proof.
  intros HS HE H.
  assert (A : forall o, o < n <-> o < output_size I K S T D).
  { intros o; rewrite H; symmetry; now apply output_size_spec. }
  destruct (Nat.lt_trichotomy n (output_size I K S T D)) as [L | [E | L]]; [| exact E |].
  - apply A in L; lia.
  - apply A in L; lia.
Qed.

Theorem output_size_inverse I K S T D n : 0 < S -> extent K D <= I + T -> 0 < n ->
  (output_size I K S T D = n <-> (n - 1) * S + extent K D <= I + T < n * S + extent K D).
Proof.
  intros HS HE Hn; unfold output_size.
  assert (E := Nat.div_mod (I + T - extent K D) S ltac:(lia)).
  assert (L := Nat.mod_upper_bound (I + T - extent K D) S ltac:(lia)).
  set (q := (I + T - extent K D) / S) in *.
  assert (Hd : (n - 1) * S + S = n * S) by nia.
  split; intros H; [subst n; nia | nia].
Qed.

(* The smallest input with n outputs; it need not be positive. *)
Definition smallest_input (K S T D n : nat) : Z :=
  (Z.of_nat S * (Z.of_nat n - 1) + Z.of_nat D * (Z.of_nat K - 1) + 1 - Z.of_nat T)%Z.

Theorem input_sizes_spec I K S T D n : 0 < S -> 0 < K -> extent K D <= I + T -> 0 < n ->
  (output_size I K S T D = n <->
   (smallest_input K S T D n <= Z.of_nat I <= smallest_input K S T D n + Z.of_nat S - 1)%Z).
Proof.
  intros HS HK HE Hn; rewrite output_size_inverse by assumption; unfold smallest_input, extent in *.
  assert (E : (Z.of_nat (D * (K - 1)) = Z.of_nat D * (Z.of_nat K - 1))%Z) by nia.
  assert (F : (Z.of_nat ((n - 1) * S) = Z.of_nat S * (Z.of_nat n - 1))%Z) by nia.
  assert (G : (Z.of_nat (n * S) = Z.of_nat S * (Z.of_nat n - 1) + Z.of_nat S)%Z) by nia.
  set (a := D * (K - 1)) in *; set (b := (n - 1) * S) in *; set (c := n * S) in *; lia.
Qed.

(* The part of the padded input that no window reaches. *)
Definition remainder (I K S T D : nat) : nat := (I + T - extent K D) mod S.

Lemma windows_and_rest I K S T D : 0 < S -> extent K D <= I + T ->
  S * (output_size I K S T D - 1) + remainder I K S T D = I + T - extent K D.
Proof.
  intros HS HE; unfold output_size, remainder.
  assert (E := Nat.div_mod (I + T - extent K D) S ltac:(lia)).
  replace ((I + T - extent K D) / S + 1 - 1) with ((I + T - extent K D) / S) by lia; lia.
Qed.

(* Q + (S (O - 1) + 1) + (Q + R) = I + D (K - 1), where Q = D (K - 1) - P may be negative *)
Theorem spread_length I K S P D : 0 < S -> extent K D <= I + 2 * P ->
  let Q := (Z.of_nat (D * (K - 1)) - Z.of_nat P)%Z in
  (Q + (Z.of_nat (S * (output_size I K S (2 * P) D - 1)) + 1) + (Q + Z.of_nat (remainder I K S (2 * P) D)) =
   Z.of_nat (I + D * (K - 1)))%Z.
Proof. intros HS HE Q; assert (E := windows_and_rest I K S (2 * P) D HS HE); unfold Q, extent in *; lia. Qed.

(* The windows of the dilated gradient in the padded input, at stride D: K + R / D of them. *)
Theorem kernel_results I K S T D : 0 < S -> 0 < D -> 0 < K -> extent K D <= I + T ->
  output_size I (output_size I K S T D) D T S = K + remainder I K S T D / D.
Proof.
  intros HS HD HK HE; assert (E := windows_and_rest I K S T D HS HE).
  unfold output_size at 1; unfold extent at 1.
  replace (I + T - (S * (output_size I K S T D - 1) + 1)) with (remainder I K S T D + (K - 1) * D).
  - rewrite Nat.div_add by lia; lia.
  - unfold extent in *; nia.
Qed.

(* S (n - 1) + D (K - 1) + 1 - T + p, with the output padding p *)
Definition transposed_size (n K S T D p : nat) : nat := S * (n - 1) + extent K D + p - T.

Theorem transposed_size_spec n K S T D p : 0 < n -> p < S -> T <= S * (n - 1) + extent K D + p ->
  output_size (transposed_size n K S T D p) K S T D = n.
Proof.
  intros Hn Hp HT; apply output_size_inverse; unfold transposed_size; try lia; nia.
Qed.

(* c = ceiling ((I + T - D (K - 1) - 1) / S) *)
Definition strides_up (I K S T D : nat) : nat := (I + T - extent K D + S - 1) / S.

Theorem strides_rounded_up I K S P T D : 0 < S -> extent K D <= I + T -> P <= T -> T - P <= extent K D ->
  let c := strides_up I K S T D in
  (forall o, o < c -> fits I K S T D o /\ o * S < I + P) /\
  I + T <= c * S + extent K D /\
  (I + T - extent K D = c * S -> c * S + extent K D = I + T).
Proof.
  intros HS HE HP HT c.
  assert (E := Nat.div_mod (I + T - extent K D + S - 1) S ltac:(lia)).
  assert (L := Nat.mod_upper_bound (I + T - extent K D + S - 1) S ltac:(lia)).
  fold (strides_up I K S T D) in E; fold c in E; unfold fits; repeat split; intros; nia.
Qed.

(* ceiling ((I + T - D (K - 1) - 1) / S) + 1, less one where the last window would start at I + P or later *)
Definition output_size_ceil (I K S P T D : nat) : nat :=
  let n := strides_up I K S T D + 1 in
  if Nat.leb (I + P) ((n - 1) * S) then n - 1 else n.

Theorem output_size_ceil_spec I K S P T D o :
  0 < S -> extent K D <= I + T -> P <= T -> T - P <= extent K D -> 0 < I + P ->
  (o < output_size_ceil I K S P T D <-> o * S + extent K D < I + T + S /\ o * S < I + P).
Proof.
  intros HS HE HP HT HI; unfold output_size_ceil, strides_up.
  assert (E := Nat.div_mod (I + T - extent K D + S - 1) S ltac:(lia)).
  assert (L := Nat.mod_upper_bound (I + T - extent K D + S - 1) S ltac:(lia)).
  set (q := (I + T - extent K D + S - 1) / S) in *.
  replace (q + 1 - 1) with q by lia.
  destruct (Nat.leb_spec (I + P) (q * S)) as [H | H]; split; intros G; nia.
Qed.

(* --- at numbers --- *)

Theorem output_size_entry I K S T D n :
  Nat.ltb 0 S && Nat.leb (extent K D) (I + T) && Nat.eqb (output_size I K S T D) n = true ->
  forall o, o < n <-> fits I K S T D o.
Proof.
  intros H o; repeat (apply andb_prop in H; destruct H as [H ?]).
  apply Nat.ltb_lt in H; apply Nat.leb_le in H1; apply Nat.eqb_eq in H0; subst n.
  now apply output_size_spec.
Qed.

Theorem output_size_ceil_entry I K S P T D n :
  Nat.ltb 0 S && Nat.leb (extent K D) (I + T) && Nat.leb P T && Nat.leb (T - P) (extent K D)
    && Nat.ltb 0 (I + P) && Nat.eqb (output_size_ceil I K S P T D) n = true ->
  forall o, o < n <-> o * S + extent K D < I + T + S /\ o * S < I + P.
Proof.
  intros H o; repeat (apply andb_prop in H; destruct H as [H ?]).
  apply Nat.ltb_lt in H; apply Nat.leb_le in H4, H3, H2; apply Nat.ltb_lt in H1; apply Nat.eqb_eq in H0.
  subst n; now apply output_size_ceil_spec.
Qed.

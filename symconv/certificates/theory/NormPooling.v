(* The gradient of LP pooling, for every operator without weights, and at rational numbers for the exponents
   1, 2, 3, ...

     lppool_gradient          by an entry x that is not 0: the sum over the windows that read it of G_o times
                              sign x |x|^(p-1) N_o^(1-p), N_o the window's value
     lppool_gradient_at_zero  by an entry 0: 0, where p > 1 and no window that reads it is 0
     lppool_gradient_terms, lppool_gradient_at
                              at numbers: sign x |x|^(n-1) is a rational c, and so is the window's sum s of the
                              n-th powers; a window passes G_o c s^(1/n - 1) back
     lp_one_gradient_terms, lp_one_gradient_at
                              exponent 1: with the sign of the entry *)
Require Import Reals Arith Lia Lra Bool QArith Qreals Qabs.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps Pooling Exact LpPooling LpGradient PowerMeans Windows.
Local Open Scope R_scope.

(* An index stands once at most in a list. *)
Definition once (i : index) (w : list index) : bool := Nat.leb (length (filter (same i) w)) 1.

Lemma once_split i w : In i w -> once i w = true ->
  exists l r, w = l ++ i :: r /\ ~ In i l /\ ~ In i r.
Proof.
  unfold once; induction w as [| j w IH]; intros Hi H; [easy |]; simpl in H.
  assert (S : same i i = true) by (destruct (same_spec i i); congruence).
  destruct (same_spec i j) as [<- | Hne].
  - exists [], w; repeat split; [easy |]; intros F; simpl in H.
    assert (X : In i (filter (same i) w)) by (apply filter_In; auto).
    destruct (filter (same i) w); [easy | discriminate].
  - destruct Hi as [-> | Hi]; [contradiction |]; destruct (IH Hi H) as [l [r [-> [Hl Hr]]]].
    exists (j :: l), r; repeat split; try assumption; intros [-> | F]; contradiction.
Qed.

Lemma window_moved A i u l r : ~ In i l -> ~ In i r ->
  map (upd A i u) (l ++ i :: r) = map A l ++ u :: map A r.
Proof.
  intros Hl Hr; rewrite map_app; simpl; f_equal; [| f_equal].
  - apply map_ext_in; intros j Hj; unfold upd; destruct (same_spec i j) as [<- |]; [contradiction | reflexivity].
  - unfold upd; destruct (same_spec i i); congruence.
  - apply map_ext_in; intros j Hj; unfold upd; destruct (same_spec i j) as [<- |]; [contradiction | reflexivity].
Qed.

(* What a window passes back to the entry at i, per unit of its own gradient. *)
Definition norm_slope (op : operator) (p : R) (A : array) (i o : index) : R :=
  sign (A i) * (rpow (Rabs (A i)) (p - 1) * rpow (lppool op p A o) (1 - p)).

Lemma lppool_absent op p A i o t : ~ In i (reads op o) -> is_derive (fun u => lppool op p (upd A i u) o) t 0.
Proof.
  intros H; apply is_derive_ext with (fun _ => lppool op p A o); [| apply @is_derive_const].
  intros u; unfold lppool; do 2 f_equal; apply map_ext_in; intros j Hj.
  unfold upd; destruct (same_spec i j) as [<- |]; [contradiction | reflexivity].
Qed.

Lemma lppool_window op p A i o : 0 < p -> A i <> 0 -> In i (reads op o) -> once i (reads op o) = true ->
  is_derive (fun u => lppool op p (upd A i u) o) (A i) (norm_slope op p A i o).
Proof.
  intros Hp Hx Hi H1; destruct (once_split i _ Hi H1) as [l [r [E [Hl Hr]]]]; unfold lppool, norm_slope, lppool.
  apply is_derive_ext with (fun u => lpnorm p (map Rabs (map A l ++ u :: map A r))).
  { intros u; now rewrite E, window_moved. }
  replace (map A (reads op o)) with (map A l ++ A i :: map A r) by now rewrite E, map_app.
  now apply lp_grad_signed.
Qed.

Lemma lppool_window_at_zero op p A i o : 1 < p -> A i = 0 -> 0 < lppool op p A o ->
  In i (reads op o) -> once i (reads op o) = true -> is_derive (fun u => lppool op p (upd A i u) o) (A i) 0.
Proof.
  intros Hp Hx HN Hi H1; destruct (once_split i _ Hi H1) as [l [r [E [Hl Hr]]]]; unfold lppool in *.
  apply is_derive_ext with (fun u => lpnorm p (map Rabs (map A l ++ u :: map A r))).
  { intros u; now rewrite E, window_moved. }
  rewrite Hx; apply lp_grad_at_zero; [exact Hp |].
  rewrite E, map_app in HN; simpl in HN; now rewrite Hx in HN.
Qed.

Definition reads_it (op : operator) (i o : index) : bool := existsb (same i) (reads op o).

Theorem lppool_gradient op p A G i : 0 < p -> A i <> 0 ->
  (forall o, In o (readers op i) -> once i (reads op o) = true) ->
  is_derive (fun u => dot (out_shape op) G (lppool op p (upd A i u))) (A i)
            (dot (out_shape op) G (fun o => if reads_it op i o then norm_slope op p A i o else 0)).
Proof.
  intros Hp Hx H1; apply is_derive_msum; intros o Ho; apply is_derive_scal; unfold reads_it.
  destruct (existsb (same i) (reads op o)) eqn:E.
  - apply existsb_same in E; apply lppool_window; try assumption.
    apply H1, readers_spec; split; [exact Ho |]; now apply reads_spec in E.
  - apply lppool_absent; intros F; apply existsb_same in F; congruence.
Qed.

Theorem lppool_gradient_at_zero op p A G i : 1 < p -> A i = 0 ->
  (forall o, In o (readers op i) -> once i (reads op o) = true /\ 0 < lppool op p A o) ->
  is_derive (fun u => dot (out_shape op) G (lppool op p (upd A i u))) (A i) 0.
Proof.
  intros Hp Hx H1; replace 0 with (dot (out_shape op) G (fun _ => 0)) at 1.
  - apply is_derive_msum; intros o Ho; apply is_derive_scal.
    destruct (existsb (same i) (reads op o)) eqn:E.
    + apply existsb_same in E; destruct (H1 o) as [H2 H3].
      { apply readers_spec; split; [exact Ho |]; now apply reads_spec in E. }
      now apply lppool_window_at_zero.
    + apply lppool_absent; intros F; apply existsb_same in F; congruence.
  - unfold dot; apply msum_zero; intros; ring.
Qed.

(* --- at numbers --- *)

Definition power_sum (op : operator) (n : nat) (a : index -> Q) (o : index) : Q :=
  qsum (map Qabs (map a (reads op o))) (fun x => qpow x n).
Definition signed_power (n : nat) (x : Q) : Q :=
  if Qle_bool 0 x then qpow x n else Qred (- qpow (Qabs x) n).

(* The sum of G_o c s^(1/n - 1) over the terms (o, c, s). *)
Definition norm_form (n : nat) (G : array) (terms : list (index * Q * Q)) : R :=
  lsum terms (fun t => let '(o, c, s) := t in G o * (real_of c * rpow (real_of s) (/ INR n - 1))).

Definition norm_terms (op : operator) (n : nat) (a : index -> Q) (i : index) : option (list (index * Q * Q)) :=
  if forallb (fun x => Nat.eqb (weights x) 1) op && inside (in_shape op) i
     && (negb (Qeq_bool (a i) 0) || Nat.ltb 1 n)
     && forallb (fun o => once i (reads op o) && negb (Qle_bool (power_sum op n a o) 0)) (readers op i)
  then Some (if Qeq_bool (a i) 0 then []
             else map (fun o => (o, signed_power (n - 1) (a i), power_sum op n a o)) (readers op i))
  else None.

Lemma power_sum_real op n a o : real_of (power_sum op (S n) a o) = lppool op (INR (S n)) (real a) o ^ S n /\
  0 <= lppool op (INR (S n)) (real a) o.
Proof. destruct (lppool_entry op n a o _ eq_refl) as [H1 H2]; split; [now symmetry | exact H2]. Qed.

Lemma norm_power op n a o : 0 < real_of (power_sum op (S n) a o) ->
  rpow (lppool op (INR (S n)) (real a) o) (1 - INR (S n)) = rpow (real_of (power_sum op (S n) a o)) (/ INR (S n) - 1).
Proof.
  intros H; destruct (power_sum_real op n a o) as [E P]; rewrite E in *.
  set (N := lppool op (INR (S n)) (real a) o) in *.
  assert (HN : 0 < N).
  { destruct P as [P | <-]; [exact P |]; rewrite pow_i in H by lia; lra. }
  assert (HI : 0 < INR (S n)) by (apply lt_0_INR; lia).
  rewrite !rpow_pos by assumption; rewrite <- Rpower_pow, Rpower_mult by exact HN.
  f_equal; field; lra.
Qed.

Lemma signed_power_real n x : ~ (x == 0)%Q ->
  real_of (signed_power n x) = sign (real_of x) * rpow (Rabs (real_of x)) (INR (S n) - 1).
Proof.
  intros Hx; assert (Hr : real_of x <> 0).
  { intros F; apply Hx; rewrite real_of_Q2R in F; change 0 with (real_of 0%Q) in F; rewrite real_of_Q2R in F.
    now apply eqR_Qeq. }
  replace (INR (S n) - 1) with (INR n) by (rewrite S_INR; ring).
  rewrite rpow_pos, Rpower_pow by now apply Rabs_pos_lt.
  unfold signed_power; destruct (Qle_bool 0 x) eqn:E.
  - apply real_of_le in E; rewrite real_of_0 in E; rewrite qpow_real.
    rewrite sign_eq_1, Rabs_right by lra; ring.
  - apply real_of_lt in E; rewrite real_of_0 in E; rewrite real_of_red.
    replace (real_of (- qpow (Qabs x) n)) with (- real_of (qpow (Qabs x) n))
      by (rewrite !real_of_Q2R; symmetry; apply Q2R_opp).
    rewrite qpow_real, <- real_of_abs, sign_eq_m1 by lra; ring.
Qed.

Theorem lppool_gradient_terms op n a G i terms : norm_terms op (S n) a i = Some terms ->
  is_derive (fun u => dot (out_shape op) G (lppool op (INR (S n)) (upd (real a) i u))) (real a i)
            (norm_form (S n) G terms).
Proof.
  unfold norm_terms; destruct (forallb _ op) eqn:Hop; [| discriminate].
  destruct (inside (in_shape op) i) eqn:Hi; [| discriminate].
  destruct (negb (Qeq_bool (a i) 0) || Nat.ltb 1 (S n)) eqn:Hn; [| discriminate].
  destruct (forallb _ (readers op i)) eqn:Hr; [| discriminate]; simpl andb; cbv iota; intros H.
  assert (HI : 0 < INR (S n)) by (apply lt_0_INR; lia).
  assert (H1 : forall o, In o (readers op i) ->
    once i (reads op o) = true /\ 0 < real_of (power_sum op (S n) a o)).
  { intros o Ho; rewrite forallb_forall in Hr; specialize (Hr o Ho); apply andb_prop in Hr; destruct Hr as [R1 R2].
    split; [exact R1 |]; rewrite <- real_of_0; apply real_of_lt; now destruct (Qle_bool (power_sum op (S n) a o) 0). }
  destruct (Qeq_bool (a i) 0) eqn:Z; injection H as <-.
  - simpl in Hn; apply Nat.ltb_lt in Hn; apply Qeq_bool_iff in Z.
    unfold norm_form; simpl lsum; apply lppool_gradient_at_zero.
    + replace 1 with (INR 1) by reflexivity; apply lt_INR; lia.
    + unfold real; rewrite (real_of_eq _ _ Z); apply real_of_0.
    + intros o Ho; destruct (H1 o Ho) as [R1 R2]; split; [exact R1 |].
      destruct (power_sum_real op n a o) as [E P]; rewrite E in R2; destruct P as [P | P]; [exact P |].
      rewrite <- P, pow_i in R2 by lia; lra.
  - apply Qeq_bool_neq in Z.
    assert (Hx : real a i <> 0).
    { intros F; apply Z; unfold real in F; rewrite real_of_Q2R in F; change 0 with (real_of 0%Q) in F.
      rewrite real_of_Q2R in F; now apply eqR_Qeq. }
    replace (norm_form _ _ _) with
      (dot (out_shape op) G (fun o => if reads_it op i o then norm_slope op (INR (S n)) (real a) i o else 0)).
    + apply lppool_gradient; [exact HI | exact Hx | intros o Ho; now apply H1].
    + transitivity (lsum (readers op i) (fun o => G o * norm_slope op (INR (S n)) (real a) i o)).
      * unfold readers; rewrite lsum_map.
        transitivity (index_sum (taps_of_input op i) (fun o _ => G o * norm_slope op (INR (S n)) (real a) i o));
          [| reflexivity].
        rewrite of_input_sum; apply msum_ext; intros o Ho; rewrite unit_sum by exact Hop.
        rewrite (unit_meet op o i Hop Hi); unfold reads_it; destruct (existsb (same i) (reads op o)); ring.
      * unfold norm_form; rewrite lsum_map; apply lsum_ext; intros o Ho; unfold norm_slope.
        rewrite norm_power, signed_power_real by (try apply H1; assumption).
        unfold real; rewrite Nat.sub_0_r; ring.
Qed.

(* The same where G is numbers: G_o c in one rational. *)
Definition norm_value (n : nat) (terms : list (Q * Q)) : R :=
  lsum terms (fun t => real_of (fst t) * rpow (real_of (snd t)) (/ INR n - 1)).

Definition folded (g : index -> Q) (terms : list (index * Q * Q)) : list (Q * Q) :=
  map (fun t => let '(o, c, s) := t in (Qred (g o * c), s)) terms.

Theorem lppool_gradient_at op n a g i terms :
  match norm_terms op (S n) a i with Some found => Some (folded g found) | None => None end = Some terms ->
  is_derive (fun u => dot (out_shape op) (real g) (lppool op (INR (S n)) (upd (real a) i u))) (real a i)
            (norm_value (S n) terms).
Proof.
  destruct (norm_terms op (S n) a i) as [found |] eqn:E; [| discriminate]; intros H; injection H as <-.
  replace (norm_value (S n) (folded g found)) with (norm_form (S n) (real g) found); [now apply lppool_gradient_terms |].
  unfold norm_form, norm_value, folded; rewrite lsum_map; apply lsum_ext; intros [[o c] s] _; cbn [fst snd].
  rewrite real_of_red, real_of_mult; unfold real; ring.
Qed.

(* Exponent 1: a window passes G_o back with the sign of the entry. *)
Definition one_terms (terms : list (index * Q * Q)) : list (index * Q) := map fst terms.

Theorem lp_one_gradient_terms op a G i terms :
  match norm_terms op 1 a i with Some found => Some (one_terms found) | None => None end = Some terms ->
  is_derive (fun u => dot (out_shape op) G (lppool op 1 (upd (real a) i u))) (real a i) (form G terms).
Proof.
  destruct (norm_terms op 1 a i) as [found |] eqn:E; [| discriminate]; intros H; injection H as <-.
  assert (D := lppool_gradient_terms op 0 a G i found E); change (INR 1) with 1 in D.
  replace (form G (one_terms found)) with (norm_form 1 G found); [exact D |].
  unfold norm_terms in E; destruct (forallb _ op && inside _ i && _ && forallb _ (readers op i)) eqn:B; [| discriminate].
  apply andb_prop in B; destruct B as [_ B]; rewrite forallb_forall in B.
  unfold norm_form, form, one_terms; rewrite lsum_map; apply lsum_ext; intros [[o c] s] Hin; cbn [fst snd].
  assert (Hs : 0 < real_of s).
  { destruct (Qeq_bool (a i) 0); injection E as <-; [easy |]; apply in_map_iff in Hin.
    destruct Hin as [o' [F Ho]]; injection F as <- <- <-; specialize (B o' Ho); apply andb_prop in B.
    rewrite <- real_of_0; apply real_of_lt; now destruct (Qle_bool (power_sum op 1 a o') 0). }
  replace (/ INR 1 - 1) with 0 by (simpl; field).
  rewrite rpow_pos, Rpower_O by exact Hs; ring.
Qed.

Theorem lp_one_gradient_at op a g i q :
  match norm_terms op 1 a i with Some found => at_numbers g (one_terms found) | None => (q + 1)%Q end = q ->
  is_derive (fun u => dot (out_shape op) (real g) (lppool op 1 (upd (real a) i u))) (real a i) (real_of q).
Proof.
  destruct (norm_terms op 1 a i) as [found |] eqn:E; intros H.
  - rewrite <- (form_at_numbers _ _ _ H); apply lp_one_gradient_terms; now rewrite E.
  - exfalso; apply (f_equal real_of) in H; rewrite real_of_plus in H.
    change (real_of 1) with 1 in H; lra.
Qed.

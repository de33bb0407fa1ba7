(* Activations, losses and chains of layers at rational numbers: what the generated files apply.

   For every array of a chain its values and the error's gradient there are tables of rationals. Each step back
   through a layer is a theorem here, for which the kernel computes that the tables fit, entry by entry.

     weighted_end, total_end, squared_error_end
                            the gradient at the end of a chain
     conv_step, mean_step, rectify_step, max_step, flatten_step
                            what a layer passes back
     entry_derivative, weight_entry_derivative, bias_entry_derivative
                            one entry of the gradient
     pointwise_entry, rectify_entry, total_entry, squared_error_entry, flatten_entry
                            one entry of a layer's output
     rectify_gradient_terms, rectify_gradient_at, smooth_gradient_terms, smooth_gradient_at
                            one entry of an activation's gradient *)
Require Import Reals Arith Lia Lra Bool QArith Qreals Qreduction.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Differentiable Operators Taps Pooling Exact Activations Chains.
Local Open Scope R_scope.

Lemma indices_inside sizes i : In i (indices sizes) <-> inside sizes i = true.
Proof.
  revert i; induction sizes as [| n others IH]; intros i; simpl.
  - split; [intros [<- | []]; reflexivity |]; destruct i; [now left | discriminate].
  - rewrite in_flat_map; split.
    + intros [x [Hx H]]; apply in_map_iff in H; destruct H as [j [<- Hj]]; apply in_seq in Hx.
      simpl; rewrite (proj1 (IH j) Hj); destruct (Nat.ltb_spec x n); [reflexivity | lia].
    + destruct i as [| x j]; [discriminate |]; intros H; apply andb_prop in H; destruct H as [Hx Hj].
      apply Nat.ltb_lt in Hx; exists x; split; [apply in_seq; lia |]; apply in_map, IH, Hj.
Qed.

(* Something holds at every index. *)
Definition everywhere (sizes : list nat) (p : index -> bool) : bool := forallb p (indices sizes).

Lemma everywhere_inside sizes p i : everywhere sizes p = true -> inside sizes i = true -> p i = true.
Proof. unfold everywhere; rewrite forallb_forall; intros H Hi; now apply H, indices_inside. Qed.

Definition agree (sizes : list nat) (x y : index -> Q) : bool := everywhere sizes (fun i => Qeq_bool (x i) (y i)).

Lemma agree_real sizes x y i : agree sizes x y = true -> inside sizes i = true -> real x i = real y i.
Proof.
  intros H Hi; apply real_of_eq, Qeq_bool_iff.
  exact (everywhere_inside sizes (fun i => Qeq_bool (x i) (y i)) i H Hi).
Qed.

(* --- ends --- *)

Theorem weighted_end sizes y u : has_gradient sizes (dot sizes (real u)) (real y) (real u).
Proof. apply linear_has_gradient. Qed.

Theorem total_end sizes y g : agree sizes (constant 1) g = true -> has_gradient sizes (total sizes) (real y) (real g).
Proof.
  intros H; apply has_gradient_same with (3 := total_has_gradient sizes (real y)); [reflexivity |].
  intros i Hi; rewrite <- (agree_real _ _ _ i H Hi); reflexivity.
Qed.

Theorem squared_error_end sizes n t y g :
  negb (Qeq_bool n 0) && agree sizes (fun i => 2 * / n * (y i - t i))%Q g = true ->
  has_gradient sizes (squared_error sizes (real_of n) (real t)) (real y) (real g).
Proof.
  intros H; apply andb_prop in H; destruct H as [Hn H].
  apply has_gradient_same with (3 := squared_error_has_gradient sizes (real_of n) (real t) (real y)); [reflexivity |].
  intros i Hi; rewrite <- (agree_real _ _ _ i H Hi); unfold real.
  rewrite !real_of_mult, real_of_inv by (apply Qeq_bool_neq; now destruct (Qeq_bool n 0)).
  unfold Qminus; rewrite real_of_plus; replace (real_of (- t i)) with (- real_of (t i)).
  - reflexivity.
  - rewrite !real_of_Q2R; now rewrite Q2R_opp.
Qed.

(* --- layers --- *)

Lemma conv_values op a b c y : agree (out_shape op) (output_at op a b c) y = true ->
  forall o, inside (out_shape op) o = true -> real y o = layer op (real a) (real b) (real c) o.
Proof.
  intros H o Ho; rewrite <- (agree_real _ _ _ o H Ho); symmetry; now apply output_entry.
Qed.

(* The same gradient at the output as it is computed. *)
Theorem conv_end op E a b c y g : agree (out_shape op) (output_at op a b c) y = true ->
  has_gradient (out_shape op) E (real y) (real g) ->
  has_gradient (out_shape op) E (layer op (real a) (real b) (real c)) (real g).
Proof. intros H; apply has_gradient_same; [now apply conv_values | reflexivity]. Qed.

Theorem conv_step op E a b c y g g' :
  agree (out_shape op) (output_at op a b c) y &&
  agree (in_shape op) (fun i => at_numbers g (input_terms op b i)) g' = true ->
  has_gradient (out_shape op) E (real y) (real g) ->
  has_gradient (in_shape op) (fun x => E (layer op x (real b) (real c))) (real a) (real g').
Proof.
  intros H HE; apply andb_prop in H; destruct H as [Hy Hg].
  apply has_gradient_same with (3 := conv_passes_back op E (real a) (real b) (real c) (real g)
    (conv_end op E a b c y g Hy HE)); [reflexivity |].
  intros i Hi; rewrite <- input_terms_sum, (form_at_numbers _ _ _ eq_refl).
  exact (agree_real _ (fun i => at_numbers g (input_terms op b i)) _ i Hg Hi).
Qed.

Theorem mean_step op n E a y g g' :
  everywhere (out_shape op) (fun o => negb (Qeq_bool (n o) 0)) &&
  agree (out_shape op) (mean_at op n a) y &&
  everywhere (in_shape op) (fun i => forallb (fun o => negb (Qeq_bool (n o) 0)) (readers op i)) &&
  agree (in_shape op) (fun i => at_numbers g (mean_terms op n i)) g' = true ->
  has_gradient (out_shape op) E (real y) (real g) ->
  has_gradient (in_shape op) (fun x => E (mean op (real n) x)) (real a) (real g').
Proof.
  intros H HE; apply andb_prop in H; destruct H as [H Hg]; apply andb_prop in H; destruct H as [H Hr].
  apply andb_prop in H; destruct H as [Hn Hy].
  assert (HE' : has_gradient (out_shape op) E (mean op (real n) (real a)) (real g)).
  { apply has_gradient_same with (3 := HE); [| reflexivity]; intros o Ho.
    rewrite <- (agree_real _ _ _ o Hy Ho); symmetry; apply mean_entry; [| reflexivity].
    assert (N := everywhere_inside _ _ o Hn Ho); cbv beta in N; now destruct (Qeq_bool (n o) 0). }
  apply has_gradient_same with (3 := mean_passes_back op (real n) E (real a) (real g) HE'); [reflexivity |].
  intros i Hi; rewrite <- mean_terms_sum by exact (everywhere_inside _ _ i Hr Hi).
  rewrite (form_at_numbers _ _ _ eq_refl).
  exact (agree_real _ (fun i => at_numbers g (mean_terms op n i)) _ i Hg Hi).
Qed.

(* ReLU and LeakyReLU: an entry 0 passes back what is 0 anyway, or is in the way. *)
Definition rectified (s x : Q) : Q := if Qle_bool x 0 then (s * x)%Q else x.
Definition rectified_slope (s x : Q) : Q := if Qle_bool x 0 then s else 1%Q.

Lemma rectified_real s x : real_of (rectified s x) = rectify (real_of s) (real_of x).
Proof.
  unfold rectified, rectify; destruct (Qle_bool x 0) eqn:E.
  - assert (L := real_of_le _ _ E); rewrite real_of_0 in L.
    destruct (Rlt_dec 0 (real_of x)); [lra | apply real_of_mult].
  - assert (L := real_of_lt 0%Q x E); rewrite real_of_0 in L.
    destruct (Rlt_dec 0 (real_of x)); [reflexivity | lra].
Qed.

Lemma rectified_derivative s x : Qeq_bool x 0 = false ->
  is_derive (rectify (real_of s)) (real_of x) (real_of (rectified_slope s x)).
Proof.
  intros Hx; unfold rectified_slope; destruct (Qle_bool x 0) eqn:E.
  - apply rectify_negative; rewrite <- real_of_0; apply real_of_lt.
    destruct (Qle_bool 0 x) eqn:F; [| reflexivity].
    apply Qeq_bool_neq in Hx; exfalso; apply Hx, Qle_antisym; now apply Qle_bool_iff.
  - apply rectify_positive; rewrite <- real_of_0; now apply real_of_lt.
Qed.

Theorem rectify_step sizes s E a y g g' :
  agree sizes (fun i => rectified s (a i)) y &&
  everywhere sizes (fun i => negb (Qeq_bool (a i) 0) || Qeq_bool (g i) 0) &&
  agree sizes (fun i => g i * rectified_slope s (a i))%Q g' = true ->
  has_gradient sizes E (real y) (real g) ->
  has_gradient sizes (fun x => E (pointwise (rectify (real_of s)) x)) (real a) (real g').
Proof.
  intros H HE; apply andb_prop in H; destruct H as [H Hg]; apply andb_prop in H; destruct H as [Hy Hz].
  assert (HE' : has_gradient sizes E (pointwise (rectify (real_of s)) (real a)) (real g)).
  { apply has_gradient_same with (3 := HE); [| reflexivity]; intros i Hi; unfold pointwise, real.
    rewrite <- rectified_real; symmetry; exact (agree_real sizes (fun i => rectified s (a i)) y i Hy Hi). }
  apply has_gradient_same with (C := real a) (G := fun i => real g i * real_of (rectified_slope s (a i))).
  - reflexivity.
  - intros i Hi; unfold real at 1; rewrite <- real_of_mult.
    exact (agree_real sizes (fun i => g i * rectified_slope s (a i))%Q g' i Hg Hi).
  - apply (pointwise_passes_back sizes (rectify (real_of s)) E (real a) (real g) _ (1 + Rabs (real_of s)));
      [generalize (Rabs_pos (real_of s)); lra | apply rectify_lipschitz | | exact HE'].
    intros i Hi; assert (N := everywhere_inside _ _ i Hz Hi); cbv beta in N; apply orb_prop in N; destruct N as [N | N].
    + right; apply rectified_derivative; now destruct (Qeq_bool (a i) 0).
    + left; apply Qeq_bool_iff in N; unfold real; rewrite (real_of_eq _ _ N); apply real_of_0.
Qed.

(* Max pooling: the entry at i is above all others of a window; what it gets back. *)
Definition sole (a : index -> Q) (i : index) (w : list index) : bool :=
  forallb (fun j => same i j || negb (Qle_bool (a i) (a j))) w.
Definition max_back (op : operator) (a g : index -> Q) (i : index) : Q :=
  qsum (readers op i) (fun o => if sole a i (reads op o) then g o else 0%Q).

Lemma sole_wins a i w : sole a i w = true -> wins (real a) i w.
Proof.
  intros H j Hj Hne; unfold sole in H; rewrite forallb_forall in H; specialize (H j Hj).
  destruct (same_spec i j); [congruence |]; simpl in H; apply real_of_lt; now destruct (Qle_bool (a i) (a j)).
Qed.

Lemma sole_selected a i w : In i w -> selected (real a) i w = if sole a i w then 1 else 0.
Proof.
  intros Hi; destruct (sole a i w) eqn:S; [now apply selected_wins, sole_wins |].
  unfold selected; rewrite (proj2 (existsb_same i w) Hi); simpl.
  destruct (forallb _ w) eqn:F; [exfalso | reflexivity].
  assert (T : sole a i w = true); [| congruence].
  apply forallb_forall; intros j Hj; rewrite forallb_forall in F; specialize (F j Hj).
  destruct (same i j); [reflexivity |]; simpl in *; destruct (Rlt_dec (real a j) (real a i)) as [L |]; [| discriminate].
  destruct (Qle_bool (a i) (a j)) eqn:Q; [| reflexivity]; apply real_of_le in Q; unfold real in L; lra.
Qed.

Theorem max_step op E a y g g' :
  forallb (fun x => Nat.eqb (weights x) 1) op &&
  everywhere (out_shape op) (fun o => is_maximum (reads op o) a (y o)) &&
  everywhere (out_shape op) (fun o =>
    Qeq_bool (g o) 0 || existsb (fun j => sole a j (reads op o)) (reads op o)) &&
  agree (in_shape op) (max_back op a g) g' = true ->
  has_gradient (out_shape op) E (real y) (real g) ->
  has_gradient (in_shape op) (fun x => E (maxpool op x)) (real a) (real g').
Proof.
  intros H HE; apply andb_prop in H; destruct H as [H Hg]; apply andb_prop in H; destruct H as [H Hu].
  apply andb_prop in H; destruct H as [Hop Hy].
  assert (HE' : has_gradient (out_shape op) E (maxpool op (real a)) (real g)).
  { apply has_gradient_same with (3 := HE); [| reflexivity]; intros o Ho; symmetry; apply max_entry.
    exact (everywhere_inside _ _ o Hy Ho). }
  assert (HU : forall o, inside (out_shape op) o = true ->
    real g o = 0 \/ exists j, In j (reads op o) /\ wins (real a) j (reads op o)).
  { intros o Ho; assert (N := everywhere_inside _ _ o Hu Ho); cbv beta in N; apply orb_prop in N; destruct N as [N | N].
    - left; apply Qeq_bool_iff in N; unfold real; rewrite (real_of_eq _ _ N); apply real_of_0.
    - right; apply existsb_exists in N; destruct N as [j [Hj S]]; exists j; split; [exact Hj | now apply sole_wins]. }
  apply has_gradient_same with (3 := max_passes_back op E (real a) (real g) HU HE'); [reflexivity |].
  intros i Hi; rewrite max_gradient_listed by assumption.
  rewrite <- (agree_real _ _ _ i Hg Hi); unfold real at 3, max_back; rewrite qsum_real.
  apply lsum_ext; intros o Ho; unfold real at 1.
  assert (In i (reads op o)) as Hr.
  { apply readers_spec in Ho; destruct Ho as [_ [k Hk]]; apply reads_spec; split; [exact Hi | now exists k]. }
  rewrite sole_selected by exact Hr; destruct (sole a i (reads op o)); [ring | rewrite real_of_0; ring].
Qed.

(* Flatten: the entries row by row in another shape. *)
Fixpoint unflat (shape : list nat) (n : nat) : index :=
  match shape with
  | [] => []
  | _ :: others => let inner := fold_right Nat.mul 1%nat others in (n / inner)%nat :: unflat others (n mod inner)
  end.
Definition row_by_row (from to : list nat) (o : index) : index := unflat from (flat 0 to o).

Theorem flatten_step from to E a y g g' :
  everywhere to (fun o => inside from (row_by_row from to o) && same (row_by_row to from (row_by_row from to o)) o) &&
  everywhere from (fun i => inside to (row_by_row to from i) && same (row_by_row from to (row_by_row to from i)) i) &&
  agree to (fun o => a (row_by_row from to o)) y &&
  agree from (fun i => g (row_by_row to from i)) g' = true ->
  has_gradient to E (real y) (real g) ->
  has_gradient from (fun x => E (rearranged (row_by_row from to) x)) (real a) (real g').
Proof.
  intros H HE; apply andb_prop in H; destruct H as [H Hg]; apply andb_prop in H; destruct H as [H Hy].
  apply andb_prop in H; destruct H as [Ht Hf].
  assert (HT : forall o, inside to o = true -> inside from (row_by_row from to o) = true /\
    row_by_row to from (row_by_row from to o) = o).
  { intros o Ho; assert (N := everywhere_inside _ _ o Ht Ho); cbv beta in N; apply andb_prop in N.
    destruct N as [N1 N2]; split; [exact N1 |].
    destruct (same_spec (row_by_row to from (row_by_row from to o)) o); [assumption | discriminate]. }
  assert (HF : forall i, inside from i = true -> inside to (row_by_row to from i) = true /\
    row_by_row from to (row_by_row to from i) = i).
  { intros i Hi; assert (N := everywhere_inside _ _ i Hf Hi); cbv beta in N; apply andb_prop in N.
    destruct N as [N1 N2]; split; [exact N1 |].
    destruct (same_spec (row_by_row from to (row_by_row to from i)) i); [assumption | discriminate]. }
  assert (HE' : has_gradient to E (rearranged (row_by_row from to) (real a)) (real g)).
  { apply has_gradient_same with (3 := HE); [| reflexivity]; intros o Ho; symmetry.
    exact (agree_real to (fun o => a (row_by_row from to o)) y o Hy Ho). }
  apply has_gradient_same with (3 := rearranged_passes_back from to _ E (real a) (real g)
    (fun o Ho => proj1 (HT o Ho)) HE'); [reflexivity |].
  intros i Hi; destruct (HF i Hi) as [F1 F2].
  rewrite <- (agree_real from (fun i => g (row_by_row to from i)) g' i Hg Hi); unfold real at 2.
  rewrite (msum_ext to _ (fun o => if same (row_by_row to from i) o then real g o else 0)).
  - rewrite msum_delta, F1; reflexivity.
  - intros o Ho; destruct (HT o Ho) as [T1 T2].
    destruct (same_spec (row_by_row from to o) i), (same_spec (row_by_row to from i) o); congruence.
Qed.

(* --- one layer --- *)

Theorem pointwise_entry phi a i q : Qeq_bool (a i) q = true -> pointwise phi (real a) i = phi (real_of q).
Proof. intros H; apply Qeq_bool_iff in H; unfold pointwise, real; now rewrite (real_of_eq _ _ H). Qed.

Theorem rectify_entry s a i q : Qeq_bool (rectified s (a i)) q = true ->
  pointwise (rectify (real_of s)) (real a) i = real_of q.
Proof.
  intros H; apply Qeq_bool_iff in H; unfold pointwise, real; rewrite <- rectified_real; now apply real_of_eq.
Qed.

Lemma pointwise_gradient sizes phi A G i d : inside sizes i = true -> is_derive phi (A i) d ->
  is_derive (fun u => dot sizes G (pointwise phi (upd A i u))) (A i) (G i * d).
Proof.
  intros Hi D; replace (G i * d) with (dot sizes G (unit i d)).
  - apply is_derive_msum; intros j _; apply is_derive_scal; unfold pointwise, upd, unit.
    destruct (same i j); [exact D | apply @is_derive_const].
  - unfold dot; rewrite (msum_ext sizes _ (fun j => if same i j then G j * d else 0)).
    + now rewrite msum_delta, Hi.
    + intros j _; unfold unit; destruct (same i j); ring.
Qed.

Theorem rectify_gradient_terms sizes s a G i c :
  inside sizes i && negb (Qeq_bool (a i) 0) && Qeq_bool (rectified_slope s (a i)) c = true ->
  is_derive (fun u => dot sizes G (pointwise (rectify (real_of s)) (upd (real a) i u))) (real a i)
            (form G [(i, c)]).
Proof.
  intros H; apply andb_prop in H; destruct H as [H Hc]; apply andb_prop in H; destruct H as [Hi Hz].
  replace (form G [(i, c)]) with (G i * real_of (rectified_slope s (a i))).
  - apply pointwise_gradient; [exact Hi |]; apply rectified_derivative; now destruct (Qeq_bool (a i) 0).
  - apply Qeq_bool_iff in Hc; rewrite (real_of_eq _ _ Hc); unfold form; simpl; ring.
Qed.

Theorem rectify_gradient_at sizes s a g i q :
  inside sizes i && negb (Qeq_bool (a i) 0) && Qeq_bool (g i * rectified_slope s (a i)) q = true ->
  is_derive (fun u => dot sizes (real g) (pointwise (rectify (real_of s)) (upd (real a) i u))) (real a i) (real_of q).
Proof.
  intros H; apply andb_prop in H; destruct H as [H Hq]; apply andb_prop in H; destruct H as [Hi Hz].
  apply Qeq_bool_iff in Hq; rewrite <- (real_of_eq _ _ Hq), real_of_mult.
  apply (pointwise_gradient sizes _ (real a) (real g) i); [exact Hi |].
  apply rectified_derivative; now destruct (Qeq_bool (a i) 0).
Qed.

(* Functions with a derivative everywhere: [phi' x] at every x. *)
Theorem smooth_gradient_terms sizes phi phi' a G i x :
  (forall y, is_derive phi y (phi' y)) -> inside sizes i && Qeq_bool (a i) x = true ->
  is_derive (fun u => dot sizes G (pointwise phi (upd (real a) i u))) (real a i) (G i * phi' (real_of x)).
Proof.
  intros D H; apply andb_prop in H; destruct H as [Hi Hx]; apply Qeq_bool_iff in Hx.
  rewrite <- (real_of_eq _ _ Hx); now apply pointwise_gradient.
Qed.

Theorem smooth_gradient_at sizes phi phi' a g i x q :
  (forall y, is_derive phi y (phi' y)) -> inside sizes i && Qeq_bool (a i) x && Qeq_bool (g i) q = true ->
  is_derive (fun u => dot sizes (real g) (pointwise phi (upd (real a) i u))) (real a i) (real_of q * phi' (real_of x)).
Proof.
  intros D H; apply andb_prop in H; destruct H as [H Hq]; apply Qeq_bool_iff in Hq.
  rewrite <- (real_of_eq _ _ Hq); now apply smooth_gradient_terms.
Qed.

Theorem total_entry sizes a q : qsum (indices sizes) a = q -> total sizes (real a) = real_of q.
Proof. intros <-; now rewrite qsum_real, indices_sum. Qed.

Theorem squared_error_entry sizes n t a q :
  negb (Qeq_bool n 0) && Qeq_bool (/ n * qsum (indices sizes) (fun i => (a i - t i) * (a i - t i)))%Q q = true ->
  squared_error sizes (real_of n) (real t) (real a) = real_of q.
Proof.
  intros H; apply andb_prop in H; destruct H as [Hn H]; apply Qeq_bool_iff in H.
  rewrite <- (real_of_eq _ _ H), real_of_mult, real_of_inv, qsum_real, indices_sum
    by (apply Qeq_bool_neq; now destruct (Qeq_bool n 0)).
  unfold squared_error; f_equal; apply msum_ext; intros i _; unfold real.
  rewrite real_of_mult; unfold Qminus; rewrite real_of_plus.
  replace (real_of (- t i)) with (- real_of (t i)) by (rewrite !real_of_Q2R; now rewrite Q2R_opp); ring.
Qed.

Theorem flatten_entry from to a o q : Qeq_bool (a (row_by_row from to o)) q = true ->
  rearranged (row_by_row from to) (real a) o = real_of q.
Proof. intros H; apply Qeq_bool_iff in H; unfold rearranged, real; now apply real_of_eq. Qed.

(* --- one entry of a chain's gradient --- *)

Theorem entry_derivative sizes E a g i q : has_gradient sizes E (real a) (real g) ->
  inside sizes i && Qeq_bool (g i) q = true ->
  is_derive (fun u => E (upd (real a) i u)) (real a i) (real_of q).
Proof.
  intros HE H; apply andb_prop in H; destruct H as [Hi H]; apply Qeq_bool_iff in H.
  rewrite <- (real_of_eq _ _ H); exact (partial_derivative sizes E (real a) (real g) i HE Hi).
Qed.

Theorem weight_entry_derivative op E a b c g k q :
  has_gradient (out_shape op) E (layer op (real a) (real b) (real c)) (real g) ->
  inside (weight_shape op) k && Qeq_bool (at_numbers g (weight_terms op a k)) q = true ->
  is_derive (fun u => E (layer op (real a) (upd (real b) k u) (real c))) (real b k) (real_of q).
Proof.
  intros HE H; apply andb_prop in H; destruct H as [Hk H]; apply Qeq_bool_iff in H.
  rewrite <- (real_of_eq _ _ H), <- (form_at_numbers g (weight_terms op a k) _ eq_refl), weight_terms_sum.
  exact (backpropagation_to_weight op E (real a) (real b) (real c) (real g) k Hk HE).
Qed.

Theorem bias_entry_derivative op E a b c g f q :
  has_gradient (out_shape op) E (layer op (real a) (real b) (real c)) (real g) ->
  Qeq_bool (at_numbers g (bias_terms op f)) q = true ->
  is_derive (fun u => E (layer op (real a) (real b) (upd (real c) f u))) (real c f) (real_of q).
Proof.
  intros HE H; apply Qeq_bool_iff in H.
  rewrite <- (real_of_eq _ _ H), <- (form_at_numbers g (bias_terms op f) _ eq_refl), bias_terms_sum.
  exact (backpropagation_to_bias op E (real a) (real b) (real c) (real g) f HE).
Qed.

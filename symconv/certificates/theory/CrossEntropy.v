(* The cross entropy of a target under the softmax of an array, in general and at rational numbers. Its samples
   are given by the indices of their classes.

     cross_entropy_shorter     where the targets of each sample add up to 1: ln of the sum of the exponentials,
                               less the sum of the targets times the entries
     cross_entropy_gradient    then its derivative by an entry of one sample is the entry's share in the softmax
                               less its target, divided by n *)
Require Import Reals Arith Lia Lra Bool QArith Qreals Qreduction.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps Pooling Exact LpPooling LpGradient PowerMeans Windows NormPooling.
Local Open Scope R_scope.

Definition normaliser (A : array) (s : list index) : R := lsum s (fun m => exp (A m)).

Definition cross_entropy (n : R) (T : array) (samples : list (list index)) (A : array) : R :=
  / n * lsum samples (fun s => - lsum s (fun i => T i * ln (exp (A i) / normaliser A s))).

Lemma normaliser_pos A s : s <> [] -> 0 < normaliser A s.
Proof.
  unfold normaliser; destruct s as [| i s]; intros H; [easy |]; simpl.
  assert (P := exp_pos (A i)); assert (Q : 0 <= lsum s (fun m => exp (A m))); [| lra].
  clear; induction s as [| j s IH]; simpl; [lra |]; generalize (exp_pos (A j)); lra.
Qed.

Lemma sample_shorter T A s : lsum s T = 1 ->
  - lsum s (fun i => T i * ln (exp (A i) / normaliser A s)) = ln (normaliser A s) - lsum s (fun i => T i * A i).
Proof.
  assert (K : forall Z, 0 < Z ->
    - lsum s (fun i => T i * ln (exp (A i) / Z)) = lsum s T * ln Z - lsum s (fun i => T i * A i)).
  { intros Z HZ; induction s as [| i s IH]; simpl; [ring |].
    unfold Rdiv at 1; rewrite ln_mult, ln_exp, ln_Rinv by (try apply exp_pos; try apply Rinv_0_lt_compat; exact HZ).
    rewrite Ropp_plus_distr, IH; ring. }
  intros H; rewrite K, H; [ring |]; apply normaliser_pos; intros ->; simpl in H; lra.
Qed.

Theorem cross_entropy_shorter n T samples A : (forall s, In s samples -> lsum s T = 1) ->
  cross_entropy n T samples A =
  / n * lsum samples (fun s => ln (normaliser A s) - lsum s (fun i => T i * A i)).
Proof. intros H; unfold cross_entropy; f_equal; apply lsum_ext; intros s Hs; now apply sample_shorter, H. Qed.

Lemma lsum_moved (f : index -> R -> R) A i u l r : ~ In i l -> ~ In i r ->
  lsum (l ++ i :: r) (fun j => f j (upd A i u j)) =
  f i u + (lsum l (fun j => f j (A j)) + lsum r (fun j => f j (A j))).
Proof.
  intros Hl Hr; rewrite lsum_app; simpl.
  assert (E : forall w, ~ In i w -> lsum w (fun j => f j (upd A i u j)) = lsum w (fun j => f j (A j))).
  { intros w Hw; apply lsum_ext; intros j Hj; unfold upd; destruct (same_spec i j) as [<- |]; [contradiction | reflexivity]. }
  rewrite !E by assumption; unfold upd; destruct (same_spec i i); [ring | congruence].
Qed.

Lemma sample_gradient T A i s : In i s -> once i s = true -> lsum s T = 1 ->
  is_derive (fun u => - lsum s (fun j => T j * ln (exp (upd A i u j) / normaliser (upd A i u) s))) (A i)
            (exp (A i) / normaliser A s - T i).
Proof.
  intros Hi H1 HT; destruct (once_split i s Hi H1) as [l [r [E [Hl Hr]]]].
  set (Z := lsum l (fun j => exp (A j)) + lsum r (fun j => exp (A j))).
  set (c := lsum l (fun j => T j * A j) + lsum r (fun j => T j * A j)).
  assert (HZ : forall u, normaliser (upd A i u) s = exp u + Z).
  { intros u; unfold normaliser; rewrite E; exact (lsum_moved (fun _ => exp) A i u l r Hl Hr). }
  assert (P : 0 <= Z).
  { assert (G : forall w, 0 <= lsum w (fun j => exp (A j))).
    { induction w as [| j w IH]; simpl; [lra |]; generalize (exp_pos (A j)); lra. }
    unfold Z; generalize (G l) (G r); lra. }
  apply is_derive_ext with (fun u => ln (exp u + Z) - (T i * u + c)).
  - intros u; rewrite sample_shorter by exact HT; rewrite HZ, E; f_equal; f_equal; symmetry.
    exact (lsum_moved (fun j x => T j * x) A i u l r Hl Hr).
  - assert (N : normaliser A s = exp (A i) + Z).
    { rewrite <- HZ; unfold normaliser; apply lsum_ext; intros j _; now rewrite upd_same. }
    rewrite N; assert (Q := exp_pos (A i)); auto_derive; [lra |]; field; lra.
Qed.

Definition reads_entry (i : index) (s : list index) : bool := existsb (same i) s.

Theorem cross_entropy_gradient n T samples A i s :
  filter (reads_entry i) samples = [s] -> once i s = true -> lsum s T = 1 ->
  is_derive (fun u => cross_entropy n T samples (upd A i u)) (A i) (/ n * (exp (A i) / normaliser A s - T i)).
Proof.
  intros F H1 HT; unfold cross_entropy; apply is_derive_scal.
  assert (Hi : In i s).
  { apply existsb_same; assert (X : In s (filter (reads_entry i) samples)) by (rewrite F; now left).
    now apply filter_In in X. }
  set (g := fun u w => - lsum w (fun j => T j * ln (exp (upd A i u j) / normaliser (upd A i u) w))).
  apply is_derive_ext with (fun u => lsum samples (g u)); [reflexivity |].
  assert (K : forall w u, reads_entry i w = false -> g u w = g (A i) w).
  { intros w u Hw; assert (Hn : ~ In i w) by (intros X; apply existsb_same in X; unfold reads_entry in Hw; congruence).
    assert (E : forall v j, In j w -> upd A i v j = A j).
    { intros v j Hj; unfold upd; destruct (same_spec i j) as [<- |]; [contradiction | reflexivity]. }
    assert (N : forall v, normaliser (upd A i v) w = normaliser A w)
      by (intros v; apply lsum_ext; intros j Hj; now rewrite E).
    unfold g; f_equal; apply lsum_ext; intros j Hj; now rewrite !N, !E by exact Hj. }
  assert (S : exists c, forall u, lsum samples (g u) = g u s + c).
  { clear HT; induction samples as [| w samples IH]; [discriminate |]; simpl in F.
    destruct (reads_entry i w) eqn:B.
    - injection F as <- F; exists (lsum samples (g (A i))); intros u; simpl; f_equal.
      apply lsum_ext; intros v Hv; apply K; destruct (reads_entry i v) eqn:D; [| reflexivity].
      assert (X : In v (filter (reads_entry i) samples)) by (apply filter_In; auto); now rewrite F in X.
    - destruct (IH F) as [c Hc]; exists (g (A i) w + c); intros u; simpl; rewrite Hc, (K w u B); ring. }
  destruct S as [c Hc]; apply is_derive_ext with (fun u => g u s + c); [intros u; symmetry; apply Hc |].
  evar_last; [apply @is_derive_plus; [now apply sample_gradient | apply @is_derive_const] |].
  unfold plus, zero; simpl; ring.
Qed.

(* --- at numbers --- *)

Definition add_up (t : index -> Q) (samples : list (list index)) : bool :=
  forallb (fun s => Qeq_bool (qsum s t) 1) samples.

Lemma add_up_real t samples s : add_up t samples = true -> In s samples -> lsum s (real t) = 1.
Proof.
  intros H Hs; unfold add_up in H; rewrite forallb_forall in H; specialize (H s Hs); apply Qeq_bool_iff in H.
  unfold real; rewrite <- qsum_real, (real_of_eq _ _ H); reflexivity.
Qed.

(* The entries of each sample, and the sum of its targets times its entries. *)
Definition entropy_terms (t a : index -> Q) (samples : list (list index)) : list (list Q * Q) :=
  map (fun s => (map a s, qsum s (fun i => (t i * a i)%Q))) samples.

Definition entropy_value (terms : list (list Q * Q)) : R :=
  lsum terms (fun x => ln (lsum (map real_of (fst x)) exp) - real_of (snd x)).

Theorem cross_entropy_entry n t samples a terms :
  (if add_up t samples then Some (entropy_terms t a samples) else None) = Some terms ->
  cross_entropy n (real t) samples (real a) = / n * entropy_value terms.
Proof.
  destruct (add_up t samples) eqn:E; [| discriminate]; intros H; injection H as <-.
  rewrite cross_entropy_shorter by (intros s; now apply add_up_real); f_equal.
  unfold entropy_value, entropy_terms; rewrite lsum_map; apply lsum_ext; intros s _; cbn [fst snd].
  rewrite qsum_real; unfold normaliser; rewrite !lsum_map; f_equal.
  apply lsum_ext; intros i _; symmetry; apply real_of_mult.
Qed.

Theorem cross_entropy_gradient_at n t samples a i xs x y :
  match filter (reads_entry i) samples with
  | [s] => if add_up t samples && once i s then Some (map a s, a i, t i) else None
  | _ => None
  end = Some (xs, x, y) ->
  is_derive (fun u => cross_entropy n (real t) samples (upd (real a) i u)) (real a i)
            (/ n * (exp (real_of x) / lsum (map real_of xs) exp - real_of y)).
Proof.
  destruct (filter (reads_entry i) samples) as [| s [| s' rest]] eqn:F; try discriminate.
  destruct (add_up t samples && once i s) eqn:E; [| discriminate]; intros H; injection H as <- <- <-.
  apply andb_prop in E; destruct E as [E H1].
  replace (lsum (map real_of (map a s)) exp) with (normaliser (real a) s)
    by (unfold normaliser; now rewrite !lsum_map).
  apply (cross_entropy_gradient n (real t) samples (real a) i s F H1), (add_up_real t samples s E).
  assert (X : In s (filter (reads_entry i) samples)) by (rewrite F; now left); now apply filter_In in X.
Qed.

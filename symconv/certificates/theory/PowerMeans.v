(* The power mean ((1/n) sum x^p)^(1/p) of a window at the other ends of its range; its entries are positive
   where it is not said otherwise.

     powmean_tends_to_geometric    as p tends to 0 from either side, so also p -> 0+: the geometric mean
                                   exp ((1/n) sum ln x)
     powmean_tends_to_min          as p tends to -infinity: the minimum
     lpnorm_tends_to_min           the same without the factor 1/n
     powmean_min_bounds, lpnorm_min_bounds
                                   min <= P_(-p) <= n^(1/p) min and n^(-1/p) min <= N_(-p) <= min
     powmean_zeros_limit           of non-negative entries, one of them 0: the limit for p -> 0+ is 0
     powmean_zeros_bound           P_p <= c^(1/p) max, c the share of the entries that are not 0 *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import LpPooling LpGradient.
Local Open Scope R_scope.

Fixpoint minl (l : list R) : R :=
  match l with [] => 0 | [x] => x | x :: t => Rmin x (minl t) end.

Definition sumln (l : list R) : R := fold_right (fun x s => ln x + s) 0 l.
Definition geomean (l : list R) : R := exp (/ INR (length l) * sumln l).

Lemma length_pos {X} (l : list X) : l <> [] -> 0 < INR (length l).
Proof. intros H; apply lt_0_INR; destruct l; [easy | simpl; auto with arith]. Qed.

(* --- p -> 0 --- *)

Lemma sumpow_at_0 l : pos_list l -> sumpow 0 l = INR (length l).
Proof.
  intros H; induction H as [| x l Hx Hl IH]; [reflexivity |].
  change (length (x :: l)) with (S (length l)); rewrite S_INR; simpl sumpow.
  rewrite IH, rpow_pos, Rpower_O by exact Hx; ring.
Qed.

Lemma sumpow_derive_at_0 l : pos_list l -> is_derive (fun p => sumpow p l) 0 (sumln l).
Proof.
  intros H; induction H as [| x l Hx Hl IH]; simpl; [apply @is_derive_const |].
  apply @is_derive_plus; [| exact IH].
  apply is_derive_ext with (fun p => exp (p * ln x)).
  - intros p; symmetry; now apply rpow_pos.
  - auto_derive; [exact I |]; rewrite Rmult_0_l, exp_0; ring.
Qed.

Theorem powmean_tends_to_geometric l : pos_list l -> l <> [] ->
  is_lim (fun p => powmean p l) 0 (geomean l).
Proof.
  intros H Hn; assert (HI := length_pos l Hn).
  pose (f := fun p => ln (/ INR (length l) * sumpow p l)).
  assert (H0 : / INR (length l) * sumpow 0 l = 1) by (rewrite sumpow_at_0 by exact H; field; lra).
  assert (Hd : is_derive f 0 (/ INR (length l) * sumln l)).
  { unfold f; evar_last.
    - apply (is_derive_comp ln (fun p => / INR (length l) * sumpow p l)).
      + apply is_derive_ln; rewrite H0; lra.
      + apply is_derive_scal, sumpow_derive_at_0, H.
    - rewrite H0; unfold scal; simpl; unfold mult; simpl; field; lra. }
  apply is_derive_Reals in Hd.
  apply is_lim_ext_loc with (fun p => exp (/ p * f p)).
  { exists (mkposreal 1 Rlt_0_1); intros p _ Hp; unfold powmean.
    assert (Hs : 0 < / INR (length l) * sumpow p l).
    { apply Rmult_lt_0_compat; [now apply Rinv_0_lt_compat |].
      destruct H as [| x t Hx Ht]; [easy |]; simpl.
      generalize (rpow_gt0 x p Hx) (sumpow_ge0 p t); lra. }
    rewrite rpow_pos by exact Hs; reflexivity. }
  unfold geomean; apply is_lim_comp_continuous; [| apply continuous_exp].
  apply is_lim_spec; intros eps; destruct (Hd eps (cond_pos eps)) as [delta Hdelta].
  exists delta; intros p Hp Hne.
  assert (Hp' : Rabs p < delta).
  { change (Rabs (p - 0) < delta) in Hp; now rewrite Rminus_0_r in Hp. }
  specialize (Hdelta p Hne Hp').
  replace (/ p * f p) with ((f (0 + p) - f 0) / p); [exact Hdelta |].
  rewrite Rplus_0_l; replace (f 0) with 0; [field; exact Hne |].
  unfold f; now rewrite H0, ln_1.
Qed.

(* --- p -> -infinity --- *)

Lemma pos_inv l : pos_list l -> pos_list (map Rinv l).
Proof. intros H; induction H; simpl; constructor; [now apply Rinv_0_lt_compat | assumption]. Qed.

Lemma minl_pos l : pos_list l -> l <> [] -> 0 < minl l.
Proof.
  intros H; induction H as [| x l Hx Hl IH]; intros Hn; [easy |].
  destruct l as [| y l]; [exact Hx |].
  change (0 < Rmin x (minl (y :: l))); apply Rmin_glb_lt; [exact Hx | apply IH; discriminate].
Qed.

Lemma max_of_inverses l : pos_list l -> l <> [] -> maxl (map Rinv l) = / minl l.
Proof.
  intros H; induction H as [| x l Hx Hl IH]; intros Hn; [easy |].
  destruct l as [| y l].
  - simpl; apply Rmax_left; left; now apply Rinv_0_lt_compat.
  - change (Rmax (/ x) (maxl (map Rinv (y :: l))) = / Rmin x (minl (y :: l))).
    rewrite IH by discriminate; assert (Hm : 0 < minl (y :: l)) by (apply minl_pos; [exact Hl | discriminate]).
    destruct (Rle_dec x (minl (y :: l))) as [r | r].
    + rewrite Rmin_left by exact r; apply Rmax_left; now apply Rinv_le_contravar.
    + rewrite Rmin_right by lra; apply Rmax_right, Rinv_le_contravar; lra.
Qed.

Lemma rpow_neg x p : 0 < x -> rpow x (- p) = / rpow x p.
Proof. intros H; rewrite !rpow_pos by exact H; apply Rpower_Ropp. Qed.

Lemma rpow_of_inv x p : 0 < x -> rpow (/ x) p = rpow x (- p).
Proof.
  intros H; rewrite !rpow_pos by (try apply Rinv_0_lt_compat; exact H); unfold Rpower.
  rewrite ln_Rinv by exact H; f_equal; ring.
Qed.

Lemma sumpow_neg p l : pos_list l -> sumpow (- p) l = sumpow p (map Rinv l).
Proof.
  intros H; induction H as [| x l Hx Hl IH]; simpl; [reflexivity |]; now rewrite IH, rpow_of_inv.
Qed.

Lemma sumpow_pos p l : pos_list l -> l <> [] -> 0 < sumpow p l.
Proof.
  intros H Hn; destruct H as [| x t Hx Ht]; [easy |]; simpl.
  generalize (rpow_gt0 x p Hx) (sumpow_ge0 p t); lra.
Qed.

Lemma inverse_exponent p : 0 < p -> / - p = - / p.
Proof. intros H; field; lra. Qed.

Lemma lpnorm_neg p l : 0 < p -> pos_list l -> l <> [] -> lpnorm (- p) l = / lpnorm p (map Rinv l).
Proof.
  intros Hp H Hn; unfold lpnorm; rewrite sumpow_neg, inverse_exponent by assumption.
  apply rpow_neg, sumpow_pos; [now apply pos_inv | now destruct l].
Qed.

Lemma powmean_neg p l : 0 < p -> pos_list l -> l <> [] -> powmean (- p) l = / powmean p (map Rinv l).
Proof.
  intros Hp H Hn; unfold powmean; rewrite sumpow_neg, inverse_exponent, map_length by assumption.
  apply rpow_neg, Rmult_lt_0_compat; [apply Rinv_0_lt_compat; now apply length_pos |].
  apply sumpow_pos; [now apply pos_inv | now destruct l].
Qed.

Lemma is_lim_neg_exponent (f : R -> R) (m : R) : 0 < m ->
  is_lim f p_infty (/ m) -> is_lim (fun p => / f p) p_infty m.
Proof.
  intros Hm H; replace (Finite m) with (Rbar_inv (/ m)).
  - apply is_lim_inv; [exact H |]; intros E; injection E; apply Rinv_neq_0_compat; lra.
  - simpl; f_equal; field; lra.
Qed.

Theorem lpnorm_tends_to_min l : pos_list l -> l <> [] ->
  is_lim (fun p => lpnorm (- p) l) p_infty (minl l).
Proof.
  intros H Hn; apply is_lim_ext_loc with (fun p => / lpnorm p (map Rinv l)).
  - exists 0; intros p Hp; symmetry; now apply lpnorm_neg.
  - apply is_lim_neg_exponent; [now apply minl_pos |].
    rewrite <- max_of_inverses by assumption; apply lp_pool_tends_to_max, pos_nonneg, pos_inv, H.
Qed.

Theorem powmean_tends_to_min l : pos_list l -> l <> [] ->
  is_lim (fun p => powmean (- p) l) p_infty (minl l).
Proof.
  intros H Hn; apply is_lim_ext_loc with (fun p => / powmean p (map Rinv l)).
  - exists 0; intros p Hp; symmetry; now apply powmean_neg.
  - apply is_lim_neg_exponent; [now apply minl_pos |].
    rewrite <- max_of_inverses by assumption; apply powmean_tends_to_max;
      [apply pos_nonneg, pos_inv, H | now destruct l].
Qed.

Theorem lpnorm_min_bounds p l : 0 < p -> pos_list l -> l <> [] ->
  rpow (INR (length l)) (- / p) * minl l <= lpnorm (- p) l <= minl l.
Proof.
  intros Hp H Hn; rewrite lpnorm_neg by assumption.
  assert (Hm := minl_pos l H Hn); assert (HI := length_pos l Hn).
  assert (H' := pos_nonneg _ (pos_inv l H)).
  assert (L := lpnorm_lower p _ Hp H'); assert (U := lpnorm_upper p _ Hp H').
  rewrite max_of_inverses in L, U by assumption; rewrite map_length in U.
  assert (Hi : 0 < / minl l) by now apply Rinv_0_lt_compat.
  assert (Hr := rpow_gt0 (INR (length l)) (/ p) HI).
  assert (Hf : 0 < lpnorm p (map Rinv l)) by lra.
  rewrite rpow_neg by exact HI; split.
  - replace (/ rpow (INR (length l)) (/ p) * minl l) with (/ (rpow (INR (length l)) (/ p) * / minl l))
      by (field; lra).
    apply Rinv_le_contravar; [exact Hf | exact U].
  - replace (minl l) with (/ / minl l) at 1 by (field; lra).
    apply Rinv_le_contravar; [exact Hi | exact L].
Qed.

Lemma powmean_lpnorm p l : 0 < p -> l <> [] -> powmean p l = / rpow (INR (length l)) (/ p) * lpnorm p l.
Proof.
  intros Hp Hn; assert (HI := length_pos l Hn); unfold powmean, lpnorm.
  rewrite rpow_mult by (apply sumpow_ge0 || (left; now apply Rinv_0_lt_compat)).
  f_equal; rewrite rpow_of_inv by exact HI; now apply rpow_neg.
Qed.

Theorem powmean_min_bounds p l : 0 < p -> pos_list l -> l <> [] ->
  minl l <= powmean (- p) l <= rpow (INR (length l)) (/ p) * minl l.
Proof.
  intros Hp H Hn.
  assert (Hne : map Rinv l <> []) by now destruct l.
  assert (E : powmean (- p) l = rpow (INR (length l)) (/ p) * lpnorm (- p) l).
  { rewrite powmean_neg, lpnorm_neg, powmean_lpnorm, map_length by assumption.
    assert (Hr := rpow_gt0 (INR (length l)) (/ p) (length_pos l Hn)).
    assert (Hl : 0 < lpnorm p (map Rinv l)).
    { unfold lpnorm; apply rpow_gt0, sumpow_pos; [now apply pos_inv | exact Hne]. }
    field; lra. }
  assert (B := lpnorm_min_bounds p l Hp H Hn); rewrite E.
  assert (HI := length_pos l Hn); assert (Hr := rpow_gt0 (INR (length l)) (/ p) HI).
  rewrite rpow_neg in B by exact HI; destruct B as [B1 B2]; split.
  - apply Rmult_le_compat_l with (r := rpow (INR (length l)) (/ p)) in B1; [| lra].
    rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l in B1 by lra; exact B1.
  - apply Rmult_le_compat_l; lra.
Qed.

(* --- p -> 0+ where an entry is zero --- *)

Fixpoint positives (l : list R) : nat :=
  match l with [] => O | x :: t => ((if Rlt_dec 0 x then 1 else 0) + positives t)%nat end.

Lemma positives_le l : (positives l <= length l)%nat.
Proof. induction l as [| x l IH]; simpl; [lia |]; destruct (Rlt_dec 0 x); lia. Qed.

Lemma positives_lt l : In 0 l -> (positives l < length l)%nat.
Proof.
  induction l as [| x l IH]; intros H; [destruct H |]; simpl; assert (B := positives_le l).
  destruct H as [-> | H].
  - destruct (Rlt_dec 0 0); [lra | simpl; lia].
  - specialize (IH H); destruct (Rlt_dec 0 x); simpl; lia.
Qed.

Lemma sumpow_positives p l M : 0 < p -> (forall x, In x l -> 0 <= x <= M) ->
  sumpow p l <= INR (positives l) * rpow M p.
Proof.
  intros Hp; induction l as [| x l IH]; intros H; simpl sumpow; simpl positives; [simpl; lra |].
  assert (Hl := IH (fun y Hy => H y (or_intror Hy))); assert (Hx := H x (or_introl eq_refl)).
  rewrite plus_INR; destruct (Rlt_dec 0 x) as [Px | Nx]; simpl (INR _).
  - assert (rpow x p <= rpow M p) by (apply rpow_le; lra); lra.
  - replace x with 0 by lra; rewrite rpow_0; lra.
Qed.

Theorem powmean_zeros_bound p l : 0 < p -> nonneg_list l -> l <> [] ->
  0 <= powmean p l <= rpow (/ INR (length l) * INR (positives l)) (/ p) * maxl l.
Proof.
  intros Hp H Hn; split; [apply rpow_ge0 |]; unfold powmean.
  assert (HI : 0 < / INR (length l)) by now apply Rinv_0_lt_compat, length_pos.
  assert (HM : forall x, In x l -> 0 <= x <= maxl l).
  { intros x Hx; split; [unfold nonneg_list in H; rewrite Forall_forall in H; now apply H | now apply maxl_ub]. }
  assert (HC : 0 <= / INR (length l) * INR (positives l)) by (apply Rmult_le_pos; [lra | apply pos_INR]).
  rewrite <- (rpow_inv (maxl l) p) at 1 by (try apply maxl_ge0; assumption).
  rewrite <- rpow_mult by (exact HC || apply rpow_ge0).
  apply rpow_le; [left; now apply Rinv_0_lt_compat |]; split.
  - apply Rmult_le_pos; [lra | apply sumpow_ge0].
  - rewrite Rmult_assoc; apply Rmult_le_compat_l; [lra |]; now apply sumpow_positives.
Qed.

Lemma root_to_0 c : 0 <= c < 1 -> filterlim (fun p => rpow c (/ p)) (at_right 0) (locally 0).
Proof.
  intros [Hc H1]; destruct (Rle_lt_or_eq_dec _ _ Hc) as [Pc | <-].
  - apply filterlim_ext with (fun p => exp (ln c * / p)).
    { intros p; rewrite rpow_pos by exact Pc; unfold Rpower; f_equal; ring. }
    apply filterlim_comp with (G := Rbar_locally m_infty); [| exact is_lim_exp_m].
    apply filterlim_comp with (G := Rbar_locally p_infty); [apply filterlim_Rinv_0_right |].
    assert (Hl : ln c < 0) by (rewrite <- ln_1; now apply ln_increasing).
    assert (L : is_lim (fun u => ln c * u) p_infty m_infty).
    { replace m_infty with (Rbar_mult (ln c) p_infty).
      - apply is_lim_scal_l, is_lim_id.
      - apply is_Rbar_mult_unique, is_Rbar_mult_sym, is_Rbar_mult_p_infty_neg; simpl; lra. }
    exact L.
  - apply filterlim_ext with (fun _ => 0); [intros; now rewrite rpow_0 | apply filterlim_const].
Qed.

Theorem powmean_zeros_limit l : nonneg_list l -> In 0 l ->
  filterlim (fun p => powmean p l) (at_right 0) (locally 0).
Proof.
  intros H Hin; assert (Hn : l <> []) by (intros ->; destruct Hin).
  assert (HI := length_pos l Hn).
  assert (Hlt : INR (positives l) < INR (length l)) by now apply lt_INR, positives_lt.
  set (c := / INR (length l) * INR (positives l)).
  assert (Hc : 0 <= c < 1).
  { unfold c; split; [apply Rmult_le_pos; [left; now apply Rinv_0_lt_compat | apply pos_INR] |].
    apply Rmult_lt_reg_l with (INR (length l)); [exact HI |].
    rewrite <- Rmult_assoc, Rinv_r by lra; lra. }
  apply filterlim_le_le with (f := fun _ => 0) (h := fun p => rpow c (/ p) * maxl l) (l := Finite 0).
  - exists (mkposreal 1 Rlt_0_1); intros p _ Hp; now apply powmean_zeros_bound.
  - apply filterlim_const.
  - replace (Finite 0) with (Finite (0 * maxl l)) by (f_equal; ring).
    apply (filterlim_comp _ _ _ (fun p => rpow c (/ p)) (fun y => y * maxl l) _ (locally 0)); [now apply root_to_0 |].
    apply (continuous_mult (fun y => y) (fun _ => maxl l)); [apply continuous_id | apply continuous_const].
Qed.

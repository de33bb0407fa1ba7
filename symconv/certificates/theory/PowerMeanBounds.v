(* How the power mean depends on its exponent, and the bounds that hold its limits.

     powmean_max_bounds        n^(-1/p) max <= P_p <= max
     powmean_monotone          P_p <= P_q for p <= q
     powmean_geometric_bounds  G <= P_p <= G exp (V_p), with G the geometric mean, z_i = ln (x_i / G) and V_p
                               the mean of the z_i exp (p z_i)
     lpnorm_small_exponents, lp_small_exponents
                               n^(1/p) min <= N_p, of absolute values for any entries but 0
     powmean_of_norm           P_p = n^(-1/p) N_p *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import LpPooling LpGradient PowerMeans.
Local Open Scope R_scope.

Theorem powmean_of_norm p l : 0 < p -> l <> [] -> powmean p l = rpow (INR (length l)) (- / p) * lpnorm p l.
Proof. intros Hp Hn; rewrite powmean_lpnorm, rpow_neg by (assumption || now apply length_pos); reflexivity. Qed.

Theorem powmean_max_bounds p l : 0 < p -> nonneg_list l -> l <> [] ->
  rpow (INR (length l)) (- / p) * maxl l <= powmean p l <= maxl l.
Proof.
  intros Hp H Hn; rewrite powmean_of_norm by assumption; assert (HI := length_pos l Hn).
  assert (L := lpnorm_lower p l Hp H); assert (U := lpnorm_upper p l Hp H).
  assert (Hr := rpow_gt0 (INR (length l)) (- / p) HI); split; [apply Rmult_le_compat_l; lra |].
  apply Rmult_le_compat_l with (r := rpow (INR (length l)) (- / p)) in U; [| lra].
  assert (Hs := rpow_gt0 (INR (length l)) (/ p) HI).
  assert (E : rpow (INR (length l)) (- / p) * rpow (INR (length l)) (/ p) = 1)
    by (rewrite rpow_neg by exact HI; field; lra).
  rewrite <- Rmult_assoc, E, Rmult_1_l in U; exact U.
Qed.

Theorem lpnorm_small_exponents p l : 0 < p -> pos_list l -> l <> [] ->
  rpow (INR (length l)) (/ p) * minl l <= lpnorm p l.
Proof.
  intros Hp H Hn; assert (HI := length_pos l Hn); assert (Hm := minl_pos l H Hn).
  rewrite <- (rpow_inv (minl l) p), <- rpow_mult by (lra || apply pos_INR || apply rpow_ge0).
  apply rpow_le; [left; now apply Rinv_0_lt_compat |]; split.
  { apply Rmult_le_pos; [apply pos_INR | apply rpow_ge0]. }
  assert (G : forall m k, 0 <= m -> (forall x, In x k -> m <= x) -> INR (length k) * rpow m p <= sumpow p k).
  { intros m k Hm0; induction k as [| x k IH]; intros Hk; [simpl; lra |].
    change (length (x :: k)) with (S (length k)); rewrite S_INR; simpl sumpow.
    assert (rpow m p <= rpow x p) by (apply rpow_le; [lra | split; [exact Hm0 | apply Hk; now left]]).
    specialize (IH (fun y Hy => Hk y (or_intror Hy))); lra. }
  apply G; [lra |]; intros x Hx; clear - Hx; induction l as [| y l IH]; [easy |].
  destruct l as [| z l]; [destruct Hx as [<- | []]; simpl; lra |].
  change (Rmin y (minl (z :: l)) <= x); destruct Hx as [<- | Hx]; [apply Rmin_l |].
  apply Rle_trans with (1 := Rmin_r _ _); now apply IH.
Qed.

Theorem lp_small_exponents p l : 0 < p -> (forall x, In x l -> x <> 0) -> l <> [] ->
  rpow (INR (length l)) (/ p) * minl (map Rabs l) <= lpnorm p (map Rabs l).
Proof.
  intros Hp H Hn; rewrite <- (map_length Rabs l); apply lpnorm_small_exponents; [exact Hp | | now destruct l].
  apply Forall_forall; intros y Hy; apply in_map_iff in Hy; destruct Hy as [x [<- Hx]]; now apply Rabs_pos_lt, H.
Qed.

(* --- monotone in the exponent --- *)

Lemma ln_below x : 0 < x -> ln x <= x - 1.
Proof. intros H; assert (E := exp_ineq1_le (ln x)); rewrite exp_ln in E by exact H; lra. Qed.

(* Bernoulli's inequality for real exponents. *)
Lemma bernoulli u s : 0 <= u -> 1 <= s -> 1 + s * (u - 1) <= rpow u s.
Proof.
  intros Hu Hs; destruct (Rle_lt_or_eq_dec _ _ Hu) as [Pu | <-]; [| rewrite rpow_0; lra].
  set (w := rpow u s); assert (Hw : 0 < w) by now apply rpow_gt0.
  set (m := / s * w + (1 - / s)).
  assert (Is : 0 < / s <= 1).
  { split; [apply Rinv_0_lt_compat; lra |]; rewrite <- Rinv_1; apply Rinv_le_contravar; lra. }
  assert (Hm : 0 < m) by (unfold m; generalize (Rmult_lt_0_compat _ _ (proj1 Is) Hw); lra).
  assert (E : ln w = s * ln u) by (unfold w; rewrite rpow_pos by exact Pu; unfold Rpower; apply ln_exp).
  assert (L1 := ln_below (w / m) (Rdiv_lt_0_compat _ _ Hw Hm)).
  assert (L2 := ln_below (/ m) (Rinv_0_lt_compat _ Hm)).
  unfold Rdiv in L1; rewrite ln_mult in L1 by (try apply Rinv_0_lt_compat; assumption).
  rewrite ln_Rinv in L1, L2 by exact Hm.
  assert (S1 : / s * (ln w + - ln m) + (1 - / s) * (- ln m) <= / s * (w * / m - 1) + (1 - / s) * (/ m - 1)).
  { apply Rplus_le_compat; apply Rmult_le_compat_l; lra. }
  replace (/ s * (w * / m - 1) + (1 - / s) * (/ m - 1)) with 0 in S1 by (unfold m in *; field; split; [| lra]; lra).
  assert (S2 : / s * ln w <= ln m) by lra.
  rewrite E, <- Rmult_assoc, Rinv_l, Rmult_1_l in S2 by lra.
  assert (S3 : u <= m).
  { destruct S2 as [S2 | S2]; [left; now apply ln_lt_inv | right; now apply ln_inv]. }
  unfold m in S3; apply Rmult_le_compat_l with (r := s) in S3; [| lra].
  rewrite Rmult_plus_distr_l, <- Rmult_assoc, Rinv_r in S3 by lra.
  replace (s * (1 - / s)) with (s - 1) in S3 by (field; lra); lra.
Qed.

Lemma sum_of_powers p q P l : 0 < p -> p <= q -> 0 < P -> nonneg_list l ->
  INR (length l) + q / p * (sumpow p l / rpow P p - INR (length l)) <= sumpow q l / rpow P q.
Proof.
  intros Hp Hq HP H; assert (Pp := rpow_gt0 P p HP); assert (Pq := rpow_gt0 P q HP).
  assert (Hs : 1 <= q / p) by (apply Rmult_le_reg_r with p; [exact Hp |]; unfold Rdiv;
    rewrite Rmult_assoc, Rinv_l by lra; lra).
  induction H as [| x l Hx Hl IH]; [simpl; unfold Rdiv; rewrite !Rmult_0_l; lra |].
  change (length (x :: l)) with (S (length l)); rewrite S_INR; simpl sumpow.
  assert (B := bernoulli (rpow x p / rpow P p) (q / p) ltac:(apply Rdiv_le_0_compat; [apply rpow_ge0 | exact Pp]) Hs).
  assert (E : rpow (rpow x p / rpow P p) (q / p) = rpow x q / rpow P q).
  { destruct (Rle_lt_or_eq_dec _ _ Hx) as [Hx' | <-].
    - assert (F : forall r, rpow x r / rpow P r = exp (r * (ln x - ln P))).
      { intros r; rewrite !rpow_pos by assumption; unfold Rpower, Rdiv.
        rewrite <- exp_Ropp, <- exp_plus; f_equal; ring. }
      rewrite !F, rpow_pos by apply exp_pos; unfold Rpower; rewrite ln_exp; f_equal; field; lra.
    - rewrite !rpow_0; unfold Rdiv; rewrite !Rmult_0_l; apply rpow_0. }
  rewrite E in B; unfold Rdiv in *; rewrite !Rmult_plus_distr_r in *; nra.
Qed.

Theorem powmean_monotone p q l : 0 < p -> p <= q -> nonneg_list l -> l <> [] -> powmean p l <= powmean q l.
Proof.
  intros Hp Hq H Hn; assert (HI := length_pos l Hn); set (P := powmean p l).
  destruct (Rle_lt_or_eq_dec 0 P ltac:(apply rpow_ge0)) as [HP | <-]; [| apply rpow_ge0].
  assert (E : / INR (length l) * sumpow p l = rpow P p).
  { assert (G := rpow_inv (/ INR (length l) * sumpow p l) (/ p) (Rinv_0_lt_compat _ Hp)).
    rewrite Rinv_involutive in G by lra; symmetry; apply G.
    apply Rmult_le_pos; [left; now apply Rinv_0_lt_compat | apply sumpow_ge0]. }
  assert (Pp := rpow_gt0 P p HP); assert (Pq := rpow_gt0 P q HP).
  assert (S1 := sum_of_powers p q P l Hp Hq HP H).
  assert (HS : sumpow p l <> 0) by (intros Z; rewrite Z, Rmult_0_r in E; lra).
  replace (sumpow p l / rpow P p) with (INR (length l)) in S1 by (rewrite <- E; field; lra).
  rewrite Rminus_diag_eq, Rmult_0_r, Rplus_0_r in S1 by reflexivity.
  assert (S2 : rpow P q <= / INR (length l) * sumpow q l).
  { apply Rmult_le_reg_l with (INR (length l)); [exact HI |]; rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
    apply Rmult_le_compat_r with (r := rpow P q) in S1; [| lra].
    unfold Rdiv in S1; rewrite Rmult_assoc, Rinv_l in S1 by lra; lra. }
  unfold powmean at 1; rewrite <- (rpow_inv P q) by lra.
  apply rpow_le; [left; apply Rinv_0_lt_compat; lra |]; split; [apply rpow_ge0 | exact S2].
Qed.

(* --- the bounds at small exponents --- *)

Definition centred (l : list R) (x : R) : R := ln (x / geomean l).
Definition mean_of (f : R -> R) (l : list R) : R := / INR (length l) * fold_right (fun x s => f x + s) 0 l.
Definition slope_mean (p : R) (l : list R) : R := mean_of (fun x => centred l x * exp (p * centred l x)) l.

Lemma mean_of_le f g l : (forall x, In x l -> f x <= g x) -> l <> [] -> mean_of f l <= mean_of g l.
Proof.
  intros H Hn; unfold mean_of; apply Rmult_le_compat_l.
  - left; now apply Rinv_0_lt_compat, length_pos.
  - clear Hn; induction l as [| x l IH]; simpl; [lra |].
    apply Rplus_le_compat; [apply H; now left | apply IH; intros; apply H; now right].
Qed.

Lemma mean_of_affine c f l : l <> [] -> mean_of (fun x => 1 + c * f x) l = 1 + c * mean_of f l.
Proof.
  intros Hn; assert (HI := length_pos l Hn); unfold mean_of.
  assert (E : fold_right (fun x s => 1 + c * f x + s) 0 l =
              INR (length l) + c * fold_right (fun x s => f x + s) 0 l).
  { clear; induction l as [| x l IH]; [simpl; ring |].
    change (length (x :: l)) with (S (length l)); rewrite S_INR; simpl fold_right; rewrite IH; ring. }
  rewrite E; field; lra.
Qed.

Lemma centred_mean l : pos_list l -> l <> [] -> mean_of (centred l) l = 0.
Proof.
  intros H Hn; assert (HI := length_pos l Hn).
  assert (E : forall k, pos_list k ->
    fold_right (fun x s => centred l x + s) 0 k = sumln k - INR (length k) * ln (geomean l)).
  { intros k Hk; induction Hk as [| x k Hx Hk IH]; [simpl; ring |].
    change (length (x :: k)) with (S (length k)); rewrite S_INR; simpl fold_right; rewrite IH.
    unfold centred, Rdiv; rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; try apply exp_pos; assumption).
    unfold sumln; simpl; ring. }
  unfold mean_of; rewrite E by exact H; unfold geomean; rewrite ln_exp; field; lra.
Qed.

Lemma mean_of_powers p l : pos_list l -> l <> [] ->
  / INR (length l) * sumpow p l = rpow (geomean l) p * mean_of (fun x => exp (p * centred l x)) l.
Proof.
  intros H Hn; assert (G0 : 0 < geomean l) by apply exp_pos; unfold mean_of.
  assert (E : forall k, pos_list k ->
    sumpow p k = rpow (geomean l) p * fold_right (fun x s => exp (p * centred l x) + s) 0 k).
  { intros k Hk; induction Hk as [| x k Hx Hk IH]; simpl; [ring |]; rewrite IH, Rmult_plus_distr_l; f_equal.
    rewrite !rpow_pos by assumption; unfold Rpower, centred, Rdiv; rewrite <- exp_plus; f_equal.
    rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; assumption); ring. }
  rewrite E by exact H; ring.
Qed.

Theorem powmean_geometric_bounds p l : 0 < p -> pos_list l -> l <> [] ->
  geomean l <= powmean p l <= geomean l * exp (slope_mean p l).
Proof.
  intros Hp H Hn; assert (G0 : 0 < geomean l) by apply exp_pos.
  set (A := mean_of (fun x => exp (p * centred l x)) l).
  assert (A1 : 1 <= A).
  { replace 1 with (mean_of (fun x => 1 + p * centred l x) l)
      by (rewrite mean_of_affine, centred_mean by assumption; ring).
    apply mean_of_le; [intros; apply exp_ineq1_le | exact Hn]. }
  assert (A2 : A <= exp (p * slope_mean p l)).
  { apply Rle_trans with (1 + p * slope_mean p l); [| apply exp_ineq1_le].
    unfold slope_mean; rewrite <- mean_of_affine by exact Hn; apply mean_of_le; [| exact Hn]; intros x _.
    set (z := centred l x); assert (B := exp_ineq1_le (- (p * z))).
    apply Rmult_le_compat_l with (r := exp (p * z)) in B; [| left; apply exp_pos].
    rewrite <- exp_plus, Rplus_opp_r, exp_0 in B; lra. }
  assert (E : powmean p l = geomean l * rpow A (/ p)).
  { unfold powmean; rewrite mean_of_powers by assumption; fold A.
    rewrite rpow_mult, rpow_inv by (lra || apply rpow_ge0); reflexivity. }
  assert (Ip := Rinv_0_lt_compat _ Hp).
  rewrite E; split.
  - rewrite <- (Rmult_1_r (geomean l)) at 1; apply Rmult_le_compat_l; [lra |].
    replace 1 with (rpow 1 (/ p)) by (rewrite rpow_pos by lra; unfold Rpower; now rewrite ln_1, Rmult_0_r, exp_0).
    apply rpow_le; lra.
  - apply Rmult_le_compat_l; [lra |].
    replace (exp (slope_mean p l)) with (rpow (exp (p * slope_mean p l)) (/ p)).
    + apply rpow_le; lra.
    + rewrite rpow_pos by apply exp_pos; unfold Rpower; rewrite ln_exp; f_equal; field; lra.
Qed.

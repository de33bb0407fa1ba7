(* LP pooling of a window, for every real exponent p > 0. Entries are non-negative where it is not said
   otherwise; a window of any entries is that of its absolute values.

     lpnorm_lower, lpnorm_upper    max <= N_p <= n^(1/p) max
     lp_pool_tends_to_max          N_p tends to the maximum as p grows
     lp_rate                       0 <= N_p - max <= (n^(1/p) - 1) max
     lp_pool_signed                of any entries: the limit is the largest absolute value
     lp_pool_seq_tends_to_max      the same along p = 1, 2, 3, ..., with powers in place of exponentials
     lp_one_is_sum, lp_one_signed  N_1 is the sum, of absolute values for any entries
     lp_one_plain, lp_one_average  ... of the entries where none is negative, and n times the average
     lp_one_least                  N_1 is at least the sum
     lp_one_above                  N_1 exceeds the sum where an entry is negative
     lp_monotone, lp_monotone_signed
                                   N_q <= N_p for p <= q
     lp_homogeneous, lp_scaled     N_p (c x) = |c| N_p (x)
     lp_two_is_euclid              the square of N_2 is the sum of the squares
     lp_ratio, lp_accuracy         0 <= N_p / max - 1 <= n^(1/p) - 1, which is at most eps
                                   from p = ln n / ln (1 + eps) on
     lp_of_zeros                   N_p is 0 where the maximum is
     even_power, odd_power         what plain powers make of a sign
     powmean_tends_to_max          the power mean ((1/n) sum x^p)^(1/p) tends to the maximum as well *)
Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
Local Open Scope R_scope.

(* x^p for x >= 0.  Coq's Rpower 0 p is exp (p * ln 0) = 1 (ln 0 = 0 by
   convention), so 0^p = 0 must be said separately. *)
Definition rpow (x p : R) : R := if Rlt_dec 0 x then Rpower x p else 0.

Fixpoint sumpow (p : R) (l : list R) : R :=
  match l with nil => 0 | x :: t => rpow x p + sumpow p t end.

Fixpoint maxl (l : list R) : R :=
  match l with nil => 0 | x :: t => Rmax x (maxl t) end.

Definition lpnorm (p : R) (l : list R) : R := rpow (sumpow p l) (/ p).

Definition nonneg_list (l : list R) : Prop := Forall (fun x => 0 <= x) l.

Lemma rpow_pos x p : 0 < x -> rpow x p = Rpower x p.
Proof. intros H; unfold rpow; destruct (Rlt_dec 0 x); [reflexivity | lra]. Qed.

Lemma rpow_0 p : rpow 0 p = 0.
Proof. unfold rpow; destruct (Rlt_dec 0 0); [lra | reflexivity]. Qed.

Lemma rpow_ge0 x p : 0 <= rpow x p.
Proof.
  unfold rpow; destruct (Rlt_dec 0 x); [| lra].
  unfold Rpower; left; apply exp_pos.
Qed.

Lemma rpow_gt0 x p : 0 < x -> 0 < rpow x p.
Proof. intros H; rewrite rpow_pos by assumption; unfold Rpower; apply exp_pos. Qed.

Lemma rpow_le x y p : 0 <= p -> 0 <= x <= y -> rpow x p <= rpow y p.
Proof.
  intros Hp [Hx Hxy]; destruct (Rle_lt_or_eq_dec _ _ Hx) as [Hx'|<-].
  - rewrite !rpow_pos by lra; apply Rle_Rpower_l; lra.
  - rewrite rpow_0; apply rpow_ge0.
Qed.

Lemma rpow_mult x y p : 0 <= x -> 0 <= y -> rpow (x * y) p = rpow x p * rpow y p.
Proof.
  intros Hx Hy.
  destruct (Rle_lt_or_eq_dec _ _ Hx) as [Hx'|<-];
    [| rewrite Rmult_0_l, rpow_0; ring].
  destruct (Rle_lt_or_eq_dec _ _ Hy) as [Hy'|<-];
    [| rewrite Rmult_0_r, rpow_0; ring].
  rewrite !rpow_pos by (try apply Rmult_lt_0_compat; lra).
  symmetry; apply Rpower_mult_distr; assumption.
Qed.

Lemma rpow_inv x p : 0 < p -> 0 <= x -> rpow (rpow x p) (/ p) = x.
Proof.
  intros Hp Hx; destruct (Rle_lt_or_eq_dec _ _ Hx) as [Hx'|<-];
    [| now rewrite !rpow_0].
  rewrite (rpow_pos (rpow x p)) by now apply rpow_gt0.
  rewrite rpow_pos by assumption.
  rewrite Rpower_mult, Rinv_r by lra; apply Rpower_1; assumption.
Qed.

Lemma maxl_ge0 l : nonneg_list l -> 0 <= maxl l.
Proof.
  intros H; induction H as [| x t Hx Ht IH]; simpl; [lra |].
  apply Rle_trans with (1 := Hx), Rmax_l.
Qed.

Lemma maxl_ub l x : In x l -> x <= maxl l.
Proof.
  induction l as [| y t IH]; simpl; [easy |]; intros [<- | H].
  - apply Rmax_l.
  - apply Rle_trans with (1 := IH H), Rmax_r.
Qed.

Lemma maxl_in l : nonneg_list l -> l <> nil -> In (maxl l) l.
Proof.
  intros H; induction H as [| x t Hx Ht IH]; intros Hn; [easy |]; simpl.
  destruct t as [| y t].
  - left; simpl; rewrite Rmax_left; lra.
  - destruct (Rle_dec x (maxl (y :: t))) as [r | r].
    + rewrite Rmax_right by exact r; right; apply IH; discriminate.
    + rewrite Rmax_left by lra; now left.
Qed.

Lemma sumpow_ge0 p l : 0 <= sumpow p l.
Proof.
  induction l as [| x t IH]; simpl; [lra |].
  generalize (rpow_ge0 x p); lra.
Qed.

Lemma sumpow_lb p l : 0 < p -> nonneg_list l -> rpow (maxl l) p <= sumpow p l.
Proof.
  intros Hp H; induction H as [| x t Hx Ht IH]; simpl.
  - rewrite rpow_0; lra.
  - generalize (sumpow_ge0 p t) (rpow_ge0 x p); intros.
    unfold Rmax; destruct (Rle_dec x (maxl t)); lra.
Qed.

Lemma sumpow_ub p l : 0 < p -> nonneg_list l ->
  sumpow p l <= INR (length l) * rpow (maxl l) p.
Proof.
  intros Hp H.
  assert (G : forall M, (forall x, In x l -> 0 <= x <= M) ->
              sumpow p l <= INR (length l) * rpow M p).
  { intros M; clear H; induction l as [| x t IH]; intros HM.
    - simpl; lra.
    - change (length (x :: t)) with (S (length t)).
      rewrite S_INR; simpl sumpow.
      assert (rpow x p <= rpow M p) by (apply rpow_le; [lra | apply HM; now left]).
      assert (sumpow p t <= INR (length t) * rpow M p)
        by (apply IH; intros y Hy; apply HM; now right).
      lra. }
  apply G; intros x Hx; split; [| now apply maxl_ub].
  unfold nonneg_list in H; rewrite Forall_forall in H; now apply H.
Qed.

(* The two bounds that hold the limit. *)
Theorem lpnorm_lower p l : 0 < p -> nonneg_list l -> maxl l <= lpnorm p l.
Proof.
  intros Hp H; unfold lpnorm.
  rewrite <- (rpow_inv (maxl l) p) by (try apply maxl_ge0; assumption).
  apply rpow_le; [left; now apply Rinv_0_lt_compat |].
  split; [apply rpow_ge0 | now apply sumpow_lb].
Qed.

Theorem lpnorm_upper p l : 0 < p -> nonneg_list l ->
  lpnorm p l <= rpow (INR (length l)) (/ p) * maxl l.
Proof.
  intros Hp H; unfold lpnorm.
  rewrite <- (rpow_inv (maxl l) p) at 1 by (try apply maxl_ge0; assumption).
  rewrite <- rpow_mult by (apply pos_INR || apply rpow_ge0).
  apply rpow_le; [left; now apply Rinv_0_lt_compat |].
  split; [apply sumpow_ge0 | now apply sumpow_ub].
Qed.

Lemma root_n_lim (n : nat) : (0 < n)%nat ->
  is_lim (fun p => rpow (INR n) (/ p)) p_infty 1.
Proof.
  intros Hn; assert (0 < INR n) by now apply lt_0_INR.
  apply is_lim_ext with (fun p => exp (/ p * ln (INR n))).
  { intros p; rewrite rpow_pos by assumption; reflexivity. }
  rewrite <- exp_0.
  apply is_lim_comp_continuous; [| apply continuous_exp].
  replace (Finite 0) with (Rbar_mult (Rbar_inv p_infty) (ln (INR n)))
    by (simpl; f_equal; ring).
  apply is_lim_scal_r.
  apply is_lim_inv; [apply is_lim_id | discriminate].
Qed.

Theorem lp_pool_tends_to_max (l : list R) : nonneg_list l ->
  is_lim (fun p => lpnorm p l) p_infty (maxl l).
Proof.
  intros H; destruct l as [| x t].
  - apply is_lim_ext with (fun _ => 0); [| apply is_lim_const].
    intros p; unfold lpnorm; simpl; now rewrite rpow_0.
  - apply is_lim_le_le_loc with
      (f := fun _ => maxl (x :: t))
      (g := fun p => rpow (INR (length (x :: t))) (/ p) * maxl (x :: t)).
    + exists 0; intros p Hp; split; [now apply lpnorm_lower | now apply lpnorm_upper].
    + apply is_lim_const.
    + replace (Finite (maxl (x :: t))) with (Rbar_mult 1 (maxl (x :: t)))
        by (simpl; f_equal; ring).
      apply is_lim_scal_r, root_n_lim; simpl; auto with arith.
Qed.

(* The power mean ((1/n) sum x^p)^(1/p), of which average pooling is p = 1,
   has the same limit. *)
Definition powmean (p : R) (l : list R) : R :=
  rpow (/ INR (length l) * sumpow p l) (/ p).

Theorem powmean_tends_to_max (l : list R) : nonneg_list l -> l <> nil ->
  is_lim (fun p => powmean p l) p_infty (maxl l).
Proof.
  intros H Hn.
  assert (Hl : (0 < length l)%nat) by (destruct l; [easy | simpl; auto with arith]).
  assert (HI : 0 < INR (length l)) by now apply lt_0_INR.
  apply is_lim_ext_loc with
    (fun p => / rpow (INR (length l)) (/ p) * lpnorm p l).
  { exists 0; intros p Hp; unfold powmean, lpnorm.
    rewrite rpow_mult by (apply sumpow_ge0 || (left; now apply Rinv_0_lt_compat)).
    f_equal.
    rewrite !rpow_pos by (try apply Rinv_0_lt_compat; assumption).
    unfold Rpower; rewrite ln_Rinv by assumption.
    rewrite <- exp_Ropp; f_equal; ring. }
  replace (Finite (maxl l)) with (Rbar_mult (Rbar_inv 1) (maxl l))
    by (simpl; f_equal; field).
  apply is_lim_mult.
  - apply is_lim_inv; [now apply root_n_lim |]. intros E; injection E; lra.
  - now apply lp_pool_tends_to_max.
  - simpl; exact I.
Qed.

(* p a natural number: the same with pow, along the sequence p = 1, 2, 3, ... *)
Fixpoint sumpow_nat (n : nat) (l : list R) : R :=
  match l with nil => 0 | x :: t => x ^ n + sumpow_nat n t end.

Lemma rpow_nat x n : (0 < n)%nat -> 0 <= x -> rpow x (INR n) = x ^ n.
Proof.
  intros Hn Hx; destruct (Rle_lt_or_eq_dec _ _ Hx) as [Hx'|<-].
  - rewrite rpow_pos by assumption; now apply Rpower_pow.
  - rewrite rpow_0, pow_ne_zero; [reflexivity | intros ->; inversion Hn].
Qed.

Lemma sumpow_nat_eq n l : (0 < n)%nat -> nonneg_list l ->
  sumpow (INR n) l = sumpow_nat n l.
Proof.
  intros Hn H; induction H as [| x t Hx Ht IH]; simpl; [reflexivity |].
  now rewrite IH, rpow_nat.
Qed.

Theorem lp_pool_seq_tends_to_max (l : list R) : nonneg_list l ->
  is_lim_seq (fun n => rpow (sumpow_nat n l) (/ INR n)) (maxl l).
Proof.
  intros H.
  apply is_lim_seq_ext_loc with (fun n => lpnorm (INR n) l).
  { exists 1%nat; intros n Hn; unfold lpnorm; now rewrite sumpow_nat_eq. }
  apply is_lim_comp_seq with (f := fun p => lpnorm p l) (x := p_infty).
  - now apply lp_pool_tends_to_max.
  - exists 0%nat; intros n _; discriminate.
  - apply is_lim_seq_INR.
Qed.

(* p = 1 is sum pooling, n times average pooling. *)
Theorem lp_one_is_sum (l : list R) : nonneg_list l ->
  lpnorm 1 l = fold_right Rplus 0 l.
Proof.
  intros H; unfold lpnorm.
  assert (E : sumpow 1 l = fold_right Rplus 0 l /\ 0 <= fold_right Rplus 0 l).
  { induction H as [| x t Hx Ht [IH1 IH2]]; simpl; [split; lra |].
    split; [| lra]. rewrite IH1; f_equal.
    change 1 with (INR 1); rewrite rpow_nat by (auto with arith); ring. }
  destruct E as [-> E].
  replace (/ 1) with (INR 1) by (simpl; field).
  rewrite rpow_nat by (auto with arith); ring.
Qed.

(* An explicit rate: the excess over max is at most (n^(1/p) - 1) max. *)
Theorem lp_rate p l : 0 < p -> nonneg_list l ->
  0 <= lpnorm p l - maxl l <= (rpow (INR (length l)) (/ p) - 1) * maxl l.
Proof.
  intros Hp H.
  generalize (lpnorm_lower p l Hp H) (lpnorm_upper p l Hp H); lra.
Qed.


(* --- entries of any sign --- *)

Lemma abs_nonneg l : nonneg_list (map Rabs l).
Proof. apply Forall_forall; intros x Hx; apply in_map_iff in Hx; destruct Hx as [y [<- _]]; apply Rabs_pos. Qed.

Theorem lp_pool_signed (l : list R) :
  is_lim (fun p => lpnorm p (map Rabs l)) p_infty (maxl (map Rabs l)).
Proof. apply lp_pool_tends_to_max, abs_nonneg. Qed.

Theorem lp_one_signed (l : list R) : lpnorm 1 (map Rabs l) = fold_right Rplus 0 (map Rabs l).
Proof. apply lp_one_is_sum, abs_nonneg. Qed.

Theorem lp_one_above (l : list R) x : In x l -> x < 0 -> fold_right Rplus 0 l < lpnorm 1 (map Rabs l).
Proof.
  intros Hin Hx; rewrite lp_one_signed; induction l as [| y l IH]; simpl; [destruct Hin |].
  assert (H : forall k, fold_right Rplus 0 k <= fold_right Rplus 0 (map Rabs k)).
  { induction k as [| z k IHk]; simpl; [lra |]; generalize (Rle_abs z); lra. }
  destruct Hin as [-> | Hin].
  - rewrite Rabs_left by exact Hx; specialize (H l); lra.
  - specialize (IH Hin); generalize (Rle_abs y); lra.
Qed.

Lemma abs_of_nonneg l : nonneg_list l -> map Rabs l = l.
Proof. intros H; induction H as [| x l Hx Hl IH]; simpl; [reflexivity |]; now rewrite IH, Rabs_right by lra. Qed.

Theorem lp_one_least (l : list R) : fold_right Rplus 0 l <= lpnorm 1 (map Rabs l).
Proof.
  rewrite lp_one_signed; induction l as [| x l IH]; simpl; [lra |]; generalize (Rle_abs x); lra.
Qed.

Theorem lp_one_plain (l : list R) : nonneg_list l -> lpnorm 1 (map Rabs l) = fold_right Rplus 0 l.
Proof. intros H; rewrite abs_of_nonneg by exact H; now apply lp_one_is_sum. Qed.

Theorem lp_one_average (l : list R) : nonneg_list l ->
  / INR (length l) * lpnorm 1 (map Rabs l) = / INR (length l) * fold_right Rplus 0 l.
Proof. intros H; now rewrite lp_one_plain. Qed.

Theorem even_power (x : R) k : x ^ (2 * k) = Rabs x ^ (2 * k).
Proof. now rewrite !pow_mult, <- Rsqr_pow2, Rsqr_abs, Rsqr_pow2. Qed.

Theorem odd_power (x : R) k : x < 0 -> x ^ (2 * k + 1) = - Rabs x ^ (2 * k + 1).
Proof.
  intros H; rewrite !pow_add, even_power, !pow_1, (Rabs_left x) at 1 by exact H.
  rewrite (Rabs_left x) by exact H; ring.
Qed.

(* --- how close the norm is to the maximum --- *)

Theorem lp_ratio p l : 0 < p -> nonneg_list l -> 0 < maxl l ->
  0 <= lpnorm p l / maxl l - 1 <= rpow (INR (length l)) (/ p) - 1.
Proof.
  intros Hp H HM; assert (L := lpnorm_lower p l Hp H); assert (U := lpnorm_upper p l Hp H).
  assert (Hi := Rinv_0_lt_compat _ HM).
  apply (Rmult_le_compat_r (/ maxl l)) in L, U; try lra.
  rewrite Rinv_r in L by lra; rewrite Rmult_assoc, Rinv_r, Rmult_1_r in U by lra; unfold Rdiv; lra.
Qed.

Theorem lp_accuracy p n eps : (0 < n)%nat -> 0 < p -> 0 < eps -> ln (INR n) / ln (1 + eps) <= p ->
  rpow (INR n) (/ p) - 1 <= eps.
Proof.
  intros Hn Hp He H; assert (HI : 0 < INR n) by now apply lt_0_INR.
  assert (Hl : 0 < ln (1 + eps)) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (G : / p * ln (INR n) <= ln (1 + eps)).
  { apply Rmult_le_reg_l with p; [exact Hp |]; rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
    apply (Rmult_le_compat_r (ln (1 + eps))) in H; [| lra].
    unfold Rdiv in H; rewrite Rmult_assoc, Rinv_l, Rmult_1_r in H by lra; exact H. }
  assert (E : rpow (INR n) (/ p) <= 1 + eps); [| lra].
  rewrite rpow_pos by exact HI; unfold Rpower; rewrite <- (exp_ln (1 + eps)) by lra.
  destruct G as [G | ->]; [left; now apply exp_increasing | right; reflexivity].
Qed.

Theorem lp_of_zeros p l : 0 < p -> nonneg_list l -> maxl l = 0 -> lpnorm p l = 0.
Proof.
  intros Hp H E; assert (U := lpnorm_upper p l Hp H); rewrite E, Rmult_0_r in U.
  apply Rle_antisym; [exact U | apply rpow_ge0].
Qed.

(* --- how the norm depends on p and on the scale --- *)

Theorem lp_homogeneous p c l : 0 < p -> 0 <= c -> nonneg_list l ->
  lpnorm p (map (Rmult c) l) = c * lpnorm p l.
Proof.
  intros Hp Hc H; unfold lpnorm.
  replace (sumpow p (map (Rmult c) l)) with (rpow c p * sumpow p l).
  - rewrite rpow_mult, rpow_inv by (try apply rpow_ge0; try apply sumpow_ge0; assumption); reflexivity.
  - induction H as [| x l Hx Hl IH]; simpl; [ring |].
    rewrite rpow_mult by assumption; rewrite <- IH; ring.
Qed.

(* x^q <= s^(q-p) x^p for x <= s *)
Lemma rpow_split x s p q : 0 < p -> p <= q -> 0 <= x <= s -> rpow x q <= rpow s (q - p) * rpow x p.
Proof.
  intros Hp Hq [Hx Hs]; destruct (Rle_lt_or_eq_dec _ _ Hx) as [Hx' | <-]; [| rewrite !rpow_0; lra].
  replace (rpow x q) with (rpow x (q - p) * rpow x p).
  - apply Rmult_le_compat_r; [apply rpow_ge0 | apply rpow_le; lra].
  - rewrite !rpow_pos by assumption; rewrite <- Rpower_plus; f_equal; ring.
Qed.

Theorem lp_monotone p q l : 0 < p -> p <= q -> nonneg_list l -> lpnorm q l <= lpnorm p l.
Proof.
  intros Hp Hq H; set (N := lpnorm p l).
  assert (HN : 0 <= N) by apply rpow_ge0.
  assert (HS : sumpow p l = rpow N p).
  { assert (G := rpow_inv (sumpow p l) (/ p) (Rinv_0_lt_compat _ Hp) (sumpow_ge0 p l)).
    rewrite Rinv_involutive in G by lra; now symmetry. }
  assert (HM : forall x, In x l -> 0 <= x <= N).
  { intros x Hx; split; [unfold nonneg_list in H; rewrite Forall_forall in H; now apply H |].
    apply Rle_trans with (maxl l); [now apply maxl_ub | now apply lpnorm_lower]. }
  assert (HQ : sumpow q l <= rpow N (q - p) * sumpow p l).
  { clearbody N; clear - Hp Hq HM; induction l as [| x l IH]; simpl; [lra |].
    assert (H1 := rpow_split x N p q Hp Hq (HM x (or_introl eq_refl))).
    specialize (IH (fun y Hy => HM y (or_intror Hy))); lra. }
  destruct (Rle_lt_or_eq_dec _ _ HN) as [HN' | HN'].
  - unfold lpnorm; rewrite <- (rpow_inv N q) by lra.
    apply rpow_le; [left; apply Rinv_0_lt_compat; lra |]; split; [apply sumpow_ge0 |].
    apply Rle_trans with (1 := HQ); rewrite HS, !rpow_pos, <- Rpower_plus by assumption.
    right; f_equal; ring.
  - assert (H0 : sumpow q l = 0).
    { apply Rle_antisym; [| apply sumpow_ge0].
      rewrite HS, <- HN', !rpow_0 in HQ; lra. }
    unfold lpnorm; rewrite H0, rpow_0; exact HN.
Qed.

Theorem lp_monotone_signed p q l : 0 < p -> p <= q -> lpnorm q (map Rabs l) <= lpnorm p (map Rabs l).
Proof. intros Hp Hq; apply lp_monotone; [exact Hp | exact Hq | apply abs_nonneg]. Qed.

Theorem lp_scaled p c l : 0 < p -> lpnorm p (map Rabs (map (Rmult c) l)) = Rabs c * lpnorm p (map Rabs l).
Proof.
  intros Hp; rewrite <- lp_homogeneous by (exact Hp || apply Rabs_pos || apply abs_nonneg).
  f_equal; rewrite !map_map; apply map_ext, Rabs_mult.
Qed.

Theorem lp_two_is_euclid l : lpnorm 2 (map Rabs l) ^ 2 = fold_right Rplus 0 (map (fun x => x ^ 2) l).
Proof.
  unfold lpnorm; rewrite <- rpow_nat by (auto with arith || apply rpow_ge0).
  assert (G := rpow_inv (sumpow 2 (map Rabs l)) (/ 2) ltac:(lra) (sumpow_ge0 _ _)).
  rewrite Rinv_involutive in G by lra; change (INR 2) with (1 + 1); replace (1 + 1) with 2 by ring.
  rewrite G; clear G; induction l as [| x l IH]; simpl; [reflexivity |]; rewrite IH; f_equal.
  replace 2 with (INR 2) by (simpl; ring); rewrite rpow_nat by (auto with arith || apply Rabs_pos).
  exact (eq_sym (even_power x 1)).
Qed.

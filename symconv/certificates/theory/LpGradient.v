(* The gradient of LP pooling at a window of non-negative entries, and its limit.

     lp_grad        by a positive entry x: x^(p-1) N_p^(1-p)
     lp_grad_signed, lp_grad_at_zero
                    of any entries, |x| in the place of x, times the sign of x; 0 by an entry that is 0 where p > 1
                    and another entry is not 0
     lp_grad_factored
                    with the maximum M taken out: (x / M)^(p-1) S^((1-p)/p), S the sum of the (x_i / M)^p
     lp_grad_lim    as p grows: 1/k on each of k tied maxima, 0 on every other entry
     lp_share_of_a_maximum, lp_share_elsewhere
                    the same for the two factors *)
Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import LpPooling.
Local Open Scope R_scope.

Definition pos_list (l : list R) : Prop := Forall (fun x => 0 < x) l.

Lemma pos_nonneg l : pos_list l -> nonneg_list l.
Proof. intros H; eapply Forall_impl; [| exact H]; simpl; intros; lra. Qed.

Lemma sumpow_app p l r : sumpow p (l ++ r) = sumpow p l + sumpow p r.
Proof. induction l as [| x t IH]; simpl; [ring |]; rewrite IH; ring. Qed.

Lemma is_derive_rpow x p : 0 < x ->
  is_derive (fun u => rpow u p) x (p * rpow x (p - 1)).
Proof.
  intros Hx.
  apply is_derive_ext_loc with (fun u => exp (p * ln u)).
  - exists (mkposreal x Hx); intros y Hy.
    change (Rabs (y - x) < x) in Hy.
    symmetry; apply rpow_pos.
    apply Rabs_def2 in Hy; lra.
  - auto_derive; [exact Hx |].
    rewrite rpow_pos by assumption; unfold Rpower.
    replace ((p - 1) * ln x) with (p * ln x + - ln x) by ring.
    rewrite exp_plus, exp_Ropp, exp_ln by assumption. field; lra.
Qed.

(* d/dx ||l ++ x :: r||_p = x^(p-1) ||.||_p^(1-p) = (x / ||.||_p)^(p-1) *)
Theorem lp_grad l r x p : 0 < p -> nonneg_list l -> nonneg_list r -> 0 < x ->
  is_derive (fun u => lpnorm p (l ++ u :: r)) x
            (rpow x (p - 1) * rpow (lpnorm p (l ++ x :: r)) (1 - p)).
Proof.
  intros Hp Hl Hr Hx.
  pose (c := sumpow p l + sumpow p r).
  assert (Hc : 0 <= c) by (generalize (sumpow_ge0 p l) (sumpow_ge0 p r); unfold c; lra).
  assert (E : forall u, sumpow p (l ++ u :: r) = rpow u p + c).
  { intros u; rewrite sumpow_app; simpl; unfold c; ring. }
  pose (s := rpow x p + c).
  assert (Hs : 0 < s) by (generalize (rpow_gt0 x p Hx); unfold s; lra).
  apply is_derive_ext with (fun u => rpow (rpow u p + c) (/ p)).
  { intros u; unfold lpnorm; now rewrite E. }
  assert (D1 : is_derive (fun u => rpow u p + c) x (p * rpow x (p - 1))).
  { replace (p * rpow x (p - 1)) with (plus (p * rpow x (p - 1)) 0) by (unfold plus; simpl; ring).
    apply @is_derive_plus; [now apply is_derive_rpow | apply @is_derive_const]. }
  assert (D2 := is_derive_rpow s (/ p) Hs).
  evar_last.
  - apply (is_derive_comp (fun u => rpow u (/ p)) (fun u => rpow u p + c)); [exact D2 | exact D1].
  - unfold scal; simpl; unfold mult; simpl.
    unfold lpnorm; rewrite E; fold s.
    rewrite (rpow_pos (rpow s (/ p))) by now apply rpow_gt0.
    rewrite !(rpow_pos s) by assumption.
    rewrite Rpower_mult.
    replace (/ p * (1 - p)) with (/ p - 1) by (field; lra).
    field; lra.
Qed.

(* --- the limit of the gradient: 1/k on each of k tied maxima, 0 elsewhere --- *)
Fixpoint count (M : R) (l : list R) : nat :=
  match l with nil => O | x :: t => ((if Req_EM_T x M then 1 else 0) + count M t)%nat end.

Lemma ratio_lim x M : 0 <= x <= M -> 0 < M ->
  is_lim (fun p => rpow x p / rpow M p) p_infty (Finite (if Req_EM_T x M then 1 else 0)).
Proof.
  intros [Hx HM] H0; destruct (Req_EM_T x M) as [-> | Hn].
  - apply is_lim_ext with (fun _ => 1); [| apply is_lim_const].
    intros p; field; generalize (rpow_gt0 M p H0); lra.
  - destruct (Rle_lt_or_eq_dec _ _ Hx) as [Hx' | <-].
    + apply is_lim_ext with (fun p => exp (p * (ln x - ln M))).
      { intros p; rewrite !rpow_pos by assumption; unfold Rpower, Rdiv.
        rewrite <- exp_Ropp, <- exp_plus; f_equal; ring. }
      apply is_lim_comp with (l := m_infty).
      * apply is_lim_exp_m.
      * assert (ln x < ln M) by (apply ln_increasing; lra).
        replace m_infty with (Rbar_mult p_infty (ln x - ln M)).
        { apply is_lim_scal_r, is_lim_id. }
        apply is_Rbar_mult_unique, is_Rbar_mult_p_infty_neg; simpl; lra.
      * exists 0; intros; discriminate.
    + apply is_lim_ext with (fun _ => 0); [| apply is_lim_const].
      intros p; rewrite rpow_0; unfold Rdiv; ring.
Qed.

Lemma sumratio_lim l M : 0 < M -> Forall (fun x => 0 <= x <= M) l ->
  is_lim (fun p => sumpow p l / rpow M p) p_infty (INR (count M l)).
Proof.
  intros HM H; induction H as [| x t Hx Ht IH]; simpl sumpow; simpl count.
  - apply is_lim_ext with (fun _ => 0); [intros; unfold Rdiv; ring | apply is_lim_const].
  - apply is_lim_ext with (fun p => rpow x p / rpow M p + sumpow p t / rpow M p).
    { intros p; field; generalize (rpow_gt0 M p HM); lra. }
    rewrite plus_INR.
    apply is_lim_plus'; [| exact IH].
    generalize (ratio_lim x M Hx HM); destruct (Req_EM_T x M); simpl; auto.
Qed.

Lemma count_pos M l : In M l -> (0 < count M l)%nat.
Proof.
  induction l as [| x t IH]; simpl; [easy |]; intros [-> | H].
  - destruct (Req_EM_T M M); [auto with arith | congruence].
  - apply Nat.lt_le_trans with (1 := IH H), Nat.le_add_l.
Qed.

Theorem lp_grad_lim l x : nonneg_list l -> In x l -> 0 < maxl l ->
  is_lim (fun p => rpow x (p - 1) * rpow (lpnorm p l) (1 - p)) p_infty
         (Finite (if Req_EM_T x (maxl l) then / INR (count (maxl l) l) else 0)).
Proof.
  intros H Hin HM; set (M := maxl l) in *.
  assert (HF : Forall (fun y => 0 <= y <= M) l).
  { apply Forall_forall; intros y Hy; split; [| now apply maxl_ub].
    unfold nonneg_list in H; rewrite Forall_forall in H; now apply H. }
  assert (HinM : In M l).
  { apply maxl_in; [exact H |]; intros ->; destruct Hin. }
  assert (Hk : 0 < INR (count M l)) by (apply lt_0_INR; now apply count_pos).
  assert (Hx : 0 <= x <= M) by (rewrite Forall_forall in HF; now apply HF).
  assert (HS : forall p, 0 < p -> 0 < sumpow p l).
  { intros p Hp; apply Rlt_le_trans with (rpow M p);
      [now apply rpow_gt0 | now apply sumpow_lb]. }
  (* T p = sum (x_i/M)^p -> k, and (1-p)/p -> -1 *)
  pose (T := fun p => sumpow p l / rpow M p).
  assert (LT : is_lim T p_infty (INR (count M l))) by now apply sumratio_lim.
  assert (LE : is_lim (fun p => (/ p - 1) * ln (T p)) p_infty (- ln (INR (count M l)))).
  { replace (Finite (- ln (INR (count M l))))
      with (Rbar_mult (Finite (0 - 1)) (Finite (ln (INR (count M l)))))
      by (simpl; f_equal; ring).
    apply is_lim_mult.
    - apply is_lim_minus'; [| apply is_lim_const].
      replace (Finite 0) with (Rbar_inv p_infty) by reflexivity.
      apply is_lim_inv; [apply is_lim_id | discriminate].
    - apply is_lim_comp_continuous; [exact LT |].
      apply (@ex_derive_continuous _ R_NormedModule).
      exists (/ INR (count M l)); now apply is_derive_ln.
    - simpl; exact I. }
  assert (LR : is_lim (fun p => rpow x (p - 1) / rpow M (p - 1)) p_infty
                 (Finite (if Req_EM_T x M then 1 else 0))).
  { apply (is_lim_comp (fun p => rpow x p / rpow M p) (fun p => p - 1) p_infty
             (Finite (if Req_EM_T x M then 1 else 0)) p_infty).
    - generalize (ratio_lim x M Hx HM); destruct (Req_EM_T x M); auto.
    - apply is_lim_ext with (fun p => p + -1); [intros; ring |].
      replace p_infty with (Rbar_plus p_infty (-1)) by reflexivity.
      eapply is_lim_plus; [apply is_lim_id | apply is_lim_const | reflexivity].
    - exists 0; intros; discriminate. }
  apply is_lim_ext_loc with
    (fun p => rpow x (p - 1) / rpow M (p - 1) * exp ((/ p - 1) * ln (T p))).
  { exists 0; intros p Hp; unfold T, lpnorm.
    assert (Hs := HS p Hp); assert (HMp := rpow_gt0 M p HM).
    rewrite (rpow_pos (rpow _ _)) by now apply rpow_gt0.
    rewrite (rpow_pos (sumpow p l)) by assumption.
    rewrite Rpower_mult; unfold Rdiv at 2.
    rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; assumption).
    rewrite !(rpow_pos M) by assumption; unfold Rpower; rewrite ln_exp.
    unfold Rdiv; rewrite <- exp_Ropp, Rmult_assoc, <- exp_plus.
    f_equal; f_equal; field; lra. }
  replace (Finite (if Req_EM_T x M then / INR (count M l) else 0))
    with (Rbar_mult (Finite (if Req_EM_T x M then 1 else 0))
                    (Finite (exp (- ln (INR (count M l)))))).
  - apply is_lim_mult; [exact (LR) | | simpl; exact I].
    apply is_lim_comp_continuous; [exact LE | apply continuous_exp].
  - rewrite exp_Ropp, exp_ln by assumption; simpl; f_equal.
    destruct (Req_EM_T x M); ring.
Qed.

(* --- the same with the maximum taken out --- *)

Lemma sumpow_divided p M l : 0 < M -> nonneg_list l ->
  sumpow p (map (fun y => y / M) l) = sumpow p l / rpow M p.
Proof.
  intros HM H; assert (HP := rpow_gt0 M p HM); induction H as [| x l Hx Hl IH]; simpl; [unfold Rdiv; ring |].
  assert (E : rpow x p = rpow (x / M) p * rpow M p).
  { rewrite <- rpow_mult by (try apply Rdiv_le_0_compat; lra); f_equal; field; lra. }
  rewrite IH, E; field; lra.
Qed.

Theorem lp_grad_factored p l x : 0 < p -> nonneg_list l -> In x l -> 0 < maxl l ->
  rpow x (p - 1) * rpow (lpnorm p l) (1 - p) =
  rpow (x / maxl l) (p - 1) * rpow (sumpow p (map (fun y => y / maxl l) l)) ((1 - p) / p).
Proof.
  intros Hp H Hx HM; set (M := maxl l) in *.
  assert (H0 : 0 <= x) by (unfold nonneg_list in H; rewrite Forall_forall in H; now apply H).
  assert (Hs : 0 < sumpow p l).
  { apply Rlt_le_trans with (rpow M p); [now apply rpow_gt0 | now apply sumpow_lb]. }
  rewrite sumpow_divided by assumption; assert (HP := rpow_gt0 M p HM).
  assert (E : rpow x (p - 1) = rpow (x / M) (p - 1) * rpow M (p - 1)).
  { rewrite <- rpow_mult by (try apply Rdiv_le_0_compat; lra); f_equal; field; lra. }
  rewrite E, Rmult_assoc; f_equal; unfold lpnorm.
  assert (HD : 0 < sumpow p l / rpow M p) by now apply Rdiv_lt_0_compat.
  assert (L : ln (sumpow p l / rpow M p) = ln (sumpow p l) - p * ln M).
  { unfold Rdiv; rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; assumption).
    rewrite (rpow_pos M p) by exact HM; unfold Rpower; rewrite ln_exp; ring. }
  rewrite (rpow_pos (rpow _ _)), (rpow_pos (sumpow p l)), (rpow_pos (sumpow p l / _)), (rpow_pos M (p - 1))
    by (assumption || now apply rpow_gt0).
  rewrite Rpower_mult; unfold Rpower; rewrite L, <- exp_plus; f_equal; field; lra.
Qed.

Lemma is_lim_factored l x (c : R) : nonneg_list l -> In x l -> 0 < maxl l ->
  is_lim (fun p => rpow x (p - 1) * rpow (lpnorm p l) (1 - p)) p_infty c ->
  is_lim (fun p => rpow (x / maxl l) (p - 1) *
                   rpow (sumpow p (map (fun y => y / maxl l) l)) ((1 - p) / p)) p_infty c.
Proof.
  intros H Hx HM L; apply is_lim_ext_loc with (2 := L).
  exists 0; intros p Hp; now apply lp_grad_factored.
Qed.

Theorem lp_share_of_a_maximum l : nonneg_list l -> 0 < maxl l ->
  is_lim (fun p => rpow (sumpow p (map (fun y => y / maxl l) l)) ((1 - p) / p)) p_infty
         (/ INR (count (maxl l) l)).
Proof.
  intros H HM; assert (Hn : l <> nil) by (intros ->; simpl in HM; lra).
  assert (Hx := maxl_in l H Hn); assert (L := lp_grad_lim l (maxl l) H Hx HM).
  destruct (Req_EM_T (maxl l) (maxl l)) as [_ | n] in L; [| contradiction].
  apply is_lim_factored in L; try assumption; apply is_lim_ext with (2 := L); intros p.
  replace (maxl l / maxl l) with 1 by (field; lra).
  rewrite rpow_pos by lra; unfold Rpower; rewrite ln_1, Rmult_0_r, exp_0; ring.
Qed.

Theorem lp_share_elsewhere l x : nonneg_list l -> In x l -> x < maxl l ->
  is_lim (fun p => rpow (x / maxl l) (p - 1) *
                   rpow (sumpow p (map (fun y => y / maxl l) l)) ((1 - p) / p)) p_infty 0.
Proof.
  intros H Hx HM.
  assert (H0 : 0 <= x) by (unfold nonneg_list in H; rewrite Forall_forall in H; now apply H).
  assert (L := lp_grad_lim l x H Hx ltac:(lra)).
  destruct (Req_EM_T x (maxl l)) as [E | _] in L; [lra |]; apply is_lim_factored; try assumption; lra.
Qed.

(* --- entries of any sign --- *)

Lemma map_abs_app l u r : map Rabs (l ++ u :: r) = map Rabs l ++ Rabs u :: map Rabs r.
Proof. now rewrite map_app. Qed.

Lemma is_derive_of_abs x : x <> 0 -> is_derive Rabs x (sign x).
Proof.
  intros Hx; rewrite <- (Rmult_1_r (sign x)).
  apply (is_derive_Rabs (fun u => u) x 1); [apply @is_derive_id | exact Hx].
Qed.

Theorem lp_grad_signed l r x p : 0 < p -> x <> 0 ->
  is_derive (fun u => lpnorm p (map Rabs (l ++ u :: r))) x
            (sign x * (rpow (Rabs x) (p - 1) * rpow (lpnorm p (map Rabs (l ++ x :: r))) (1 - p))).
Proof.
  intros Hp Hx; apply is_derive_ext with (fun u => lpnorm p (map Rabs l ++ Rabs u :: map Rabs r)).
  { intros u; now rewrite map_abs_app. }
  rewrite map_abs_app.
  apply (is_derive_comp (fun v => lpnorm p (map Rabs l ++ v :: map Rabs r)) Rabs).
  - apply lp_grad; [exact Hp | apply abs_nonneg | apply abs_nonneg | now apply Rabs_pos_lt].
  - now apply is_derive_of_abs.
Qed.

(* The power |u|^p of an entry has the derivative 0 at 0 where p > 1. *)
Lemma is_derive_power_at_zero p : 1 < p -> is_derive (fun u => rpow (Rabs u) p) 0 0.
Proof.
  intros Hp; apply is_derive_Reals; intros eps Heps.
  assert (Hd : 0 < Rpower eps (/ (p - 1))) by (unfold Rpower; apply exp_pos).
  exists (mkposreal _ Hd); intros h Hh Hlt; simpl in Hlt.
  rewrite Rplus_0_l, Rabs_R0, rpow_0, !Rminus_0_r.
  assert (Ph := Rabs_pos_lt h Hh); rewrite rpow_pos by exact Ph.
  unfold Rdiv; rewrite Rabs_mult, Rabs_Rinv by exact Hh.
  rewrite (Rabs_right (Rpower _ _)) by (left; unfold Rpower; apply exp_pos).
  replace (Rpower (Rabs h) p * / Rabs h) with (Rpower (Rabs h) (p - 1)).
  - replace eps with (Rpower (Rpower eps (/ (p - 1))) (p - 1))
      by (rewrite Rpower_mult, Rinv_l, Rpower_1 by lra; reflexivity).
    now apply Rlt_Rpower_l; lra || split.
  - unfold Rminus; rewrite Rpower_plus, Rpower_Ropp, Rpower_1 by exact Ph; reflexivity.
Qed.

Theorem lp_grad_at_zero l r p : 1 < p -> 0 < lpnorm p (map Rabs (l ++ 0 :: r)) ->
  is_derive (fun u => lpnorm p (map Rabs (l ++ u :: r))) 0 0.
Proof.
  intros Hp HN.
  pose (c := sumpow p (map Rabs l) + sumpow p (map Rabs r)).
  assert (E : forall u, sumpow p (map Rabs (l ++ u :: r)) = rpow (Rabs u) p + c).
  { intros u; rewrite map_abs_app, sumpow_app; simpl; unfold c; ring. }
  assert (Hc : 0 < c).
  { unfold lpnorm in HN; rewrite E, Rabs_R0, rpow_0, Rplus_0_l in HN.
    destruct (Rlt_dec 0 c) as [| n]; [assumption |].
    unfold rpow in HN; destruct (Rlt_dec 0 c); [contradiction | lra]. }
  apply is_derive_ext with (fun u => rpow (rpow (Rabs u) p + c) (/ p)).
  { intros u; unfold lpnorm; now rewrite E. }
  assert (D1 : is_derive (fun u => rpow (Rabs u) p + c) 0 0).
  { evar_last; [apply @is_derive_plus; [now apply is_derive_power_at_zero | apply @is_derive_const] |].
    unfold plus, zero; simpl; ring. }
  assert (D2 := is_derive_rpow c (/ p) Hc).
  evar_last.
  - apply (is_derive_comp (fun u => rpow u (/ p)) (fun u => rpow (Rabs u) p + c)); [| exact D1].
    rewrite Rabs_R0, rpow_0, Rplus_0_l; exact D2.
  - unfold scal; simpl; unfold mult; simpl; ring.
Qed.

(* The gradient of LP pooling at a window of non-negative entries, and its limit.

     lp_grad        by a positive entry x: x^(p-1) N_p^(1-p)
     lp_grad_lim    as p grows: 1/k on each of k tied maxima, 0 on every other entry *)
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

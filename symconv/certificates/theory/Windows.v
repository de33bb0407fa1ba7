(* LP pooling and power means at windows of rational numbers: what the generated files apply.

   A window is a list of rationals; the statements are about the list of its reals. Whether its entries are
   non-negative or positive, what their maximum is and how often it occurs, the kernel computes. *)
Require Import Reals Arith Lia Lra Bool QArith Qreals Qabs.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps Pooling Exact LpPooling LpGradient PowerMeans.
Local Open Scope R_scope.

(* The window that an output entry reads. *)
Theorem window_entry op a o w : map a (reads op o) = w -> map (real a) (reads op o) = map real_of w.
Proof. intros <-; now rewrite map_map. Qed.

(* LP pooling of an array of any entries. *)
Definition lppool (op : operator) (p : R) (A : array) : array := fun o =>
  lpnorm p (map Rabs (map A (reads op o))).

Lemma real_of_abs q : Rabs (real_of q) = real_of (Qabs q).
Proof.
  apply (Qabs_case q (fun r => Rabs (real_of q) = real_of r)); intros H.
  - apply Rabs_right, Rle_ge; rewrite <- real_of_0; apply real_of_le; now apply Qle_bool_iff.
  - assert (E : real_of (- q) = - real_of q) by (rewrite !real_of_Q2R; apply Q2R_opp).
    rewrite E; apply Rabs_left1; rewrite <- real_of_0; apply real_of_le; now apply Qle_bool_iff.
Qed.

Lemma abs_window w : map Rabs (map real_of w) = map real_of (map Qabs w).
Proof. rewrite !map_map; apply map_ext, real_of_abs. Qed.

Definition nonnegative (w : list Q) : bool := forallb (Qle_bool 0) w.
Definition positive (w : list Q) : bool := negb (Nat.eqb (length w) 0) && forallb (fun x => negb (Qle_bool x 0)) w.

Lemma nonnegative_real w : nonnegative w = true -> nonneg_list (map real_of w).
Proof.
  intros H; apply Forall_forall; intros x Hx; apply in_map_iff in Hx; destruct Hx as [q [<- Hq]].
  unfold nonnegative in H; rewrite forallb_forall in H; rewrite <- real_of_0; now apply real_of_le, H.
Qed.

Lemma positive_real w : positive w = true -> pos_list (map real_of w) /\ map real_of w <> [].
Proof.
  intros H; apply andb_prop in H; destruct H as [Hn H]; split; [| now destruct w].
  apply Forall_forall; intros x Hx; apply in_map_iff in Hx; destruct Hx as [q [<- Hq]].
  rewrite forallb_forall in H; specialize (H q Hq); rewrite <- real_of_0; apply real_of_lt.
  now destruct (Qle_bool q 0).
Qed.

Lemma nonnegative_abs w : nonnegative (map Qabs w) = true.
Proof.
  apply forallb_forall; intros x Hx; apply in_map_iff in Hx; destruct Hx as [q [<- _]].
  apply Qle_bool_iff, Qabs_nonneg.
Qed.

Definition maximum_is (w : list Q) (m : Q) : bool := is_maximum w (fun x => x) m.

Lemma maxl_maxlist l : nonneg_list l -> l <> [] -> maxl l = maxlist l.
Proof.
  intros H Hn; symmetry; apply maxlist_unique; [now apply maxl_in | intros; now apply maxl_ub].
Qed.

Lemma maxl_real w m : nonnegative w = true -> maximum_is w m = true -> maxl (map real_of w) = real_of m.
Proof.
  intros H Hm; rewrite maxl_maxlist; [now apply (is_maximum_real w (fun x => x)) | now apply nonnegative_real |].
  now destruct w.
Qed.

(* --- p -> infinity --- *)

Theorem lp_limit_entry w m : nonnegative w && maximum_is w m = true ->
  is_lim (fun p => lpnorm p (map real_of w)) p_infty (real_of m).
Proof.
  intros H; apply andb_prop in H; destruct H as [H Hm].
  rewrite <- (maxl_real w m) by assumption; now apply lp_pool_tends_to_max, nonnegative_real.
Qed.

Theorem lp_bounds_entry w m : nonnegative w && maximum_is w m = true ->
  forall p, 0 < p ->
  real_of m <= lpnorm p (map real_of w) <= rpow (INR (length (map real_of w))) (/ p) * real_of m.
Proof.
  intros H p Hp; apply andb_prop in H; destruct H as [H Hm].
  rewrite <- (maxl_real w m) by assumption; apply nonnegative_real in H; split;
    [now apply lpnorm_lower | now apply lpnorm_upper].
Qed.

Theorem lp_signed_entry w m : maximum_is (map Qabs w) m = true ->
  is_lim (fun p => lpnorm p (map Rabs (map real_of w))) p_infty (real_of m).
Proof.
  intros H; apply is_lim_ext with (fun p => lpnorm p (map real_of (map Qabs w))).
  - intros p; now rewrite abs_window.
  - apply lp_limit_entry; now rewrite nonnegative_abs.
Qed.

Theorem lppool_limit_entry op a o m : maximum_is (map Qabs (map a (reads op o))) m = true ->
  is_lim (fun p => lppool op p (real a) o) p_infty (real_of m).
Proof.
  intros H; apply is_lim_ext with (fun p => lpnorm p (map Rabs (map real_of (map a (reads op o))))).
  - intros p; unfold lppool; now rewrite (window_entry op a o _ eq_refl).
  - now apply lp_signed_entry.
Qed.

(* --- natural exponents --- *)

Theorem lp_sum_entry w s : qsum w Qabs = s -> lpnorm 1 (map Rabs (map real_of w)) = real_of s.
Proof.
  intros <-; rewrite lp_one_signed, abs_window, qsum_real; unfold lsum.
  induction w as [| x w IH]; simpl; [reflexivity |]; now rewrite IH.
Qed.

Fixpoint qpow (x : Q) (n : nat) : Q := match n with O => 1%Q | S k => Qred (x * qpow x k) end.

Lemma qpow_real x n : real_of (qpow x n) = real_of x ^ n.
Proof.
  induction n as [| n IH]; [reflexivity |].
  unfold qpow; fold qpow; now rewrite real_of_red, real_of_mult, IH.
Qed.

(* N_n to the power n, for an exponent n >= 1 *)
Theorem lppool_entry op n a o q :
  qsum (map Qabs (map a (reads op o))) (fun x => qpow x (S n)) = q ->
  lppool op (INR (S n)) (real a) o ^ S n = real_of q /\ 0 <= lppool op (INR (S n)) (real a) o.
Proof.
  intros <-; unfold lppool; rewrite (window_entry op a o _ eq_refl), abs_window.
  set (w := map Qabs (map a (reads op o))).
  assert (H : nonneg_list (map real_of w)) by (apply nonnegative_real, nonnegative_abs).
  assert (HI : 0 < INR (S n)) by (apply lt_0_INR; lia).
  split; [| apply rpow_ge0].
  rewrite <- rpow_nat by (lia || apply rpow_ge0); unfold lpnorm.
  assert (G := rpow_inv (sumpow (INR (S n)) (map real_of w)) (/ INR (S n))
                 (Rinv_0_lt_compat _ HI) (sumpow_ge0 _ _)).
  rewrite Rinv_involutive in G by lra; rewrite G, sumpow_nat_eq, qsum_real by (lia || exact H).
  rewrite (lsum_ext w _ (fun x => real_of x ^ S n)) by (intros; apply qpow_real).
  clear; generalize (S n) as k; intros k; unfold lsum; induction w as [| x w IH]; [reflexivity |].
  cbn [sumpow_nat map fold_right]; now rewrite IH.
Qed.

(* --- the gradient's limit, by a positive entry x of the window l ++ x :: r --- *)

Definition ties (w : list Q) (m : Q) : nat := length (filter (Qeq_bool m) w).

Lemma ties_real w m : count (real_of m) (map real_of w) = ties w m.
Proof.
  unfold ties; induction w as [| x w IH]; simpl; [reflexivity |].
  destruct (Req_EM_T (real_of x) (real_of m)) as [E | E], (Qeq_bool m x) eqn:F; simpl; rewrite IH;
    try reflexivity; exfalso.
  - rewrite !real_of_Q2R in E; apply eqR_Qeq in E.
    apply Qeq_bool_neq in F; apply F; now symmetry.
  - apply E, real_of_eq; apply Qeq_bool_iff in F; now symmetry.
Qed.

Definition weight_limit (w : list Q) (x m : Q) : Q :=
  if Qeq_bool x m then Qred (/ inject_Z (Z.of_nat (ties w m))) else 0%Q.

Theorem lp_gradient_entry l x r m c :
  nonnegative (l ++ x :: r) && maximum_is (l ++ x :: r) m && negb (Qle_bool x 0) = true ->
  weight_limit (l ++ x :: r) x m = c ->
  is_lim (fun p => Derive (fun u => lpnorm p (map real_of l ++ u :: map real_of r)) (real_of x))
         p_infty (real_of c).
Proof.
  intros H <-; apply andb_prop in H; destruct H as [H Hx]; apply andb_prop in H; destruct H as [H Hm].
  set (w := l ++ x :: r) in *; assert (Hw := nonnegative_real w H).
  assert (E : map real_of w = map real_of l ++ real_of x :: map real_of r) by (unfold w; now rewrite map_app).
  assert (Hl : nonneg_list (map real_of l) /\ nonneg_list (map real_of r)).
  { unfold nonneg_list in *; rewrite E, Forall_app in Hw; destruct Hw as [H1 H2]; inversion H2; auto. }
  assert (Px : 0 < real_of x).
  { rewrite <- real_of_0; apply real_of_lt; now destruct (Qle_bool x 0). }
  assert (Hin : In (real_of x) (map real_of w)) by (rewrite E; apply in_or_app; right; now left).
  assert (M : maxl (map real_of w) = real_of m) by now apply maxl_real.
  assert (PM : 0 < maxl (map real_of w)) by (apply Rlt_le_trans with (1 := Px); now apply maxl_ub).
  apply is_lim_ext_loc with
    (fun p => rpow (real_of x) (p - 1) * rpow (lpnorm p (map real_of w)) (1 - p)).
  - exists 0; intros p Hp; rewrite E; symmetry; apply is_derive_unique, lp_grad; tauto.
  - replace (real_of (weight_limit w x m)) with
      (if Req_EM_T (real_of x) (maxl (map real_of w)) then / INR (count (maxl (map real_of w)) (map real_of w))
       else 0); [now apply lp_grad_lim |].
    rewrite M, ties_real; unfold weight_limit.
    destruct (Req_EM_T (real_of x) (real_of m)) as [F | F], (Qeq_bool x m) eqn:G.
    + assert (Ht : (0 < ties w m)%nat) by (rewrite <- ties_real, <- F; now apply count_pos).
      rewrite real_of_red, real_of_inv.
      * f_equal; unfold real_of, inject_Z; simpl; now rewrite <- INR_IZR_INZ.
      * unfold Qeq, inject_Z; simpl; lia.
    + exfalso; apply Qeq_bool_neq in G; apply G; rewrite !real_of_Q2R in F; now apply eqR_Qeq.
    + exfalso; apply F, real_of_eq; now apply Qeq_bool_iff.
    + now rewrite real_of_0.
Qed.

(* --- power means --- *)

Theorem power_mean_max_entry w m : negb (Nat.eqb (length w) 0) && nonnegative w && maximum_is w m = true ->
  is_lim (fun p => powmean p (map real_of w)) p_infty (real_of m).
Proof.
  intros H; apply andb_prop in H; destruct H as [H Hm]; apply andb_prop in H; destruct H as [Hn H].
  rewrite <- (maxl_real w m) by assumption.
  apply powmean_tends_to_max; [now apply nonnegative_real | now destruct w].
Qed.

Definition minimum_is (w : list Q) (m : Q) : bool :=
  existsb (fun x => Qeq_bool x m) w && forallb (fun x => Qle_bool m x) w.

Lemma minl_unique l m : In m l -> (forall x, In x l -> m <= x) -> minl l = m.
Proof.
  assert (B : forall k : list R, k <> [] -> In (minl k) k /\ (forall x, In x k -> minl k <= x)).
  { induction k as [| x [| y k] IH]; intros Hn; [easy | split; [now left |] |].
    - intros z [<- | []]; simpl; lra.
    - destruct (IH ltac:(discriminate)) as [H1 H2].
      change (minl (x :: y :: k)) with (Rmin x (minl (y :: k))); split.
      + unfold Rmin; destruct (Rle_dec x (minl (y :: k))); [now left | right; exact H1].
      + intros z [<- | Hz]; [apply Rmin_l |].
        apply Rle_trans with (2 := H2 z Hz), Rmin_r. }
  intros Hin Hlb; destruct (B l) as [H1 H2]; [intros ->; destruct Hin |].
  apply Rle_antisym; [now apply H2 | now apply Hlb].
Qed.

Lemma minl_real w m : minimum_is w m = true -> minl (map real_of w) = real_of m.
Proof.
  intros H; apply andb_prop in H; destruct H as [H1 H2]; apply minl_unique.
  - apply existsb_exists in H1; destruct H1 as [x [Hx E]]; apply Qeq_bool_iff in E.
    rewrite <- (real_of_eq _ _ E); now apply in_map.
  - intros y Hy; apply in_map_iff in Hy; destruct Hy as [x [<- Hx]].
    rewrite forallb_forall in H2; now apply real_of_le, H2.
Qed.

Theorem power_mean_min_entry w m : positive w && minimum_is w m = true ->
  is_lim (fun p => powmean (- p) (map real_of w)) p_infty (real_of m).
Proof.
  intros H; apply andb_prop in H; destruct H as [H Hm]; apply positive_real in H.
  rewrite <- (minl_real w m) by exact Hm; now apply powmean_tends_to_min.
Qed.

Theorem norm_min_entry w m : positive w && minimum_is w m = true ->
  is_lim (fun p => lpnorm (- p) (map real_of w)) p_infty (real_of m).
Proof.
  intros H; apply andb_prop in H; destruct H as [H Hm]; apply positive_real in H.
  rewrite <- (minl_real w m) by exact Hm; now apply lpnorm_tends_to_min.
Qed.

Theorem power_mean_geometric_entry w : positive w = true ->
  is_lim (fun p => powmean p (map real_of w)) 0 (geomean (map real_of w)).
Proof. intros H; apply positive_real in H; now apply powmean_tends_to_geometric. Qed.

Theorem power_mean_zeros_entry w : nonnegative w && existsb (Qeq_bool 0) w = true ->
  filterlim (fun p => powmean p (map real_of w)) (at_right 0) (locally 0).
Proof.
  intros H; apply andb_prop in H; destruct H as [H Hz]; apply powmean_zeros_limit;
    [now apply nonnegative_real |].
  apply existsb_exists in Hz; destruct Hz as [q [Hq E]]; apply Qeq_bool_iff in E.
  rewrite <- real_of_0, (real_of_eq _ _ E); now apply in_map.
Qed.

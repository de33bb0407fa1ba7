(* Functions of arrays and their gradients.

   [has_gradient sizes E C G] is the total derivative: near C the error E is E C + <G, c - C>, up to an amount
   that is small against the distance of c from C, the sum of |c_i - C_i|.

     derivative_along       along a curve through C with the slope v, E has the derivative <G, v>
     partial_derivative     dE/dC_i is G_i
     chain_rule             a function f of arrays before E: G_o passes back through the gradient of f_o. Where
                            G_o is 0, f_o need not have one: that it is Lipschitz is enough.
     linear_has_gradient, squares_have_gradient
                            linear and squared errors have gradients *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums.
Local Open Scope R_scope.

Definition difference (c C : array) : array := fun i => c i - C i.
Definition distance (sizes : list nat) (c C : array) : R := msum sizes (fun i => Rabs (difference c C i)).

(* [P] holds near C. *)
Definition around (sizes : list nat) (C : array) (P : array -> Prop) : Prop :=
  exists delta, 0 < delta /\ forall c, distance sizes c C <= delta -> P c.

Definition has_gradient (sizes : list nat) (E : array -> R) (C G : array) : Prop :=
  forall eps, 0 < eps -> around sizes C (fun c =>
    Rabs (E c - E C - dot sizes G (difference c C)) <= eps * distance sizes c C).

Definition lipschitz (sizes : list nat) (E : array -> R) (C : array) : Prop :=
  exists L, 0 <= L /\ around sizes C (fun c => Rabs (E c - E C) <= L * distance sizes c C).

Global Instance around_filter sizes C : Filter (around sizes C).
Proof.
  split.
  - exists 1; split; [lra | easy].
  - intros P Q [d [Hd HP]] [e [He HQ]]; exists (Rmin d e); split; [now apply Rmin_glb_lt |].
    intros c Hc; split; [apply HP | apply HQ]; apply Rle_trans with (1 := Hc); [apply Rmin_l | apply Rmin_r].
  - intros P Q H [d [Hd HP]]; exists d; split; [exact Hd | auto].
Qed.

Lemma distance_ge0 sizes c C : 0 <= distance sizes c C.
Proof. apply msum_ge0; intros; apply Rabs_pos. Qed.

Lemma entry_near sizes c C i : inside sizes i = true -> Rabs (c i - C i) <= distance sizes c C.
Proof. intros Hi; apply (msum_term sizes (fun j => Rabs (difference c C j))); [intros; apply Rabs_pos | exact Hi]. Qed.

Lemma near_of_same sizes c C : (forall i, inside sizes i = true -> c i = C i) -> distance sizes c C = 0.
Proof.
  intros H; unfold distance; rewrite <- (msum_0 sizes); apply msum_ext; intros i Hi.
  unfold difference; now rewrite H, Rminus_diag_eq, Rabs_R0.
Qed.

(* --- finite sums of bounds --- *)

Lemma bsum_bound {T} {F : (T -> Prop) -> Prop} {FF : Filter F} n (f : nat -> T -> R) (b : T -> R) :
  (forall x, (x < n)%nat -> F (fun t => Rabs (f x t) <= b t)) ->
  F (fun t => Rabs (bsum n (fun x => f x t)) <= INR n * b t).
Proof.
  induction n as [| n IH]; intros H; simpl bsum.
  - apply filter_forall; intros t; rewrite Rabs_R0; simpl; lra.
  - eapply filter_imp; [| exact (filter_and _ _ (IH (fun x Hx => H x (Nat.lt_lt_succ_r _ _ Hx))) (H n (Nat.lt_succ_diag_r n)))].
    intros t [H1 H2]; rewrite S_INR; apply Rle_trans with (1 := Rabs_triang _ _); lra.
Qed.

(* How many indices there are. *)
Definition count_of (sizes : list nat) : R := msum sizes (fun _ => 1).

Lemma count_ge0 sizes : 0 <= count_of sizes.
Proof. apply msum_ge0; intros; lra. Qed.

Lemma bsum_const n c : bsum n (fun _ => c) = INR n * c.
Proof. induction n as [| n IH]; [simpl; ring |]; rewrite S_INR; simpl bsum; rewrite IH; ring. Qed.

Lemma msum_bound {T} {F : (T -> Prop) -> Prop} {FF : Filter F} sizes (f : index -> T -> R) (b : T -> R) :
  (forall i, inside sizes i = true -> F (fun t => Rabs (f i t) <= b t)) ->
  F (fun t => Rabs (msum sizes (fun i => f i t)) <= count_of sizes * b t).
Proof.
  revert f b; induction sizes as [| n others IH]; intros f b H; unfold count_of; simpl.
  - eapply filter_imp; [| exact (H [] eq_refl)]; intros t Ht; simpl; lra.
  - eapply filter_imp; [| apply (bsum_bound n (fun x t => msum others (fun i => f (x :: i) t))
      (fun t => count_of others * b t))].
    + intros t Ht; rewrite bsum_const; unfold count_of in Ht; lra.
    + intros x Hx; apply (IH (fun i => f (x :: i))); intros i Hi; apply H; simpl.
      apply Nat.ltb_lt in Hx; now rewrite Hx.
Qed.

Lemma bsum_Rabs n f : Rabs (bsum n f) <= bsum n (fun i => Rabs (f i)).
Proof.
  induction n as [| n IH]; simpl; [rewrite Rabs_R0; lra |].
  apply Rle_trans with (1 := Rabs_triang _ _); lra.
Qed.

Lemma bsum_monotone n f g : (forall i, f i <= g i) -> bsum n f <= bsum n g.
Proof. intros H; induction n as [| n IH]; simpl; [lra |]; specialize (H n); lra. Qed.

Lemma msum_monotone sizes f g : (forall i, f i <= g i) -> msum sizes f <= msum sizes g.
Proof.
  revert f g; induction sizes as [| n others IH]; intros f g H; simpl; [apply H |].
  apply bsum_monotone; intros x; apply IH; intros i; apply H.
Qed.

Lemma msum_Rabs sizes f : Rabs (msum sizes f) <= msum sizes (fun i => Rabs (f i)).
Proof.
  revert f; induction sizes as [| n others IH]; intros f; simpl; [lra |].
  apply Rle_trans with (1 := bsum_Rabs _ _); apply bsum_monotone; intros x; apply IH.
Qed.

Lemma dot_bound sizes G v : Rabs (dot sizes G v) <= msum sizes (fun i => Rabs (G i)) * msum sizes (fun i => Rabs (v i)).
Proof.
  apply Rle_trans with (1 := msum_Rabs _ _); rewrite Rmult_comm, <- msum_scal.
  revert G v; induction sizes as [| n others IH]; intros G v; simpl.
  - rewrite Rabs_mult; lra.
  - apply Rle_trans with (bsum n (fun x => msum others (fun i => Rabs (G (x :: i))) * msum others (fun i => Rabs (v (x :: i))))).
    + apply bsum_monotone; intros x; specialize (IH (fun i => G (x :: i)) (fun i => v (x :: i))).
      rewrite msum_scal, Rmult_comm in IH; exact IH.
    + rewrite (bsum_ext n (fun x => msum others _)
        (fun x => bsum n (fun x' => msum others (fun i => Rabs (v (x' :: i)))) * msum others (fun i => Rabs (G (x :: i)))))
        by (intros; now rewrite msum_scal).
      clear IH; assert (P : forall (h : array), 0 <= msum others (fun i => Rabs (h i)))
        by (intros h; apply msum_ge0; intros; apply Rabs_pos).
      apply bsum_le; intros x Hx; rewrite Rmult_comm; apply Rmult_le_compat_r; [apply (P (fun i => G (x :: i))) |].
      apply (bsum_term n (fun x' => msum others (fun i => Rabs (v (x' :: i))))); [| exact Hx].
      intros x'; apply (P (fun i => v (x' :: i))).
Qed.

(* --- what has a gradient --- *)

Lemma has_gradient_lipschitz sizes E C G : has_gradient sizes E C G -> lipschitz sizes E C.
Proof.
  intros H; set (N := msum sizes (fun i => Rabs (G i))); exists (1 + N); split.
  - assert (0 <= N) by (apply msum_ge0; intros; apply Rabs_pos); lra.
  - eapply filter_imp; [| exact (H 1 Rlt_0_1)]; intros c Hc; cbv beta in Hc.
    assert (B := dot_bound sizes G (difference c C)); fold N in B; fold (distance sizes c C) in B.
    replace (E c - E C) with ((E c - E C - dot sizes G (difference c C)) + dot sizes G (difference c C)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _); lra.
Qed.

(* A function whose changes are linear. *)
Lemma has_gradient_linear sizes E C G :
  (forall c, E c - E C = dot sizes G (difference c C)) -> has_gradient sizes E C G.
Proof.
  intros H eps Heps; apply filter_forall; intros c; rewrite H, Rminus_diag_eq, Rabs_R0 by reflexivity.
  assert (D := distance_ge0 sizes c C); nra.
Qed.

Lemma dot_difference sizes G c C : dot sizes G c - dot sizes G C = dot sizes G (difference c C).
Proof.
  unfold dot, difference; transitivity (msum sizes (fun i => G i * c i) + -1 * msum sizes (fun i => G i * C i)); [ring |].
  rewrite <- msum_scal, <- msum_plus; apply msum_ext; intros; ring.
Qed.

Lemma linear_has_gradient sizes G C : has_gradient sizes (dot sizes G) C G.
Proof. apply has_gradient_linear; intros c; apply dot_difference. Qed.

Lemma has_gradient_same sizes E C C' G G' :
  (forall i, inside sizes i = true -> C i = C' i) -> (forall i, inside sizes i = true -> G i = G' i) ->
  has_gradient sizes E C G -> has_gradient sizes E C' G'.
Proof.
  intros HC HG H; assert (EC : E C' = E C).
  { destruct (H 1 Rlt_0_1) as [d [Hd B]]; specialize (B C').
    assert (D : distance sizes C' C = 0) by (apply near_of_same; intros; symmetry; now apply HC).
    rewrite D in B; specialize (B ltac:(lra)).
    replace (dot sizes G (difference C' C)) with 0 in B.
    - rewrite Rmult_0_r, Rminus_0_r in B; assert (P := Rabs_pos (E C' - E C)).
      destruct (Req_dec (E C' - E C) 0) as [Z | Z]; [lra |]; apply Rabs_pos_lt in Z; lra.
    - symmetry; unfold dot; rewrite <- (msum_0 sizes); apply msum_ext; intros i Hi; unfold difference.
      rewrite HC by exact Hi; ring. }
  assert (ED : forall c, distance sizes c C = distance sizes c C').
  { intros c; apply msum_ext; intros i Hi; unfold difference; now rewrite HC. }
  intros eps Heps; destruct (H eps Heps) as [d [Hd B]]; exists d; split; [exact Hd |]; intros c Hc.
  rewrite <- ED in *; specialize (B c Hc); rewrite EC.
  replace (dot sizes G' (difference c C')) with (dot sizes G (difference c C)); [exact B |].
  apply msum_ext; intros i Hi; unfold difference; now rewrite HC, HG.
Qed.

(* --- along a curve --- *)

Theorem derivative_along sizes E C G (c : R -> array) (v : array) t : has_gradient sizes E C G ->
  (forall i, inside sizes i = true -> c t i = C i /\ is_derive (fun u => c u i) t (v i)) ->
  is_derive (fun u => E (c u)) t (dot sizes G v).
Proof.
  intros H Hc.
  assert (H' : has_gradient sizes E (c t) G).
  { apply has_gradient_same with (3 := H); [| reflexivity]; intros i Hi; symmetry; now apply Hc. }
  set (V := msum sizes (fun i => Rabs (v i))); set (N := count_of sizes).
  set (K := msum sizes (fun i => Rabs (G i))).
  assert (HV : 0 <= V) by (apply msum_ge0; intros; apply Rabs_pos).
  assert (HK : 0 <= K) by (apply msum_ge0; intros; apply Rabs_pos).
  assert (HN : 0 <= N) by apply count_ge0.
  (* the slopes, all of them at once *)
  assert (S : forall eta, 0 < eta -> locally t (fun u =>
    msum sizes (fun i => Rabs (c u i - c t i - (u - t) * v i)) <= N * (eta * Rabs (u - t)))).
  { intros eta Heta.
    assert (B := msum_bound (F := locally t) sizes
      (fun i u => Rabs (c u i - c t i - (u - t) * v i)) (fun u => eta * Rabs (u - t))).
    eapply filter_imp; [| apply B].
    - intros u Hu; cbv beta in Hu; rewrite Rabs_right in Hu; [exact Hu |].
      apply Rle_ge, msum_ge0; intros; apply Rabs_pos.
    - intros i Hi; destruct (proj2 (Hc i Hi)) as [_ D].
      specialize (D t (fun P HP => HP) (mkposreal eta Heta)); simpl in D.
      eapply filter_imp; [| exact D]; intros u Hu; rewrite Rabs_Rabsolu.
      unfold norm, minus, scal, plus, opp in Hu; simpl in Hu; unfold abs, mult in Hu; simpl in Hu.
      replace (c u i - c t i - (u - t) * v i) with (c u i + - c t i + - ((u + - t) * v i)) by ring.
      exact Hu. }
  assert (Dv : forall u, distance sizes (c u) (c t) <=
    msum sizes (fun i => Rabs (c u i - c t i - (u - t) * v i)) + Rabs (u - t) * V).
  { intros u; unfold V; rewrite <- msum_scal, <- msum_plus; apply msum_monotone; intros i; unfold difference.
    rewrite <- Rabs_mult; replace (c u i - c t i) with ((c u i - c t i - (u - t) * v i) + (u - t) * v i) at 1 by ring.
    apply Rabs_triang. }
  assert (Dd : forall u, Rabs (dot sizes G (difference (c u) (c t)) - (u - t) * dot sizes G v) <=
    K * msum sizes (fun i => Rabs (c u i - c t i - (u - t) * v i))).
  { intros u; replace (dot sizes G (difference (c u) (c t)) - (u - t) * dot sizes G v)
      with (dot sizes G (fun i => c u i - c t i - (u - t) * v i)); [apply dot_bound |].
    unfold dot; rewrite <- msum_scal; apply Rminus_diag_uniq.
    transitivity (msum sizes (fun i => G i * (c u i - c t i - (u - t) * v i)) +
      -1 * msum sizes (fun i => G i * difference (c u) (c t) i) + msum sizes (fun i => (u - t) * (G i * v i))); [ring |].
    rewrite <- msum_scal, <- !msum_plus, <- (msum_0 sizes); apply msum_ext; intros i _; unfold difference; ring. }
  split; [apply is_linear_scal_l |].
  intros x Hx eps; apply (@is_filter_lim_locally_unique _ R_NormedModule t x) in Hx; subst x; destruct eps as [eps Heps]; simpl.
  set (eta := Rmin 1 (eps / (2 * (K * N + 1)))).
  assert (Heta : 0 < eta).
  { apply Rmin_glb_lt; [lra |]; apply Rdiv_lt_0_compat; [exact Heps |]; nra. }
  set (eps1 := eps / (2 * (N + V + 1))).
  assert (Heps1 : 0 < eps1) by (apply Rdiv_lt_0_compat; [exact Heps | lra]).
  destruct (H' eps1 Heps1) as [delta [Hdelta B]].
  assert (Near : locally t (fun u => Rabs (u - t) <= delta / (N + V + 1))).
  { assert (Hq : 0 < delta / (N + V + 1)) by (apply Rdiv_lt_0_compat; lra).
    exists (mkposreal _ Hq); intros u Hu; change (Rabs (u - t) < delta / (N + V + 1)) in Hu; lra. }
  eapply filter_imp; [| exact (filter_and _ _ (S eta Heta) Near)].
  intros u [Hu1 Hu2]; cbv beta in *.
  assert (Hu := Rabs_pos (u - t)); set (a := Rabs (u - t)) in *.
  set (R1 := msum sizes (fun i => Rabs (c u i - c t i - (u - t) * v i))) in *.
  assert (He1 : eta <= 1) by apply Rmin_l.
  assert (HR : R1 <= N * a) by (apply Rle_trans with (1 := Hu1); apply Rmult_le_compat_l; [exact HN | nra]).
  assert (Hdist : distance sizes (c u) (c t) <= (N + V + 1) * a).
  { apply Rle_trans with (1 := Dv u); fold a; fold R1; nra. }
  assert (Hdel : distance sizes (c u) (c t) <= delta).
  { apply Rle_trans with (1 := Hdist); apply Rmult_le_compat_l with (r := N + V + 1) in Hu2; [| lra].
    replace ((N + V + 1) * (delta / (N + V + 1))) with delta in Hu2 by (field; lra); exact Hu2. }
  specialize (B (c u) Hdel); specialize (Dd u); fold R1 in Dd.
  unfold norm, minus, scal, plus, opp; simpl; unfold abs, mult; simpl; fold (u - t).
  replace (u + - t) with (u - t) by ring; fold a.
  replace (E (c u) + - E (c t) + - ((u - t) * dot sizes G v)) with
    ((E (c u) - E (c t) - dot sizes G (difference (c u) (c t))) +
     (dot sizes G (difference (c u) (c t)) - (u - t) * dot sizes G v)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (P1 : eps1 * distance sizes (c u) (c t) <= eps / 2 * a).
  { apply Rle_trans with (eps1 * ((N + V + 1) * a)); [apply Rmult_le_compat_l; lra |].
    right; unfold eps1; field; lra. }
  assert (P2 : K * R1 <= eps / 2 * a).
  { apply Rle_trans with (K * (N * (eta * a))); [apply Rmult_le_compat_l; assumption |].
    replace (K * (N * (eta * a))) with (K * N * eta * a) by ring.
    apply Rmult_le_compat_r; [exact Hu |].
    apply Rle_trans with (K * N * (eps / (2 * (K * N + 1)))).
    - apply Rmult_le_compat_l; [nra | apply Rmin_r].
    - assert (0 <= K * N) by nra.
      replace (K * N * (eps / (2 * (K * N + 1)))) with (eps / 2 * (K * N / (K * N + 1))) by (field; lra).
      rewrite <- (Rmult_1_r (eps / 2)) at 2; apply Rmult_le_compat_l; [lra |].
      apply Rmult_le_reg_r with (K * N + 1); [lra |]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra. }
  lra.
Qed.

Theorem partial_derivative sizes E C G i : has_gradient sizes E C G -> inside sizes i = true ->
  is_derive (fun u => E (upd C i u)) (C i) (G i).
Proof.
  intros H Hi; replace (G i) with (dot sizes G (fun j => if same i j then 1 else 0)).
  - apply (derivative_along sizes E C G (upd C i)) with (1 := H); intros j _; split; [apply upd_same |].
    unfold upd; destruct (same i j); [apply @is_derive_id | apply @is_derive_const].
  - unfold dot; rewrite (msum_ext sizes _ (fun j => if same i j then G j else 0)).
    + now rewrite msum_delta, Hi.
    + intros j _; destruct (same i j); ring.
Qed.

(* --- the chain rule --- *)

Lemma distance_lipschitz sizes sizes' (f : array -> array) A :
  (forall o, inside sizes' o = true -> lipschitz sizes (fun a => f a o) A) ->
  exists L, 0 <= L /\ around sizes A (fun a => distance sizes' (f a) (f A) <= L * distance sizes a A).
Proof.
  unfold distance at 1, difference; revert f; induction sizes' as [| n others IH]; intros f H; simpl.
  - destruct (H [] eq_refl) as [L [HL B]]; now exists L.
  - assert (G : forall m, (m <= n)%nat -> exists L, 0 <= L /\ around sizes A (fun a =>
      bsum m (fun x => msum others (fun i => Rabs (f a (x :: i) - f A (x :: i)))) <= L * distance sizes a A)).
    { induction m as [| m IHm]; intros Hm.
      - exists 0; split; [lra |]; apply filter_forall; intros a; simpl; lra.
      - destruct IHm as [L1 [H1 B1]]; [lia |].
        destruct (IH (fun a i => f a (m :: i))) as [L2 [H2 B2]].
        { intros o Ho; apply (H (m :: o)); simpl; rewrite Ho.
          destruct (Nat.ltb_spec m n); [reflexivity | lia]. }
        exists (L1 + L2); split; [lra |]; eapply filter_imp; [| exact (filter_and _ _ B1 B2)].
        intros a [A1 A2]; simpl; rewrite Rmult_plus_distr_r; lra. }
    now apply G.
Qed.

Theorem chain_rule sizes sizes' (f : array -> array) (E : array -> R) A G (J : index -> array) :
  has_gradient sizes' E (f A) G ->
  (forall o, inside sizes' o = true -> lipschitz sizes (fun a => f a o) A) ->
  (forall o, inside sizes' o = true -> G o = 0 \/ has_gradient sizes (fun a => f a o) A (J o)) ->
  has_gradient sizes (fun a => E (f a)) A (fun i => msum sizes' (fun o => G o * J o i)).
Proof.
  intros HE HL HJ eps Heps.
  destruct (distance_lipschitz sizes sizes' f A HL) as [L [HL0 BL]].
  set (N := count_of sizes'); assert (HN : 0 <= N) by apply count_ge0.
  destruct (HE (eps / (2 * (L + 1))) ltac:(apply Rdiv_lt_0_compat; lra)) as [delta [Hdelta BE]].
  set (eta := eps / (2 * (N + 1))); assert (Heta : 0 < eta) by (apply Rdiv_lt_0_compat; lra).
  assert (BJ : around sizes A (fun a =>
    Rabs (msum sizes' (fun o => G o * (f a o - f A o - dot sizes (J o) (difference a A)))) <=
    N * (eta * distance sizes a A))).
  { apply (msum_bound sizes' (fun o a => G o * (f a o - f A o - dot sizes (J o) (difference a A)))
      (fun a => eta * distance sizes a A)).
    intros o Ho; destruct (HJ o Ho) as [Z | H].
    - apply filter_forall; intros a; rewrite Z, Rmult_0_l, Rabs_R0.
      assert (D := distance_ge0 sizes a A); nra.
    - assert (Hg := Rabs_pos (G o)).
      eapply filter_imp; [| exact (H (eta / (Rabs (G o) + 1)) ltac:(apply Rdiv_lt_0_compat; lra))].
      intros a Ha; cbv beta in Ha; rewrite Rabs_mult; assert (D := distance_ge0 sizes a A).
      apply Rle_trans with (Rabs (G o) * (eta / (Rabs (G o) + 1) * distance sizes a A)).
      + now apply Rmult_le_compat_l.
      + rewrite <- Rmult_assoc; apply Rmult_le_compat_r; [exact D |].
        apply Rmult_le_reg_r with (Rabs (G o) + 1); [lra |].
        replace (Rabs (G o) * (eta / (Rabs (G o) + 1)) * (Rabs (G o) + 1)) with (Rabs (G o) * eta) by (field; lra).
        nra. }
  assert (Near : around sizes A (fun a => L * distance sizes a A <= delta)).
  { exists (delta / (L + 1)); split; [apply Rdiv_lt_0_compat; lra |]; intros a Ha.
    apply Rmult_le_compat_l with (r := L + 1) in Ha; [| lra].
    replace ((L + 1) * (delta / (L + 1))) with delta in Ha by (field; lra).
    assert (D := distance_ge0 sizes a A); lra. }
  eapply filter_imp; [| exact (filter_and _ _ BL (filter_and _ _ BJ Near))].
  intros a [H1 [H2 H3]]; cbv beta in *; assert (D := distance_ge0 sizes a A).
  specialize (BE (f a) (Rle_trans _ _ _ H1 H3)).
  replace (dot sizes (fun i => msum sizes' (fun o => G o * J o i)) (difference a A))
    with (msum sizes' (fun o => G o * dot sizes (J o) (difference a A))).
  2: { unfold dot; transitivity (msum sizes' (fun o => msum sizes (fun i => G o * J o i * difference a A i))).
       - apply msum_ext; intros o _; rewrite <- msum_scal; apply msum_ext; intros; ring.
       - rewrite msum_swap; apply msum_ext; intros i _; rewrite Rmult_comm, <- msum_scal.
         apply msum_ext; intros; ring. }
  replace (E (f a) - E (f A) - msum sizes' (fun o => G o * dot sizes (J o) (difference a A))) with
    ((E (f a) - E (f A) - dot sizes' G (difference (f a) (f A))) +
     msum sizes' (fun o => G o * (f a o - f A o - dot sizes (J o) (difference a A)))).
  2: { assert (Q : msum sizes' (fun o => G o * (f a o - f A o - dot sizes (J o) (difference a A))) =
         dot sizes' G (difference (f a) (f A)) - msum sizes' (fun o => G o * dot sizes (J o) (difference a A))).
       { transitivity (msum sizes' (fun o => G o * difference (f a) (f A) o) +
           -1 * msum sizes' (fun o => G o * dot sizes (J o) (difference a A))); [| unfold dot; ring].
         rewrite <- msum_scal, <- msum_plus; apply msum_ext; intros o _; unfold difference; ring. }
       rewrite Q; ring. }
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (P1 : eps / (2 * (L + 1)) * distance sizes' (f a) (f A) <= eps / 2 * distance sizes a A).
  { apply Rle_trans with (eps / (2 * (L + 1)) * (L * distance sizes a A)).
    - apply Rmult_le_compat_l; [left; apply Rdiv_lt_0_compat; lra | exact H1].
    - rewrite <- Rmult_assoc; apply Rmult_le_compat_r; [exact D |].
      replace (eps / (2 * (L + 1)) * L) with (eps / 2 * (L / (L + 1))) by (field; lra).
      rewrite <- (Rmult_1_r (eps / 2)) at 2; apply Rmult_le_compat_l; [lra |].
      apply Rmult_le_reg_r with (L + 1); [lra |]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra. }
  assert (P2 : N * (eta * distance sizes a A) <= eps / 2 * distance sizes a A).
  { rewrite <- Rmult_assoc; apply Rmult_le_compat_r; [exact D |]; unfold eta.
    replace (N * (eps / (2 * (N + 1)))) with (eps / 2 * (N / (N + 1))) by (field; lra).
    rewrite <- (Rmult_1_r (eps / 2)) at 2; apply Rmult_le_compat_l; [lra |].
    apply Rmult_le_reg_r with (N + 1); [lra |]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra. }
  lra.
Qed.

(* --- functions of one entry --- *)

Definition unit (i : index) (d : R) : array := fun j => if same i j then d else 0.

Lemma dot_unit sizes i d v : inside sizes i = true -> dot sizes (unit i d) v = d * v i.
Proof.
  intros Hi; unfold dot, unit; rewrite (msum_ext sizes _ (fun j => if same i j then d * v j else 0)).
  - now rewrite msum_delta, Hi.
  - intros j _; destruct (same i j); ring.
Qed.

Lemma entry_has_gradient sizes (phi : R -> R) A i d : inside sizes i = true -> is_derive phi (A i) d ->
  has_gradient sizes (fun a => phi (a i)) A (unit i d).
Proof.
  intros Hi [_ D] eps Heps.
  specialize (D (A i) (fun P HP => HP) (mkposreal eps Heps)); simpl in D; destruct D as [r D].
  exists (r / 2); split; [assert (P := cond_pos r); lra |]; intros c Hc.
  assert (B := entry_near sizes c A i Hi); assert (P := cond_pos r).
  specialize (D (c i)); assert (Hb : ball (A i) r (c i)) by (change (Rabs (c i - A i) < r); lra).
  specialize (D Hb); unfold norm, minus, scal, plus, opp in D; simpl in D; unfold abs, mult in D; simpl in D.
  rewrite dot_unit by exact Hi; unfold difference at 1.
  replace (phi (c i) - phi (A i) - d * (c i - A i)) with (phi (c i) + - phi (A i) + - ((c i + - A i) * d)) by ring.
  apply Rle_trans with (1 := D); apply Rmult_le_compat_l; [lra | exact B].
Qed.

Lemma entry_lipschitz sizes (phi : R -> R) A i L : inside sizes i = true -> 0 <= L ->
  (forall x y, Rabs (phi x - phi y) <= L * Rabs (x - y)) -> lipschitz sizes (fun a => phi (a i)) A.
Proof.
  intros Hi HL H; exists L; split; [exact HL |]; apply filter_forall; intros c.
  apply Rle_trans with (1 := H _ _); apply Rmult_le_compat_l; [exact HL | now apply entry_near].
Qed.

Lemma squares_have_gradient sizes k T C :
  has_gradient sizes (fun c => k * msum sizes (fun i => (c i - T i) ^ 2)) C (fun i => 2 * k * (C i - T i)).
Proof.
  intros eps Heps; assert (Hk := Rabs_pos k).
  exists (eps / (Rabs k + 1)); split; [apply Rdiv_lt_0_compat; lra |]; intros c Hc.
  replace (k * msum sizes (fun i => (c i - T i) ^ 2) - k * msum sizes (fun i => (C i - T i) ^ 2) -
           dot sizes (fun i => 2 * k * (C i - T i)) (difference c C))
    with (k * dot sizes (difference c C) (difference c C)).
  2: { unfold dot; rewrite <- !msum_scal.
       transitivity (msum sizes (fun i => k * (c i - T i) ^ 2) + -1 * msum sizes (fun i => k * (C i - T i) ^ 2) +
         -1 * msum sizes (fun i => 2 * k * (C i - T i) * difference c C i)); [| ring].
       rewrite <- !msum_scal, <- !msum_plus; apply msum_ext; intros i _; unfold difference; ring. }
  assert (B := dot_bound sizes (difference c C) (difference c C)); fold (distance sizes c C) in B.
  assert (D := distance_ge0 sizes c C); rewrite Rabs_mult.
  apply Rle_trans with (Rabs k * (distance sizes c C * distance sizes c C)); [now apply Rmult_le_compat_l |].
  rewrite <- Rmult_assoc; apply Rmult_le_compat_r; [exact D |].
  apply Rmult_le_compat_l with (r := Rabs k + 1) in Hc; [| lra].
  replace ((Rabs k + 1) * (eps / (Rabs k + 1))) with eps in Hc by (field; lra); lra.
Qed.

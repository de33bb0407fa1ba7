(* The chain rule through layers: what each of them passes back of a gradient.

   An error E has the gradient G at the output of a layer. Then, as a function of what the layer reads, it has
   the gradient that is said here. The convolution's output is [layer op A B b].

     conv_passes_back         grad_input op G B: a convolution, a transposed one, or Linear
     mean_passes_back         the gradient of average pooling
     pointwise_passes_back    G_i times the derivative at A_i; where G_i is 0 the function need only be Lipschitz
     max_passes_back          the sum of G_o over the windows of which the entry is the only maximum; where G_o
                              is 0 a window may have ties
     backpropagation_through_mean, backpropagation_through_max
                              the partial derivatives that follow
     rearranged_passes_back   an array whose entries are those of another one in another order *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Differentiable Operators Taps Pooling Activations.
Local Open Scope R_scope.

(* --- the ends of a chain --- *)

Definition total (sizes : list nat) (A : array) : R := msum sizes A.

Theorem total_has_gradient sizes A : has_gradient sizes (total sizes) A (fun _ => 1).
Proof.
  apply has_gradient_linear; intros c; unfold total, dot, difference.
  transitivity (msum sizes c + -1 * msum sizes A); [ring |].
  rewrite <- msum_scal, <- msum_plus; apply msum_ext; intros; ring.
Qed.

(* The sum of the squares of A - T divided by n. *)
Definition squared_error (sizes : list nat) (n : R) (T A : array) : R := / n * msum sizes (fun i => (A i - T i) ^ 2).

Theorem squared_error_has_gradient sizes n T A :
  has_gradient sizes (squared_error sizes n T) A (fun i => 2 * / n * (A i - T i)).
Proof. apply squares_have_gradient. Qed.

(* --- layers --- *)

Theorem conv_passes_back op E A B b G : has_gradient (out_shape op) E (layer op A B b) G ->
  has_gradient (in_shape op) (fun a => E (layer op a B b)) A (grad_input op G B).
Proof.
  intros HE.
  assert (L : forall o, has_gradient (in_shape op) (fun a => layer op a B b o) A (jacobian op B o)).
  { intros o; apply has_gradient_linear; intros c; unfold layer; rewrite !conv_linear.
    transitivity (dot (in_shape op) (jacobian op B o) c - dot (in_shape op) (jacobian op B o) A).
    - unfold dot; rewrite (msum_ext _ (fun i => c i * _) (fun i => jacobian op B o i * c i)),
        (msum_ext _ (fun i => A i * _) (fun i => jacobian op B o i * A i)) by (intros; ring); ring.
    - apply dot_difference. }
  apply has_gradient_same with (C := A) (G := fun i => msum (out_shape op) (fun o => G o * jacobian op B o i)).
  - reflexivity.
  - intros i _; symmetry; apply grad_input_jacobian.
  - apply (chain_rule (in_shape op) (out_shape op) (fun a => layer op a B b) E A G (jacobian op B) HE).
    + intros o _; now apply has_gradient_lipschitz with (1 := L o).
    + intros o _; right; apply L.
Qed.

Theorem mean_passes_back op N E A G : has_gradient (out_shape op) E (mean op N A) G ->
  has_gradient (in_shape op) (fun a => E (mean op N a)) A (grad_input op (fun o => G o / N o) one).
Proof.
  intros HE.
  pose (J := fun o i => / N o * jacobian op one o i).
  assert (L : forall o, has_gradient (in_shape op) (fun a => mean op N a o) A (J o)).
  { intros o; apply has_gradient_linear; intros c; unfold mean; rewrite !conv_linear.
    transitivity (dot (in_shape op) (J o) c - dot (in_shape op) (J o) A); [| apply dot_difference].
    unfold dot, J, Rdiv; rewrite !(Rmult_comm _ (/ N o)), <- !msum_scal.
    rewrite (msum_ext _ (fun i => / N o * (c i * _)) (fun i => / N o * jacobian op one o i * c i)),
      (msum_ext _ (fun i => / N o * (A i * _)) (fun i => / N o * jacobian op one o i * A i)) by (intros; ring); ring. }
  apply has_gradient_same with (C := A) (G := fun i => msum (out_shape op) (fun o => G o * J o i)).
  - reflexivity.
  - intros i _; rewrite grad_input_jacobian; apply msum_ext; intros o _; unfold J, Rdiv; ring.
  - apply (chain_rule (in_shape op) (out_shape op) (mean op N) E A G J HE).
    + intros o _; now apply has_gradient_lipschitz with (1 := L o).
    + intros o _; right; apply L.
Qed.

Theorem backpropagation_through_mean op n E A G t : windows_dense op = true -> inside (in_shape op) t = true ->
  has_gradient (out_shape op) E (mean op (fun _ => n) A) G ->
  is_derive (fun u => E (mean op (fun _ => n) (upd A t u))) (A t)
            (/ n * msum (out_shape op) (fun i => if contains op i t then G i else 0)).
Proof.
  intros H Ht HE; rewrite <- mean_gradient_windows by exact H.
  exact (partial_derivative _ _ _ _ t (mean_passes_back op (fun _ => n) E A G HE) Ht).
Qed.

Theorem pointwise_passes_back sizes phi E A G d L : 0 <= L ->
  (forall x y, Rabs (phi x - phi y) <= L * Rabs (x - y)) ->
  (forall i, inside sizes i = true -> G i = 0 \/ is_derive phi (A i) (d i)) ->
  has_gradient sizes E (pointwise phi A) G ->
  has_gradient sizes (fun a => E (pointwise phi a)) A (fun i => G i * d i).
Proof.
  intros HL Hphi Hd HE.
  apply has_gradient_same with (C := A) (G := fun i => msum sizes (fun o => G o * unit o (d o) i)).
  - reflexivity.
  - intros i Hi; unfold unit; rewrite (msum_ext sizes _ (fun o => if same i o then G o * d o else 0)).
    + now rewrite msum_delta, Hi.
    + intros o _; destruct (same_spec o i), (same_spec i o); congruence || ring.
  - apply (chain_rule sizes sizes (pointwise phi) E A G (fun o => unit o (d o)) HE).
    + intros o Ho; now apply entry_lipschitz with L.
    + intros o Ho; destruct (Hd o Ho) as [Z | D]; [now left | right; now apply entry_has_gradient].
Qed.

(* The maximum of a list moves by no more than its entries do. *)
Lemma maxlist_lipschitz sizes (w : list index) A : (forall j, In j w -> inside sizes j = true) ->
  lipschitz sizes (fun a => maxlist (map a w)) A.
Proof.
  intros Hw; exists 1; split; [lra |]; apply filter_forall; intros a; rewrite Rmult_1_l.
  destruct w as [| j0 w0]; [simpl; rewrite Rminus_diag_eq, Rabs_R0 by reflexivity; apply distance_ge0 |].
  set (w := j0 :: w0) in *.
  assert (B : forall c C, maxlist (map c w) <= maxlist (map C w) + distance sizes c C).
  { intros c C; assert (I := maxlist_in (map c w) ltac:(discriminate)).
    apply in_map_iff in I; destruct I as [j [<- Hj]].
    assert (U := maxlist_ub (map C w) (C j) (in_map C _ _ Hj)); assert (D := entry_near sizes c C j (Hw j Hj)).
    apply Rle_trans with (C j + (c j - C j)); [lra |]; generalize (Rle_abs (c j - C j)); lra. }
  assert (S : distance sizes A a = distance sizes a A).
  { apply msum_ext; intros i _; unfold difference; apply Rabs_minus_sym. }
  assert (B1 := B a A); assert (B2 := B A a); rewrite S in B2; apply Rabs_le; lra.
Qed.

Lemma only_maximum_has_gradient sizes (w : list index) A j : (forall i, In i w -> inside sizes i = true) ->
  In j w -> wins A j w -> has_gradient sizes (fun a => maxlist (map a w)) A (unit j 1).
Proof.
  intros Hw Hj W.
  assert (P : exists d, 0 < d /\ forall i, In i w -> i <> j -> A i + d <= A j).
  { clear - W; induction w as [| k w IH]; [exists 1; split; [lra | easy] |].
    destruct IH as [d [Hd H]]; [intros i Hi; apply W; now right |].
    destruct (same_spec k j) as [E | E].
    - exists d; split; [exact Hd |]; intros i [<- | Hi] Hne; [contradiction | auto].
    - assert (Hk := W k (or_introl eq_refl) E); exists (Rmin d (A j - A k)); split; [apply Rmin_glb_lt; lra |].
      assert (M1 := Rmin_l d (A j - A k)); assert (M2 := Rmin_r d (A j - A k)).
      intros i [<- | Hi] Hne; [lra |]; specialize (H i Hi Hne); lra. }
  destruct P as [d [Hd H]].
  assert (M : maxlist (map A w) = A j).
  { apply maxlist_unique; [now apply in_map |]; intros x Hx; apply in_map_iff in Hx; destruct Hx as [i [<- Hi]].
    destruct (same_spec i j) as [-> | Hne]; [lra | left; now apply W]. }
  intros eps Heps; exists (d / 2); split; [lra |]; intros c Hc.
  assert (Mc : maxlist (map c w) = c j).
  { apply maxlist_unique; [now apply in_map |]; intros x Hx; apply in_map_iff in Hx; destruct Hx as [i [<- Hi]].
    destruct (same_spec i j) as [-> | Hne]; [lra |]; specialize (H i Hi Hne).
    assert (Di := entry_near sizes c A i (Hw i Hi)); assert (Dj := entry_near sizes c A j (Hw j Hj)).
    assert (Ti := Rle_abs (c i - A i)); assert (Tj := Rle_abs (- (c j - A j))); rewrite Rabs_Ropp in Tj; lra. }
  rewrite M, Mc, dot_unit by now apply Hw.
  unfold difference at 1; replace (c j - A j - 1 * (c j - A j)) with 0 by ring.
  rewrite Rabs_R0; assert (D := distance_ge0 sizes c A); nra.
Qed.

Theorem max_passes_back op E A G :
  (forall o, inside (out_shape op) o = true ->
     G o = 0 \/ exists j, In j (reads op o) /\ wins A j (reads op o)) ->
  has_gradient (out_shape op) E (maxpool op A) G ->
  has_gradient (in_shape op) (fun a => E (maxpool op a)) A
               (fun i => dot (out_shape op) G (fun o => selected A i (reads op o))).
Proof.
  intros H HE; unfold dot.
  assert (R : forall o j, In j (reads op o) -> inside (in_shape op) j = true)
    by (intros o j Hj; now apply reads_spec in Hj).
  apply (chain_rule (in_shape op) (out_shape op) (maxpool op) E A G (fun o i => selected A i (reads op o)) HE).
  - intros o _; apply maxlist_lipschitz, R.
  - intros o Ho; destruct (H o Ho) as [Z | [j [Hj W]]]; [now left | right].
    apply has_gradient_same with (C := A) (G := unit j 1); [reflexivity | |
      exact (only_maximum_has_gradient (in_shape op) (reads op o) A j (R o) Hj W)].
    intros i _; unfold unit; destruct (same_spec j i) as [<- | Hne].
    + symmetry; now apply selected_wins.
    + destruct (existsb (same i) (reads op o)) eqn:X.
      * apply existsb_same in X; symmetry; apply selected_loses; exists j; split; [exact Hj |].
        apply W; congruence.
      * symmetry; apply selected_absent; intros F; apply existsb_same in F; congruence.
Qed.

Theorem backpropagation_through_max op E A G i : inside (in_shape op) i = true ->
  (forall o, inside (out_shape op) o = true ->
     G o = 0 \/ exists j, In j (reads op o) /\ wins A j (reads op o)) ->
  has_gradient (out_shape op) E (maxpool op A) G ->
  is_derive (fun u => E (maxpool op (upd A i u))) (A i)
            (dot (out_shape op) G (fun o => selected A i (reads op o))).
Proof. intros Hi H HE; exact (partial_derivative _ _ _ _ i (max_passes_back op E A G H HE) Hi). Qed.

(* The array whose entry at o is that of A at [from o]. *)
Definition rearranged (from : index -> index) (A : array) : array := fun o => A (from o).

Theorem rearranged_passes_back sizes sizes' from E A G :
  (forall o, inside sizes' o = true -> inside sizes (from o) = true) ->
  has_gradient sizes' E (rearranged from A) G ->
  has_gradient sizes (fun a => E (rearranged from a)) A
               (fun i => msum sizes' (fun o => if same (from o) i then G o else 0)).
Proof.
  intros H HE.
  apply has_gradient_same with (C := A) (G := fun i => msum sizes' (fun o => G o * unit (from o) 1 i)).
  - reflexivity.
  - intros i _; apply msum_ext; intros o _; unfold unit; destruct (same (from o) i); ring.
  - apply (chain_rule sizes sizes' (rearranged from) E A G (fun o => unit (from o) 1) HE).
    + intros o Ho; apply (entry_lipschitz sizes (fun x => x) A (from o) 1 (H o Ho)); [lra | intros; lra].
    + intros o Ho; right; apply (entry_has_gradient sizes (fun x => x) A (from o)); [now apply H | apply @is_derive_id].
Qed.

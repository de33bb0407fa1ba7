(* Average pooling and max pooling, with their gradients, for every operator without weights.

     mean_is_conv       average pooling with one divisor n is the convolution with the constant kernel 1/n
     mean_gradient      the partial derivatives of <G, mean>, for any divisors
     maxpool_spec       the value of a window is one of its entries, and none is larger
     max_gradient       the partial derivative of <G, maximum> by an entry that is, in every window that
                        reads it, the only maximum or not a maximum: each window where it is the maximum
                        passes its G on. At a tie there is no derivative, and nothing is claimed. *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps.
Local Open Scope R_scope.

Definition one : array := fun _ => 1.

(* How many cells a window has along an axis (dilation 1), with the padding's cells or without; one that reaches beyond
   the padding is clipped to it. *)
Definition cells_along (with_padding : bool) (a : axis) (o : nat) : nat :=
  match a with
  | Window _ i k s _ p =>
      if with_padding then Nat.min (o * s + k) (i + 2 * p) - o * s
      else Nat.min (o * s + k) (i + p) - Nat.max (o * s) p
  | Adaptive m n => ceiling_div ((o + 1) * n) m - o * n / m
  | _ => 1
  end.

Fixpoint cells (with_padding : bool) (op : operator) (o : index) : nat :=
  match op, o with
  | a :: op', x :: o' => cells_along with_padding a x * cells with_padding op' o'
  | _, _ => 1
  end.

(* The sum of a window divided by its divisor [N o]: [cells], or a fixed number. *)
Definition mean (op : operator) (N A : array) : array := fun o => conv op A one o / N o.

Theorem mean_is_conv op n A o : mean op (fun _ => n) A o = conv op A (fun _ => / n) o.
Proof.
  unfold mean, Rdiv, conv; rewrite Rmult_comm, <- msum_scal; apply msum_ext; intros i _.
  rewrite <- msum_scal; apply msum_ext; intros k _; unfold one; destruct (meet op o i k); ring.
Qed.

Theorem mean_gradient op N A G i t : inside (in_shape op) i = true ->
  is_derive (fun u => dot (out_shape op) G (mean op N (upd A i u))) t
            (grad_input op (fun o => G o / N o) one i).
Proof.
  intros Hi.
  apply is_derive_ext with
    (fun u => dot (out_shape op) (fun o => G o / N o) (layer op (upd A i u) one no_bias)).
  - intros u; apply msum_ext; intros o _; unfold mean, layer, no_bias, Rdiv; ring.
  - now apply gradient_by_input.
Qed.

(* --- the maximum --- *)

(* The maximum of a list that is not empty. *)
Fixpoint maxlist (l : list R) : R :=
  match l with [] => 0 | [x] => x | x :: l' => Rmax x (maxlist l') end.

Lemma maxlist_ub l x : In x l -> x <= maxlist l.
Proof.
  induction l as [| y [| z l] IH]; intros H; [easy | destruct H as [-> | []]; simpl; lra |].
  change (x <= Rmax y (maxlist (z :: l))); destruct H as [-> | H]; [apply Rmax_l |].
  apply Rle_trans with (1 := IH H), Rmax_r.
Qed.

Lemma maxlist_in l : l <> [] -> In (maxlist l) l.
Proof.
  induction l as [| y [| z l] IH]; intros H; [easy | now left |].
  change (In (Rmax y (maxlist (z :: l))) (y :: z :: l)); unfold Rmax.
  destruct (Rle_dec y (maxlist (z :: l))); [right; apply IH; discriminate | now left].
Qed.

Lemma maxlist_unique l m : In m l -> (forall x, In x l -> x <= m) -> maxlist l = m.
Proof.
  intros Hin Hub; apply Rle_antisym; [| now apply maxlist_ub].
  apply Hub, maxlist_in; intros ->; destruct Hin.
Qed.

Definition maxpool (op : operator) (A : array) : array := fun o => maxlist (map A (reads op o)).

Theorem maxpool_spec op A o : reads op o <> [] ->
  (exists i, In i (reads op o) /\ maxpool op A o = A i) /\
  (forall i, In i (reads op o) -> A i <= maxpool op A o).
Proof.
  intros Hn; split.
  - assert (H := maxlist_in (map A (reads op o))); apply in_map_iff in H.
    + destruct H as [i [H1 H2]]; exists i; split; [exact H2 | now symmetry].
    + now destruct (reads op o).
  - intros i Hi; now apply maxlist_ub, in_map.
Qed.

(* The entry at i is larger than every other entry of the window w; another entry of it is larger. *)
Definition wins (A : array) (i : index) (w : list index) : Prop := forall j, In j w -> j <> i -> A j < A i.
Definition loses (A : array) (i : index) (w : list index) : Prop := exists j, In j w /\ A i < A j.

Lemma locally_above A i w : wins A i w -> locally (A i) (fun u => forall j, In j w -> j <> i -> A j < u).
Proof.
  induction w as [| k w IH]; intros H.
  - exists (mkposreal 1 Rlt_0_1); intros u _ j [].
  - assert (Hw : wins A i w) by (intros j Hj; apply H; now right).
    assert (Hk : locally (A i) (fun u => k <> i -> A k < u)).
    { destruct (same_spec k i) as [E | E].
      - exists (mkposreal 1 Rlt_0_1); intros u _ F; contradiction.
      - assert (HA := H k (or_introl eq_refl) E).
        exists (mkposreal (A i - A k) ltac:(lra)); intros u Hu _.
        change (Rabs (u - A i) < A i - A k) in Hu; apply Rabs_def2 in Hu; lra. }
    eapply filter_imp; [| exact (filter_and _ _ (IH Hw) Hk)].
    intros u [H1 H2] j [<- | Hj] Hne; auto.
Qed.

Lemma max_wins A i w : In i w -> wins A i w -> is_derive (fun u => maxlist (map (upd A i u) w)) (A i) 1.
Proof.
  intros Hin Hw; apply is_derive_ext_loc with (fun u => u); [| apply @is_derive_id].
  eapply filter_imp; [| exact (locally_above A i w Hw)].
  intros u Hu; symmetry; apply maxlist_unique.
  - apply in_map_iff; exists i; split; [| exact Hin].
    unfold upd; destruct (same_spec i i); congruence.
  - intros x Hx; apply in_map_iff in Hx; destruct Hx as [j [<- Hj]].
    unfold upd; destruct (same_spec i j) as [E | E]; [lra |].
    left; apply Hu; [exact Hj | congruence].
Qed.

Lemma max_loses A i w : loses A i w -> is_derive (fun u => maxlist (map (upd A i u) w)) (A i) 0.
Proof.
  intros [j [Hj Hlt]]; set (M := maxlist (map A w)).
  assert (HM : A i < M) by (apply Rlt_le_trans with (1 := Hlt); apply maxlist_ub, in_map, Hj).
  apply is_derive_ext_loc with (fun _ => M); [| apply @is_derive_const].
  exists (mkposreal (M - A i) ltac:(lra)); intros u Hu.
  change (Rabs (u - A i) < M - A i) in Hu; apply Rabs_def2 in Hu.
  symmetry; apply maxlist_unique.
  - assert (H := maxlist_in (map A w)); fold M in H; apply in_map_iff in H.
    + destruct H as [k [Hk Hin]]; apply in_map_iff; exists k; split; [| exact Hin].
      unfold upd; destruct (same_spec i k) as [<- |]; [lra | exact Hk].
    + destruct w; [destruct Hj | discriminate].
  - intros x Hx; apply in_map_iff in Hx; destruct Hx as [k [<- Hk]].
    unfold upd; destruct (same_spec i k); [lra |]; apply maxlist_ub, in_map, Hk.
Qed.

Lemma max_absent A i w t : ~ In i w -> is_derive (fun u => maxlist (map (upd A i u) w)) t 0.
Proof.
  intros H; apply is_derive_ext with (fun _ => maxlist (map A w)); [| apply @is_derive_const].
  intros u; f_equal; apply map_ext_in; intros j Hj.
  unfold upd; destruct (same_spec i j) as [<- |]; [contradiction | reflexivity].
Qed.

(* 1 where the entry at i is in the window and its only maximum, else 0 *)
Definition selected (A : array) (i : index) (w : list index) : R :=
  if existsb (same i) w && forallb (fun j => same i j || (if Rlt_dec (A j) (A i) then true else false)) w
  then 1 else 0.

Lemma existsb_same i w : existsb (same i) w = true <-> In i w.
Proof.
  rewrite existsb_exists; split.
  - intros [j [Hj E]]; destruct (same_spec i j); [now subst | discriminate].
  - intros H; exists i; split; [exact H |]; destruct (same_spec i i); congruence.
Qed.

Lemma selected_wins A i w : In i w -> wins A i w -> selected A i w = 1.
Proof.
  intros Hin Hw; unfold selected; rewrite (proj2 (existsb_same i w) Hin); simpl.
  replace (forallb _ w) with true; [reflexivity |]; symmetry; apply forallb_forall; intros j Hj.
  destruct (same_spec i j) as [| E]; [reflexivity |]; simpl.
  destruct (Rlt_dec (A j) (A i)) as [| n]; [reflexivity |]; exfalso; apply n, Hw; congruence.
Qed.

Lemma selected_loses A i w : loses A i w -> selected A i w = 0.
Proof.
  intros [j [Hj Hlt]]; unfold selected; destruct (existsb (same i) w); [| reflexivity]; simpl.
  destruct (forallb _ w) eqn:E; [exfalso | reflexivity].
  rewrite forallb_forall in E; specialize (E j Hj).
  destruct (same_spec i j) as [<- |]; [lra |]; simpl in E.
  destruct (Rlt_dec (A j) (A i)); [lra | discriminate].
Qed.

Lemma selected_absent A i w : ~ In i w -> selected A i w = 0.
Proof.
  intros H; unfold selected; destruct (existsb (same i) w) eqn:E; [| reflexivity].
  apply existsb_same in E; contradiction.
Qed.

(* dE/dA_i = the sum of G_o over the windows o of which the entry at i is the only maximum *)
Theorem max_gradient op A G i :
  (forall o, In o (readers op i) -> wins A i (reads op o) \/ loses A i (reads op o)) ->
  is_derive (fun u => dot (out_shape op) G (maxpool op (upd A i u))) (A i)
            (dot (out_shape op) G (fun o => selected A i (reads op o))).
Proof.
  intros H; apply is_derive_msum; intros o Ho; apply is_derive_scal; unfold maxpool.
  destruct (existsb (same i) (reads op o)) eqn:E.
  - apply existsb_same in E.
    assert (Hr : In o (readers op i)).
    { apply readers_spec; split; [exact Ho |]; now apply reads_spec in E. }
    destruct (H o Hr) as [Hw | Hl].
    + rewrite selected_wins by assumption; now apply max_wins.
    + rewrite selected_loses by assumption; now apply max_loses.
  - assert (Hn : ~ In i (reads op o)) by (intros F; apply existsb_same in F; congruence).
    rewrite selected_absent by assumption; now apply max_absent.
Qed.

(* The same sum over the windows that read the entry, for an operator without weights. *)
Lemma unit_sum op (f : array) : forallb (fun a => Nat.eqb (weights a) 1) op = true ->
  msum (weight_shape op) f = f (map (fun _ => 0%nat) op).
Proof.
  revert f; induction op as [| a op IH]; intros f H; [reflexivity |]; simpl in *.
  apply andb_prop in H; destruct H as [H1 H2]; apply Nat.eqb_eq in H1; rewrite H1; simpl.
  rewrite (IH (fun k => f (0%nat :: k)) H2); ring.
Qed.

Theorem max_gradient_listed op A G i : forallb (fun a => Nat.eqb (weights a) 1) op = true ->
  dot (out_shape op) G (fun o => selected A i (reads op o)) =
  lsum (readers op i) (fun o => G o * selected A i (reads op o)).
Proof.
  intros H; unfold readers; rewrite lsum_map.
  transitivity (index_sum (taps_of_input op i) (fun o _ => G o * selected A i (reads op o))); [| reflexivity].
  rewrite of_input_sum; apply msum_ext; intros o Ho; rewrite unit_sum by exact H.
  destruct (meet op o i (map (fun _ => 0%nat) op)) eqn:E; [reflexivity |].
  rewrite selected_absent; [ring |]; intros Hin; apply reads_spec in Hin; destruct Hin as [_ [k [Hk Hm]]].
  replace (map (fun _ => 0%nat) op) with k in E; [congruence |].
  clear - H Hk; revert k Hk; induction op as [| a op IH]; intros [| z k] Hk; simpl in *; try discriminate;
    [reflexivity |].
  apply andb_prop in H; destruct H as [H1 H2]; apply Nat.eqb_eq in H1; rewrite H1 in Hk.
  apply andb_prop in Hk; destruct Hk as [Hz Hk]; apply Nat.ltb_lt in Hz; f_equal; [lia | now apply IH].
Qed.

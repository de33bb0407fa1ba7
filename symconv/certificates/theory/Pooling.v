(* Average pooling and max pooling, with their gradients, for every operator without weights.

     mean_is_conv       average pooling with one divisor n is the convolution with the constant kernel 1/n
     mean_textbook      ... the sum over the kernel of A at S i + D m - P times 1/n, zeros outside
     mean_strided       a window of stride S is one of the windows of stride 1
     mean_gradient      the partial derivatives of <G, mean>, for any divisors
     mean_gradient_windows
                        ... for one divisor n are 1/n times the sum of G over the windows that contain the entry
     maxpool_spec       the value of a window is one of its entries, and none is larger
     max_gradient       the partial derivative of <G, maximum> by an entry that is, in every window that
                        reads it, the only maximum or not a maximum: each window where it is the maximum
                        passes its G on. At a tie there is no derivative, and nothing is claimed. *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps Gradients.
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

(* Windows of pooling, and the convolution that weighs each of their cells. *)
Definition windows_dilated (op : operator) : bool :=
  forallb (fun a => match a with Window _ _ _ _ d _ => Nat.ltb 0 d | _ => false end) op.
Definition weighted (op : operator) : operator :=
  map (fun a => match a with Window o i k s d p => Sliding o i k s d p | b => b end) op.

Lemma weighted_slides op : windows_dilated op = true -> slides_everywhere (weighted op) = true.
Proof.
  induction op as [| [] op IH]; intros H; try discriminate; [reflexivity |].
  simpl in *; apply andb_prop in H; now apply IH.
Qed.

Lemma weighted_in_shape op : in_shape (weighted op) = in_shape op.
Proof.
  unfold in_shape, weighted; rewrite map_map; apply map_ext; now intros [].
Qed.

Lemma weighted_cells op o i x : windows_dilated op = true ->
  msum (weight_shape op) (fun k => if meet op o i k then x else 0) =
  msum (weight_shape (weighted op)) (fun k => if meet (weighted op) o i k then x else 0).
Proof.
  revert o i; induction op as [| a op IH]; intros o i H; [reflexivity |].
  destruct a as [| no n m s d p | | | | |]; try discriminate; simpl in H; apply andb_prop in H; destruct H as [Hd H].
  apply Nat.ltb_lt in Hd; destruct o as [| y o]; [now rewrite !msum_zero by now intros [] |].
  destruct i as [| z i]; [now rewrite !msum_zero by now intros [] |].
  simpl; rewrite Rplus_0_l.
  transitivity (if existsb (slides s d p y z) (seq 0 m)
    then msum (weight_shape op) (fun k => if meet op o i k then x else 0) else 0).
  - destruct (existsb (slides s d p y z) (seq 0 m)); simpl; [reflexivity | now apply msum_zero].
  - rewrite exists_sum, IH by assumption; apply bsum_ext; intros k _.
    destruct (slides s d p y z k); simpl; [reflexivity | symmetry; now apply msum_zero].
Qed.

Lemma weighted_conv op A c o : windows_dilated op = true ->
  conv op A (fun _ => c) o = conv (weighted op) A (fun _ => c) o.
Proof. intros H; unfold conv; rewrite weighted_in_shape; apply msum_ext; intros i _; now apply weighted_cells. Qed.

Theorem mean_textbook op n A o : windows_dilated op = true ->
  mean op (fun _ => n) A o =
  msum (weight_shape (weighted op)) (fun m => padded A (every input_at (weighted op) o m) * / n).
Proof.
  intros H; rewrite mean_is_conv, weighted_conv by exact H; now apply conv_textbook, weighted_slides.
Qed.

(* The same windows at stride 1, and the place of window i among them. *)
Definition undecimated (op : operator) : operator :=
  map (fun a => match a with Window o i k s d p => Window ((o - 1) * s + 1) i k 1 d p | b => b end) op.
Fixpoint decimated (op : operator) (i : index) : index :=
  match op, i with Window _ _ _ s _ _ :: op', x :: i' => (x * s)%nat :: decimated op' i' | _, _ => [] end.

Theorem mean_strided op n A i : windows_dilated op = true -> length i = length op ->
  mean op (fun _ => n) A i = mean (undecimated op) (fun _ => n) A (decimated op i).
Proof.
  intros H L; unfold mean, Rdiv; f_equal; unfold conv.
  assert (E : in_shape (undecimated op) = in_shape op /\ weight_shape (undecimated op) = weight_shape op).
  { unfold in_shape, weight_shape, undecimated; rewrite !map_map; split; apply map_ext; now intros []. }
  destruct E as [-> ->]; apply msum_ext; intros t _; apply msum_ext; intros k _.
  replace (meet (undecimated op) (decimated op i) t k) with (meet op i t k); [reflexivity |].
  revert i t k L; induction op as [| a op IH]; intros [| x i] [| y t] [| z k] L; try reflexivity; try discriminate;
    destruct a as [| no n' m s d p | | | | |]; try discriminate; try reflexivity.
  simpl in *; apply andb_prop in H; rewrite IH by (try tauto; lia); f_equal; f_equal.
  assert (F : forall m', slides s d p x y m' = slides 1 d p (x * s) y m')
    by (intros m'; unfold slides; now rewrite Nat.mul_1_r).
  clear - F; induction (seq 0 m) as [| m' l IHl]; simpl; [reflexivity |]; now rewrite F, IHl.
Qed.

(* Windows without dilation; 0 <= P + t - S i <= K - 1 on every axis. *)
Definition windows_dense (op : operator) : bool :=
  forallb (fun a => match a with Window _ _ _ _ d _ => Nat.eqb d 1 | _ => false end) op.
Fixpoint contains (op : operator) (i t : index) : bool :=
  match op, i, t with
  | [], [], [] => true
  | Window _ _ k s _ p :: op', x :: i', y :: t' =>
      Nat.leb (x * s) (y + p) && Nat.ltb (y + p - x * s) k && contains op' i' t'
  | _, _, _ => false
  end.

Theorem mean_gradient_windows op n G t : windows_dense op = true ->
  grad_input op (fun i => G i / n) one t = / n * msum (out_shape op) (fun i => if contains op i t then G i else 0).
Proof.
  intros H; unfold grad_input; rewrite <- msum_scal; apply msum_ext; intros i _.
  transitivity (msum (weight_shape op) (fun k => if meet op i t k then G i / n else 0)).
  { apply msum_ext; intros k _; unfold one; destruct (meet op i t k); ring. }
  generalize (G i); intros c.
  replace (/ n * (if contains op i t then c else 0)) with (if contains op i t then c / n else 0)
    by (destruct (contains op i t); unfold Rdiv; ring).
  generalize (c / n); clear c n G; intros c; revert i t; induction op as [| a op IH]; intros i t.
  - destruct i, t; reflexivity.
  - destruct a as [| no n m s d p | | | | |]; try discriminate; simpl in H; apply andb_prop in H; destruct H as [Hd H].
    apply Nat.eqb_eq in Hd; subst d; destruct i as [| x i]; [now rewrite msum_zero by now intros [] |].
    destruct t as [| y t]; [now rewrite msum_zero by now intros [] |]; simpl; rewrite Rplus_0_l.
    replace (existsb (slides s 1 p x y) (seq 0 m)) with (Nat.leb (x * s) (y + p) && Nat.ltb (y + p - x * s) m).
    + destruct (Nat.leb (x * s) (y + p) && Nat.ltb (y + p - x * s) m); simpl; [now apply IH | now apply msum_zero].
    + symmetry; unfold slides.
      destruct (Nat.leb_spec (x * s) (y + p)), (Nat.ltb_spec (y + p - x * s) m); simpl.
      * apply existsb_exists; exists (y + p - x * s)%nat; split; [apply in_seq; lia |]; apply Nat.eqb_eq; lia.
      * apply not_true_is_false; intros E; apply existsb_exists in E; destruct E as [k [Hk E]].
        apply in_seq in Hk; apply Nat.eqb_eq in E; lia.
      * apply not_true_is_false; intros E; apply existsb_exists in E; destruct E as [k [Hk E]].
        apply Nat.eqb_eq in E; lia.
      * apply not_true_is_false; intros E; apply existsb_exists in E; destruct E as [k [Hk E]].
        apply Nat.eqb_eq in E; lia.
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

(* Without weights, an output meets an entry exactly where it reads it. *)
Lemma unit_meet op o i : forallb (fun a => Nat.eqb (weights a) 1) op = true -> inside (in_shape op) i = true ->
  meet op o i (map (fun _ => 0%nat) op) = existsb (same i) (reads op o).
Proof.
  intros H Hi; destruct (existsb (same i) (reads op o)) eqn:E.
  - apply existsb_same, reads_spec in E; destruct E as [_ [k [Hk Hm]]].
    replace (map (fun _ => 0%nat) op) with k; [exact Hm |].
    clear - H Hk; revert k Hk; induction op as [| a op IH]; intros [| z k] Hk; simpl in *; try discriminate;
      [reflexivity |].
    apply andb_prop in H; destruct H as [H1 H2]; apply Nat.eqb_eq in H1; rewrite H1 in Hk.
    apply andb_prop in Hk; destruct Hk as [Hz Hk]; apply Nat.ltb_lt in Hz; f_equal; [lia | now apply IH].
  - destruct (meet op o i (map (fun _ => 0%nat) op)) eqn:M; [exfalso | reflexivity].
    assert (F : In i (reads op o)); [| apply existsb_same in F; congruence].
    apply reads_spec; split; [exact Hi |]; exists (map (fun _ => 0%nat) op); split; [| exact M].
    clear - H; induction op as [| a op IH]; [reflexivity |]; simpl in *.
    apply andb_prop in H; destruct H as [H1 H2]; apply Nat.eqb_eq in H1; rewrite H1; now apply IH.
Qed.

Theorem max_gradient_listed op A G i : forallb (fun a => Nat.eqb (weights a) 1) op = true ->
  inside (in_shape op) i = true ->
  dot (out_shape op) G (fun o => selected A i (reads op o)) =
  lsum (readers op i) (fun o => G o * selected A i (reads op o)).
Proof.
  intros H Hi; unfold readers; rewrite lsum_map.
  transitivity (index_sum (taps_of_input op i) (fun o _ => G o * selected A i (reads op o))); [| reflexivity].
  rewrite of_input_sum; apply msum_ext; intros o Ho; rewrite unit_sum, unit_meet by assumption.
  destruct (existsb (same i) (reads op o)) eqn:E; [reflexivity |].
  rewrite selected_absent; [ring |]; intros F; apply existsb_same in F; congruence.
Qed.

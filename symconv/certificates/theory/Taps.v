(* The taps of one entry, listed: the sums of Operators.v without their zeros.

     input_gradient_guarded    sliding axis: the sum over the outputs that read i is the sum over the k
                               below K with k D <= i + P, S dividing i + P - k D, and
                               (i + P - k D) / S below O
     output_windowed           sliding axis: the sum over the inputs that o reads is the sum over the k
                               below K whose position o S + k D - P lies in the input (zero padding)
     of_output_sum, of_input_sum, of_weight_sum
                               every operator: a sum over all taps of an entry is a sum over its list
     reads_spec, readers_spec  what an output reads, and the outputs that read an input *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators.
Local Open Scope R_scope.

Definition pair_sum (l : list (nat * nat)) (f : nat -> nat -> R) : R := lsum l (fun t => f (fst t) (snd t)).

(* --- one axis: lists of pairs --- *)

(* Every pair below n and m at which p holds. *)
Definition search (n m : nat) (p : nat -> nat -> bool) : list (nat * nat) :=
  filter (fun t => p (fst t) (snd t)) (list_prod (seq 0 n) (seq 0 m)).

Lemma search_sum n m p f :
  pair_sum (search n m p) f = bsum n (fun x => bsum m (fun y => if p x y then f x y else 0)).
Proof.
  unfold pair_sum, search; rewrite lsum_filter, lsum_prod, lsum_seq.
  apply bsum_ext; intros x _; apply lsum_seq.
Qed.

(* The position x - p of an array of length n, if it lies inside. *)
Definition position (p n x : nat) : list nat := if Nat.leb p x && Nat.ltb (x - p) n then [(x - p)%nat] else [].

Lemma position_sum p n x (f : nat -> R) :
  lsum (position p n x) f = bsum n (fun i => if Nat.eqb x (i + p) then f i else 0).
Proof.
  unfold position; destruct (Nat.leb_spec p x) as [Hp | Hp]; simpl.
  - rewrite (bsum_ext n _ (fun i => if Nat.eqb (x - p) i then f i else 0)).
    + rewrite bsum_delta; destruct (Nat.ltb (x - p) n); simpl; ring.
    + intros i _; destruct (Nat.eqb_spec x (i + p)), (Nat.eqb_spec (x - p) i); try lia; reflexivity.
  - rewrite (bsum_ext n _ (fun _ => 0)); [now rewrite bsum_0 |].
    intros i _; destruct (Nat.eqb_spec x (i + p)); [lia | reflexivity].
Qed.

(* The output position o with o s + x = y, if there is one below n; s is not 0. *)
Definition quotient (s n x y : nat) : list nat :=
  if Nat.leb x y && Nat.eqb ((y - x) mod s) 0 && Nat.ltb ((y - x) / s) n then [((y - x) / s)%nat] else [].

Lemma quotient_sum s n x y (f : nat -> R) : (0 < s)%nat ->
  lsum (quotient s n x y) f = bsum n (fun o => if Nat.eqb (o * s + x) y then f o else 0).
Proof.
  intros Hs; unfold quotient.
  assert (E := Nat.div_mod (y - x) s).
  assert (L := Nat.mod_upper_bound (y - x) s).
  destruct (Nat.leb_spec x y) as [Hx | Hx]; simpl.
  - destruct (Nat.eqb_spec ((y - x) mod s) 0) as [Hm | Hm]; simpl.
    + rewrite (bsum_ext n _ (fun o => if Nat.eqb ((y - x) / s) o then f o else 0)).
      * rewrite bsum_delta; destruct (Nat.ltb ((y - x) / s) n); simpl; ring.
      * intros o _; destruct (Nat.eqb_spec (o * s + x) y), (Nat.eqb_spec ((y - x) / s) o); try reflexivity.
        -- exfalso; assert (F : (y - x = o * s)%nat) by lia.
           rewrite F, Nat.div_mul in * by lia; congruence.
        -- exfalso; subst o; specialize (E ltac:(lia)); lia.
    + rewrite (bsum_ext n _ (fun _ => 0)); [now rewrite bsum_0 |].
      intros o _; destruct (Nat.eqb_spec (o * s + x) y); [| reflexivity].
      exfalso; apply Hm; replace (y - x)%nat with (o * s)%nat by lia; apply Nat.mod_mul; lia.
  - rewrite (bsum_ext n _ (fun _ => 0)); [now rewrite bsum_0 |].
    intros o _; destruct (Nat.eqb_spec (o * s + x) y); [lia | reflexivity].
Qed.

Definition sliding_of_output (i k s d p o : nat) : list (nat * nat) :=
  flat_map (fun m => map (fun x => (x, m)) (position p i (o * s + m * d))) (seq 0 k).

Definition sliding_of_input (o k s d p i : nat) : list (nat * nat) :=
  flat_map (fun m => map (fun x => (x, m)) (quotient s o (m * d) (i + p))) (rev (seq 0 k)).

Definition sliding_of_weight (o i s d p k : nat) : list (nat * nat) :=
  flat_map (fun x => map (fun y => (x, y)) (position p i (x * s + k * d))) (seq 0 o).

Theorem output_windowed i k s d p o (f : nat -> nat -> R) :
  bsum i (fun x => bsum k (fun m => if slides s d p o x m then f x m else 0)) =
  pair_sum (sliding_of_output i k s d p o) f.
Proof.
  unfold pair_sum, sliding_of_output; rewrite lsum_flat_map, lsum_seq, bsum_swap.
  apply bsum_ext; intros m _; rewrite lsum_map; simpl; symmetry.
  apply (position_sum p i (o * s + m * d) (fun x => f x m)).
Qed.

Theorem input_gradient_guarded o k s d p i (f : nat -> nat -> R) : (0 < s)%nat ->
  bsum o (fun x => bsum k (fun m => if slides s d p x i m then f x m else 0)) =
  pair_sum (sliding_of_input o k s d p i) f.
Proof.
  intros Hs; unfold pair_sum, sliding_of_input; rewrite lsum_flat_map, lsum_rev, lsum_seq, bsum_swap.
  apply bsum_ext; intros m _; rewrite lsum_map; simpl; symmetry.
  exact (quotient_sum s o (m * d) (i + p) (fun x => f x m) Hs).
Qed.

Theorem weight_gradient_windowed o i s d p k (f : nat -> nat -> R) :
  bsum o (fun x => bsum i (fun y => if slides s d p x y k then f x y else 0)) =
  pair_sum (sliding_of_weight o i s d p k) f.
Proof.
  unfold pair_sum, sliding_of_weight; rewrite lsum_flat_map, lsum_seq.
  apply bsum_ext; intros x _; rewrite lsum_map; simpl; symmetry.
  apply (position_sum p i (x * s + k * d) (fun y => f x y)).
Qed.

(* Where the dilation is not 0, a window meets a position with one k at most. *)
Lemma exists_sum k s d p o i (c : R) : (0 < d)%nat ->
  (if existsb (slides s d p o i) (seq 0 k) then c else 0) =
  bsum k (fun m => if slides s d p o i m then c else 0).
Proof.
  intros Hd; induction k as [| k IH]; [reflexivity |].
  rewrite seq_S, existsb_app; simpl; rewrite orb_false_r, <- IH.
  destruct (existsb (slides s d p o i) (seq 0 k)) eqn:E; simpl; [| ring].
  apply existsb_exists in E; destruct E as [m [Hm E]].
  apply in_seq in Hm; unfold slides in *; apply Nat.eqb_eq in E.
  destruct (Nat.eqb_spec (o * s + k * d) (i + p)); [exfalso; nia | ring].
Qed.

Definition unweighted (l : list (nat * nat)) : list (nat * nat) := map (fun t => (fst t, 0%nat)) l.

(* The taps of an axis that is not turned round. *)
Definition from_output (a : axis) (o : nat) : list (nat * nat) :=
  match a with
  | Sliding _ i k s d p => sliding_of_output i k s d p o
  | Window _ i k s d p =>
      if Nat.eqb d 0 then search (ins a) (weights a) (tap a o) else unweighted (sliding_of_output i k s d p o)
  | Pointwise n => if Nat.ltb o n then [(o, 0%nat)] else []
  | _ => search (ins a) (weights a) (tap a o)
  end.

Definition from_input (a : axis) (i : nat) : list (nat * nat) :=
  match a with
  | Sliding o _ k s d p =>
      if Nat.eqb s 0 then search (outs a) (weights a) (fun x => tap a x i) else sliding_of_input o k s d p i
  | Window o _ k s d p =>
      if Nat.eqb s 0 || Nat.eqb d 0 then search (outs a) (weights a) (fun x => tap a x i)
      else unweighted (sliding_of_input o k s d p i)
  | Pointwise n => if Nat.ltb i n then [(i, 0%nat)] else []
  | _ => search (outs a) (weights a) (fun x => tap a x i)
  end.

(* The taps of an output position or, where [turned], of an input position. *)
Fixpoint at_end (turned : bool) (a : axis) (x : nat) : list (nat * nat) :=
  match a with
  | Adjoint b => at_end (negb turned) b x
  | _ => if turned then from_input a x else from_output a x
  end.

Definition of_output : axis -> nat -> list (nat * nat) := at_end false.
Definition of_input : axis -> nat -> list (nat * nat) := at_end true.

Fixpoint of_weight (a : axis) (k : nat) : list (nat * nat) :=
  match a with
  | Sliding o i _ s d p => sliding_of_weight o i s d p k
  | Adjoint b => map (fun t => (snd t, fst t)) (of_weight b k)
  | _ => search (outs a) (ins a) (fun x y => tap a x y k)
  end.

Lemma pointwise_sum n x (f : nat -> nat -> R) :
  pair_sum (if Nat.ltb x n then [(x, 0%nat)] else []) f =
  bsum n (fun y => bsum 1 (fun k => if Nat.eqb k 0 && Nat.eqb x y then f y k else 0)).
Proof.
  rewrite (bsum_ext n _ (fun y => if Nat.eqb x y then f y 0%nat else 0)).
  - rewrite bsum_delta; destruct (Nat.ltb x n); unfold pair_sum; simpl; ring.
  - intros y _; simpl; destruct (Nat.eqb x y); ring.
Qed.

Lemma from_output_sum a o f :
  pair_sum (from_output a o) f =
  bsum (ins a) (fun i => bsum (weights a) (fun k => if tap a o i k then f i k else 0)).
Proof.
  destruct a as [no i k s d p | no i k s d p | no i | n | F C g | b | no i k t]; simpl from_output;
    try apply search_sum.
  - symmetry; apply output_windowed.
  - destruct (Nat.eqb_spec d 0); [apply search_sum |].
    unfold pair_sum, unweighted; rewrite lsum_map; simpl.
    transitivity (pair_sum (sliding_of_output i k s d p o) (fun x _ => f x 0%nat)); [reflexivity |].
    rewrite <- output_windowed; apply bsum_ext; intros x _.
    rewrite <- exists_sum by lia; simpl; ring.
  - apply pointwise_sum.
Qed.

Lemma from_input_sum a i f :
  pair_sum (from_input a i) f =
  bsum (outs a) (fun o => bsum (weights a) (fun k => if tap a o i k then f o k else 0)).
Proof.
  destruct a as [no ni k s d p | no ni k s d p | no ni | n | F C g | b | no ni k t]; simpl from_input;
    try apply search_sum.
  - destruct (Nat.eqb_spec s 0); [apply search_sum |].
    symmetry; apply input_gradient_guarded; lia.
  - destruct (Nat.eqb_spec s 0); [apply search_sum |].
    destruct (Nat.eqb_spec d 0); [apply search_sum |]; simpl.
    unfold pair_sum, unweighted; rewrite lsum_map; simpl.
    transitivity (pair_sum (sliding_of_input no k s d p i) (fun x _ => f x 0%nat)); [reflexivity |].
    rewrite <- input_gradient_guarded by lia; apply bsum_ext; intros x _.
    rewrite <- exists_sum by lia; simpl; ring.
  - rewrite pointwise_sum; apply bsum_ext; intros o _; simpl.
    rewrite Nat.eqb_sym; reflexivity.
Qed.

Lemma at_end_sum turned a x f :
  pair_sum (at_end turned a x) f =
  bsum (sizes (negb turned) a) (fun y => bsum (weights a) (fun k =>
    if (if turned then tap a y x k else tap a x y k) then f y k else 0)).
Proof.
  revert turned; induction a as [| | | | | b IH |]; intros turned;
    try (destruct turned; [apply from_input_sum | apply from_output_sum]).
  simpl at_end; rewrite IH; now destruct turned.
Qed.

Lemma of_output_axis a o f :
  pair_sum (of_output a o) f =
  bsum (ins a) (fun i => bsum (weights a) (fun k => if tap a o i k then f i k else 0)).
Proof. apply (at_end_sum false). Qed.

Lemma of_input_axis a i f :
  pair_sum (of_input a i) f =
  bsum (outs a) (fun o => bsum (weights a) (fun k => if tap a o i k then f o k else 0)).
Proof. apply (at_end_sum true). Qed.

Lemma of_weight_axis a k f :
  pair_sum (of_weight a k) f =
  bsum (outs a) (fun o => bsum (ins a) (fun i => if tap a o i k then f o i else 0)).
Proof.
  revert f; induction a as [| | | | | b IH |]; intros f; simpl of_weight; try apply search_sum.
  - symmetry; apply weight_gradient_windowed.
  - unfold pair_sum; rewrite lsum_map; simpl.
    transitivity (pair_sum (of_weight b k) (fun x y => f y x)); [reflexivity |].
    rewrite IH; apply bsum_swap.
Qed.

(* --- every axis: lists of pairs of indices --- *)

Definition pairs := list (index * index).
Definition index_sum (l : pairs) (f : index -> index -> R) : R := lsum l (fun t => f (fst t) (snd t)).

Section Product.
Variable of : axis -> nat -> list (nat * nat).
Variables first second : axis -> nat.
Variable holds : axis -> nat -> nat -> nat -> bool.
Hypothesis axis_sum : forall a x f,
  pair_sum (of a x) f =
  bsum (first a) (fun u => bsum (second a) (fun v => if holds a x u v then f u v else 0)).

Fixpoint listed (op : operator) (x : index) : pairs :=
  match op, x with
  | [], [] => [([], [])]
  | a :: op', y :: x' =>
      flat_map (fun t => map (fun r => (fst t :: fst r, snd t :: snd r)) (listed op' x')) (of a y)
  | _, _ => []
  end.

Fixpoint hold (op : operator) (x u v : index) : bool :=
  match op, x, u, v with
  | [], [], [], [] => true
  | a :: op', x0 :: x', u0 :: u', v0 :: v' => holds a x0 u0 v0 && hold op' x' u' v'
  | _, _, _, _ => false
  end.

Lemma listed_sum op x f :
  index_sum (listed op x) f =
  msum (map first op) (fun u => msum (map second op) (fun v => if hold op x u v then f u v else 0)).
Proof.
  revert x f; induction op as [| a op IH]; intros [| y x] f; simpl; unfold index_sum; simpl.
  - ring.
  - reflexivity.
  - symmetry; apply bsum_zero; intros u; apply msum_zero; intros i.
    apply bsum_zero; intros v; now apply msum_zero.
  - rewrite lsum_flat_map.
    transitivity (pair_sum (of a y) (fun u v => index_sum (listed op x) (fun u' v' => f (u :: u') (v :: v')))).
    { apply lsum_ext; intros t _; now rewrite lsum_map. }
    rewrite axis_sum; apply bsum_ext; intros u _.
    rewrite <- bsum_msum_swap; apply bsum_ext; intros v _.
    destruct (holds a y u v); simpl; [apply IH |].
    symmetry; apply msum_zero; intros i; now apply msum_zero.
Qed.
(* A position stands first in the list exactly where it is inside and meets x in some tap. *)
Lemma listed_first op x u :
  In u (map fst (listed op x)) <->
  inside (map first op) u = true /\ exists v, inside (map second op) v = true /\ hold op x u v = true.
Proof.
  pose (f := fun (u' _ : index) => if same u u' then 1 else 0).
  assert (Hf : forall u' v', 0 <= f u' v') by (intros; unfold f; destruct (same u u'); lra).
  assert (E := listed_sum op x f).
  split.
  - intros Hin.
    destruct (Rlt_le_dec 0 (index_sum (listed op x) f)) as [Hpos | Hneg].
    + rewrite E in Hpos; apply msum_positive in Hpos; destruct Hpos as [u' [Hu Hpos]].
      apply msum_positive in Hpos; destruct Hpos as [v [Hv Hpos]].
      destruct (hold op x u' v) eqn:Hh; [| lra].
      unfold f in Hpos; destruct (same_spec u u') as [<- |]; [| lra].
      split; [exact Hu | exists v; auto].
    + exfalso; clear E; unfold index_sum in Hneg.
      induction (listed op x) as [| t l IH]; [easy |].
      assert (G : 0 <= lsum l (fun t => f (fst t) (snd t))).
      { clear - Hf; induction l as [| t l IH]; simpl; [lra |].
        specialize (Hf (fst t) (snd t)); lra. }
      simpl in Hin, Hneg; destruct Hin as [Ht | Hin].
      * assert (H1 : f (fst t) (snd t) = 1) by (unfold f; rewrite Ht; destruct (same_spec u u); congruence).
        lra.
      * apply IH; [exact Hin |]; specialize (Hf (fst t) (snd t)); lra.
  - intros [Hu [v [Hv Hh]]].
    assert (Hpos : 0 < index_sum (listed op x) f).
    { rewrite E; apply Rlt_le_trans with 1; [lra |].
      apply Rle_trans with (msum (map second op) (fun v' => if hold op x u v' then f u v' else 0)).
      - apply Rle_trans with (if hold op x u v then f u v else 0).
        + rewrite Hh; unfold f; destruct (same_spec u u); [lra | congruence].
        + apply (msum_term _ (fun v' => if hold op x u v' then f u v' else 0)); [| exact Hv].
          intros v'; destruct (hold op x u v'); [apply Hf | lra].
      - apply (msum_term _ (fun u' => msum (map second op) (fun v' => if hold op x u' v' then f u' v' else 0)));
          [| exact Hu].
        intros u'; apply msum_ge0; intros v'; destruct (hold op x u' v'); [apply Hf | lra]. }
    clear E; unfold index_sum in Hpos; induction (listed op x) as [| t l IH]; simpl in *; [lra |].
    destruct (same_spec u (fst t)) as [Ht | Ht]; [left; congruence | right].
    apply IH; unfold f in Hpos at 1; destruct (same_spec u (fst t)); [congruence | lra].
Qed.
End Product.

(* The taps of an output entry as (input, weight), of an input entry as (output, weight), and of a weight
   as (output, input). *)
Definition taps_of_output : operator -> index -> pairs := listed of_output.
Definition taps_of_input : operator -> index -> pairs := listed of_input.
Definition taps_of_weight : operator -> index -> pairs := listed of_weight.

Theorem of_output_sum op o f :
  index_sum (taps_of_output op o) f =
  msum (in_shape op) (fun i => msum (weight_shape op) (fun k => if meet op o i k then f i k else 0)).
Proof.
  unfold taps_of_output; rewrite (listed_sum _ _ _ _ of_output_axis).
  apply msum_ext; intros i _; apply msum_ext; intros k _.
  assert (E : hold tap op o i k = meet op o i k).
  { clear f; revert o i k; induction op as [| a op' IH]; intros [| x o] [| y i] [| z k];
      simpl; first [reflexivity | now rewrite IH]. }
  now rewrite E.
Qed.

Theorem of_input_sum op i f :
  index_sum (taps_of_input op i) f =
  msum (out_shape op) (fun o => msum (weight_shape op) (fun k => if meet op o i k then f o k else 0)).
Proof.
  unfold taps_of_input; rewrite (listed_sum _ _ _ (fun a i o k => tap a o i k) of_input_axis).
  apply msum_ext; intros o _; apply msum_ext; intros k _.
  assert (E : hold (fun a i o k => tap a o i k) op i o k = meet op o i k).
  { clear f; revert o i k; induction op as [| a op' IH]; intros [| x o] [| y i] [| z k];
      simpl; first [reflexivity | now rewrite IH]. }
  now rewrite E.
Qed.

Theorem of_weight_sum op k f :
  index_sum (taps_of_weight op k) f =
  msum (out_shape op) (fun o => msum (in_shape op) (fun i => if meet op o i k then f o i else 0)).
Proof.
  unfold taps_of_weight; rewrite (listed_sum _ _ _ (fun a k o i => tap a o i k) of_weight_axis).
  apply msum_ext; intros o _; apply msum_ext; intros i _.
  assert (E : hold (fun a k o i => tap a o i k) op k o i = meet op o i k).
  { clear f; revert o i k; induction op as [| a op' IH]; intros [| x o] [| y i] [| z k];
      simpl; first [reflexivity | now rewrite IH]. }
  now rewrite E.
Qed.

(* The positions that an output entry reads, in row-major order, and the outputs that read an input entry. *)
Definition reads (op : operator) (o : index) : list index := map fst (taps_of_output op o).
Definition readers (op : operator) (i : index) : list index := map fst (taps_of_input op i).

Theorem reads_spec op o i :
  In i (reads op o) <->
  inside (in_shape op) i = true /\ exists k, inside (weight_shape op) k = true /\ meet op o i k = true.
Proof.
  unfold reads, taps_of_output; rewrite (listed_first _ _ _ _ of_output_axis).
  assert (E : forall k, hold tap op o i k = meet op o i k).
  { revert o i; induction op as [| a op' IH]; intros [| x o] [| y i] [| z k];
      simpl; first [reflexivity | now rewrite IH]. }
  split; intros [H [k [H1 H2]]]; (split; [exact H | exists k; split; [exact H1 |]]);
    [rewrite <- E | rewrite E]; exact H2.
Qed.

Theorem readers_spec op i o :
  In o (readers op i) <->
  inside (out_shape op) o = true /\ exists k, inside (weight_shape op) k = true /\ meet op o i k = true.
Proof.
  unfold readers, taps_of_input; rewrite (listed_first _ _ _ (fun a i o k => tap a o i k) of_input_axis).
  assert (E : forall k, hold (fun a i o k => tap a o i k) op i o k = meet op o i k).
  { revert o i; induction op as [| a op' IH]; intros [| x o] [| y i] [| z k];
      simpl; first [reflexivity | now rewrite IH]. }
  split; intros [H [k [H1 H2]]]; (split; [exact H | exists k; split; [exact H1 |]]);
    [rewrite <- E | rewrite E]; exact H2.
Qed.

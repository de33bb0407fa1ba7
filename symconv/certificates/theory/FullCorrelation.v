(* The input gradient of a convolution with stride 1 as a correlation with the turned kernel.

     input_gradient_turned    stride 1 and a padding P of at most D (K - 1) on every axis: dE/dA is the
                              correlation, with the same dilation D and the padding D (K - 1) - P, of dE/dC
                              with the kernel turned by half a turn; in any dimension *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps.
Local Open Scope R_scope.

Lemma bsum_first n f : bsum (S n) f = f 0%nat + bsum n (fun i => f (S i)).
Proof.
  induction n as [| n IH]; [simpl; ring |].
  change (bsum (S (S n)) f) with (bsum (S n) f + f (S n)); rewrite IH; simpl; ring.
Qed.

Lemma bsum_rev n f : bsum n f = bsum n (fun i => f (n - 1 - i)%nat).
Proof.
  revert f; induction n as [| n IH]; intros f; [reflexivity |].
  rewrite bsum_first, (IH (fun i => f (S i))); simpl.
  rewrite Rplus_comm; f_equal; [| f_equal; lia].
  apply bsum_ext; intros i Hi; f_equal; lia.
Qed.

(* The position that a kernel turned by half a turn has under k. *)
Fixpoint turned_index (sizes : list nat) (k : index) : index :=
  match sizes, k with n :: others, x :: j => (n - 1 - x)%nat :: turned_index others j | _, _ => [] end.

Definition turned (sizes : list nat) (B : array) : array := fun k => B (turned_index sizes k).

Lemma msum_turned sizes f : msum sizes f = msum sizes (turned sizes f).
Proof.
  revert f; induction sizes as [| n others IH]; intros f; [reflexivity |]; unfold turned in *; simpl.
  rewrite bsum_rev; apply bsum_ext; intros x _; apply IH.
Qed.

(* Stride 1 and a padding of at most D (K - 1) on every axis; then the axis of the full correlation. *)
Definition dense (op : operator) : bool :=
  forallb (fun a => match a with Sliding _ _ k s d p => Nat.eqb s 1 && Nat.leb p (d * (k - 1)) | _ => false end) op.

Definition full (op : operator) : operator :=
  map (fun a => match a with Sliding o i k s d p => Sliding i o k 1 d (d * (k - 1) - p) | b => b end) op.

Lemma full_shapes op : dense op = true ->
  out_shape (full op) = in_shape op /\ in_shape (full op) = out_shape op /\ weight_shape (full op) = weight_shape op.
Proof.
  induction op as [| a op IH]; intros H; [auto |]; simpl in H; apply andb_prop in H; destruct H as [Ha H].
  destruct (IH H) as [H1 [H2 H3]]; destruct a; try discriminate; unfold out_shape, in_shape, weight_shape in *.
  simpl; now rewrite H1, H2, H3.
Qed.

Lemma full_meet op o i k : dense op = true -> inside (weight_shape op) k = true ->
  meet (full op) i o (turned_index (weight_shape op) k) = meet op o i k.
Proof.
  revert o i k; induction op as [| a op IH]; intros [| x o] [| y i] [| z k] H Hk; try reflexivity; try discriminate.
  all: destruct a as [no ni n s d p | | | | | |]; try discriminate; try reflexivity.
  simpl in *; apply andb_prop in H; destruct H as [Ha H]; apply andb_prop in Hk; destruct Hk as [Hz Hk].
  apply andb_prop in Ha; destruct Ha as [Hs Hp]; apply Nat.eqb_eq in Hs; apply Nat.leb_le in Hp; apply Nat.ltb_lt in Hz.
  unfold weight_shape in *; rewrite IH by assumption; f_equal; unfold slides; subst s.
  assert (E : ((n - 1 - z) * d + z * d = d * (n - 1))%nat) by nia.
  destruct (Nat.eqb_spec (y * 1 + (n - 1 - z) * d) (x + (d * (n - 1) - p))), (Nat.eqb_spec (x * 1 + z * d) (y + p));
    try reflexivity; exfalso; lia.
Qed.

(* dE/dA is the correlation of G, padded by D (K - 1) - P, with the kernel turned by half a turn. *)
Theorem input_gradient_turned op G B i : dense op = true ->
  grad_input op G B i = conv (full op) G (turned (weight_shape op) B) i.
Proof.
  intros H; unfold grad_input, conv; destruct (full_shapes op H) as [_ [-> ->]].
  apply msum_ext; intros o _; symmetry; rewrite msum_turned; apply msum_ext; intros k Hk; unfold turned.
  rewrite full_meet by assumption.
  replace (turned_index (weight_shape op) (turned_index (weight_shape op) k)) with k; [reflexivity |].
  clear - Hk; revert k Hk; induction (weight_shape op) as [| n others IH]; intros [| x k] Hk; simpl in *; try discriminate;
    [reflexivity |].
  apply andb_prop in Hk; destruct Hk as [Hx Hk]; apply Nat.ltb_lt in Hx; f_equal; [lia | now apply IH].
Qed.

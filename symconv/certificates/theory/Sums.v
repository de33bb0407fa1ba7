(* Finite sums over one index, over several, and over a list.

   An index of an array is a list of natural numbers, counted from 0, one for each dimension; an array is
   a function of indices. [msum sizes f] adds [f] over every index within the sizes. *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
Local Open Scope R_scope.

Definition index := list nat.
Definition array := index -> R.

Fixpoint bsum (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S k => bsum k f + f k end.

Fixpoint msum (sizes : list nat) (f : array) : R :=
  match sizes with
  | [] => f []
  | n :: others => bsum n (fun x => msum others (fun i => f (x :: i)))
  end.

Definition lsum {X : Type} (l : list X) (f : X -> R) : R := fold_right (fun x s => f x + s) 0 l.

(* An index that has as many numbers as there are sizes, each below its size. *)
Fixpoint inside (sizes : list nat) (i : index) : bool :=
  match sizes, i with
  | [], [] => true
  | n :: others, x :: j => Nat.ltb x n && inside others j
  | _, _ => false
  end.

Fixpoint same (i j : index) : bool :=
  match i, j with
  | [], [] => true
  | x :: i', y :: j' => Nat.eqb x y && same i' j'
  | _, _ => false
  end.

Definition dot (sizes : list nat) (X Y : array) : R := msum sizes (fun i => X i * Y i).

(* [A] with the entry at [i] replaced by [t]. *)
Definition upd (A : array) (i : index) (t : R) : array := fun j => if same i j then t else A j.

Lemma same_spec i j : reflect (i = j) (same i j).
Proof.
  revert j; induction i as [| x i IH]; intros [| y j]; simpl; try (constructor; congruence).
  destruct (Nat.eqb_spec x y); simpl; [| constructor; congruence].
  destruct (IH j); constructor; congruence.
Qed.

Lemma upd_same A i j : upd A i (A i) j = A j.
Proof. unfold upd; destruct (same_spec i j); congruence. Qed.

(* --- sums over one index --- *)

Lemma bsum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> bsum n f = bsum n g.
Proof.
  induction n as [| n IH]; intros H; simpl; [reflexivity |].
  rewrite IH by (intros i Hi; apply H; lia). now rewrite H by lia.
Qed.

Lemma bsum_0 n : bsum n (fun _ => 0) = 0.
Proof. induction n as [| n IH]; simpl; [reflexivity |]; rewrite IH; ring. Qed.

Lemma bsum_zero n f : (forall i, f i = 0) -> bsum n f = 0.
Proof. intros H; rewrite <- (bsum_0 n); now apply bsum_ext. Qed.

Lemma bsum_none n f : (forall i, (i < n)%nat -> f i = 0) -> bsum n f = 0.
Proof. intros H; rewrite <- (bsum_0 n); now apply bsum_ext. Qed.

Lemma bsum_plus n f g : bsum n (fun i => f i + g i) = bsum n f + bsum n g.
Proof. induction n as [| n IH]; simpl; [ring |]; rewrite IH; ring. Qed.

Lemma bsum_scal n c f : bsum n (fun i => c * f i) = c * bsum n f.
Proof. induction n as [| n IH]; simpl; [ring |]; rewrite IH; ring. Qed.

Lemma bsum_swap n m f :
  bsum n (fun i => bsum m (fun j => f i j)) = bsum m (fun j => bsum n (fun i => f i j)).
Proof.
  induction n as [| n IH]; simpl; [now rewrite bsum_0 |].
  now rewrite IH, <- bsum_plus.
Qed.

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

Lemma bsum_delta n a f :
  bsum n (fun i => if Nat.eqb a i then f i else 0) = if Nat.ltb a n then f a else 0.
Proof.
  induction n as [| n IH]; simpl; [reflexivity |]; rewrite IH.
  destruct (Nat.ltb_spec a n), (Nat.eqb_spec a n), (Nat.ltb_spec a (S n));
    subst; try lia; ring.
Qed.

Lemma bsum_delta_at n a f : (a < n)%nat -> bsum n (fun i => if Nat.eqb a i then f i else 0) = f a.
Proof. intros H; rewrite bsum_delta; now apply Nat.ltb_lt in H as ->. Qed.

Lemma is_derive_bsum n (f : nat -> R -> R) d t :
  (forall i, (i < n)%nat -> is_derive (f i) t (d i)) ->
  is_derive (fun u => bsum n (fun i => f i u)) t (bsum n d).
Proof.
  induction n as [| n IH]; intros H; simpl; [apply @is_derive_const |].
  apply @is_derive_plus; [apply IH; intros i Hi; apply H; lia | apply H; lia].
Qed.

(* --- sums over several indices --- *)

Lemma msum_ext sizes f g : (forall i, inside sizes i = true -> f i = g i) -> msum sizes f = msum sizes g.
Proof.
  revert f g; induction sizes as [| n others IH]; intros f g H; simpl; [now apply H |].
  apply bsum_ext; intros x Hx; apply IH; intros i Hi; apply H; simpl.
  destruct (Nat.ltb_spec x n); [exact Hi | lia].
Qed.

Lemma msum_0 sizes : msum sizes (fun _ => 0) = 0.
Proof.
  induction sizes as [| n others IH]; simpl; [reflexivity |].
  rewrite IH; apply bsum_0.
Qed.

Lemma msum_zero sizes f : (forall i, f i = 0) -> msum sizes f = 0.
Proof. intros H; rewrite <- (msum_0 sizes); now apply msum_ext. Qed.

Lemma msum_plus sizes f g : msum sizes (fun i => f i + g i) = msum sizes f + msum sizes g.
Proof.
  revert f g; induction sizes as [| n others IH]; intros f g; simpl; [reflexivity |].
  rewrite <- bsum_plus; apply bsum_ext; intros; apply IH.
Qed.

Lemma msum_ge0 sizes f : (forall i, 0 <= f i) -> 0 <= msum sizes f.
Proof.
  revert f; induction sizes as [| n others IH]; intros f H; simpl; [apply H |].
  induction n as [| n IHn]; simpl; [lra |].
  apply Rplus_le_le_0_compat; [exact IHn | apply IH; intros; apply H].
Qed.

Lemma bsum_term n f x : (forall y, 0 <= f y) -> (x < n)%nat -> f x <= bsum n f.
Proof.
  intros H; induction n as [| n IH]; intros Hx; [lia |]; simpl.
  destruct (Nat.eq_dec x n) as [-> |].
  - assert (G : 0 <= bsum n f) by (clear - H; induction n; simpl; [lra | specialize (H n); lra]). lra.
  - specialize (IH ltac:(lia)); specialize (H n); lra.
Qed.

Lemma bsum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> bsum n f <= bsum n g.
Proof.
  induction n as [| n IH]; intros H; simpl; [lra |].
  specialize (IH (fun i Hi => H i (Nat.lt_lt_succ_r _ _ Hi))); specialize (H n ltac:(lia)); lra.
Qed.

Lemma msum_term sizes f i : (forall j, 0 <= f j) -> inside sizes i = true -> f i <= msum sizes f.
Proof.
  revert f i; induction sizes as [| n others IH]; intros f [| x i] H Hi; simpl in *; try discriminate; [lra |].
  apply andb_prop in Hi; destruct Hi as [Hx Hi]; apply Nat.ltb_lt in Hx.
  apply Rle_trans with (msum others (fun j => f (x :: j))).
  - apply (IH (fun j => f (x :: j))); [intros; apply H | exact Hi].
  - apply (bsum_term n (fun y => msum others (fun j => f (y :: j)))); [| exact Hx].
    intros y; apply msum_ge0; intros; apply H.
Qed.

(* A positive sum has a positive term. *)
Lemma msum_positive sizes f : 0 < msum sizes f -> exists i, inside sizes i = true /\ 0 < f i.
Proof.
  revert f; induction sizes as [| n others IH]; intros f H; simpl in H; [now exists [] |].
  assert (E : exists x, (x < n)%nat /\ 0 < msum others (fun j => f (x :: j))).
  { induction n as [| n IHn]; simpl in H; [lra |].
    destruct (Rlt_le_dec 0 (msum others (fun j => f (n :: j)))) as [Hn | Hn]; [exists n; auto |].
    destruct IHn as [x [Hx Hpos]]; [lra | exists x; auto]. }
  destruct E as [x [Hx Hpos]]; destruct (IH _ Hpos) as [i [Hi Hf]].
  exists (x :: i); simpl; rewrite Hi; now apply Nat.ltb_lt in Hx as ->.
Qed.

Lemma msum_scal sizes c f : msum sizes (fun i => c * f i) = c * msum sizes f.
Proof.
  revert f; induction sizes as [| n others IH]; intros f; simpl; [reflexivity |].
  rewrite <- bsum_scal; apply bsum_ext; intros; apply IH.
Qed.

Lemma bsum_msum_swap n sizes (f : nat -> array) :
  bsum n (fun x => msum sizes (f x)) = msum sizes (fun i => bsum n (fun x => f x i)).
Proof.
  induction n as [| n IH]; simpl; [now rewrite msum_0 |].
  now rewrite IH, <- msum_plus.
Qed.

Lemma msum_swap sizes sizes' (f : index -> index -> R) :
  msum sizes (fun i => msum sizes' (f i)) = msum sizes' (fun j => msum sizes (fun i => f i j)).
Proof.
  revert f; induction sizes as [| n others IH]; intros f; simpl; [reflexivity |].
  rewrite (bsum_ext n _ (fun x => msum sizes' (fun j => msum others (fun i => f (x :: i) j)))).
  - apply bsum_msum_swap.
  - intros x _; apply IH.
Qed.

Lemma msum_delta sizes a f :
  msum sizes (fun i => if same a i then f i else 0) = if inside sizes a then f a else 0.
Proof.
  revert a f; induction sizes as [| n others IH]; intros [| x a] f; simpl; try reflexivity.
  - apply (msum_0 (n :: others)).
  - rewrite (bsum_ext n _ (fun y => if Nat.eqb x y then (if inside others a then f (y :: a) else 0) else 0)).
    + rewrite bsum_delta; now destruct (Nat.ltb x n).
    + intros y _; destruct (Nat.eqb x y); simpl; [apply (IH a (fun i => f (y :: i))) | apply msum_0].
Qed.

Lemma is_derive_msum sizes (f : index -> R -> R) d t :
  (forall i, inside sizes i = true -> is_derive (f i) t (d i)) ->
  is_derive (fun u => msum sizes (fun i => f i u)) t (msum sizes d).
Proof.
  revert f d; induction sizes as [| n others IH]; intros f d H; simpl; [now apply H |].
  apply is_derive_bsum; intros x Hx.
  apply (IH (fun i => f (x :: i))); intros i Hi; apply H; simpl.
  destruct (Nat.ltb_spec x n); [exact Hi | lia].
Qed.

(* A linear form has its coefficients for partial derivatives. *)
Lemma is_derive_dot sizes (X c : array) i t : inside sizes i = true ->
  is_derive (fun u => dot sizes (upd X i u) c) t (c i).
Proof.
  intros Hi; unfold dot.
  replace (c i) with (msum sizes (fun j => if same i j then c j else 0)).
  - apply is_derive_msum; intros j _.
    unfold upd; destruct (same i j); auto_derive; auto; ring.
  - now rewrite msum_delta, Hi.
Qed.

(* --- sums over a list --- *)

Lemma lsum_ext {X} (l : list X) f g : (forall x, In x l -> f x = g x) -> lsum l f = lsum l g.
Proof.
  induction l as [| x l IH]; intros H; simpl; [reflexivity |].
  rewrite IH by (intros; apply H; now right). now rewrite H by now left.
Qed.

Lemma lsum_app {X} (l l' : list X) f : lsum (l ++ l') f = lsum l f + lsum l' f.
Proof. induction l as [| x l IH]; simpl; [ring |]; rewrite IH; ring. Qed.

Lemma lsum_map {X Y} (g : X -> Y) l f : lsum (map g l) f = lsum l (fun x => f (g x)).
Proof. induction l as [| x l IH]; simpl; [reflexivity |]; now rewrite IH. Qed.

Lemma lsum_flat_map {X Y} (g : X -> list Y) l f : lsum (flat_map g l) f = lsum l (fun x => lsum (g x) f).
Proof. induction l as [| x l IH]; simpl; [reflexivity |]; now rewrite lsum_app, IH. Qed.

Lemma lsum_filter {X} (p : X -> bool) l f :
  lsum (filter p l) f = lsum l (fun x => if p x then f x else 0).
Proof. induction l as [| x l IH]; simpl; [reflexivity |]; rewrite <- IH; destruct (p x); simpl; ring. Qed.

Lemma lsum_rev {X} (l : list X) f : lsum (rev l) f = lsum l f.
Proof. induction l as [| x l IH]; simpl; [reflexivity |]; rewrite lsum_app, IH; simpl; ring. Qed.

Lemma lsum_seq n f : lsum (seq 0 n) f = bsum n f.
Proof.
  induction n as [| n IH]; [reflexivity |].
  rewrite seq_S, lsum_app, IH; simpl; ring.
Qed.

Lemma lsum_prod {X Y} (l : list X) (l' : list Y) f :
  lsum (list_prod l l') f = lsum l (fun x => lsum l' (fun y => f (x, y))).
Proof. induction l as [| x l IH]; simpl; [reflexivity |]; now rewrite lsum_app, lsum_map, IH. Qed.

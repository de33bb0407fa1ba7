(* The subgradients of a maximum: the planes that touch it at X and lie nowhere above it. A window has n
   entries X 0, ..., X (n - 1), a candidate is a list of shares g 0, ..., g (n - 1).

     max_subgradients      the subgradients are the shares that are not negative, add up to 1 and are 0 where
                           an entry is below the maximum: the convex hull of the unit vectors at the maxima
     one_maximum           all of it to one maximum, the first for example, is one of them
     equal_shares          so are equal shares of all maxima *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps Pooling.
Local Open Scope R_scope.

Definition top (n : nat) (X : nat -> R) : R := maxlist (map X (seq 0 n)).

Definition subgradient (n : nat) (X g : nat -> R) : Prop :=
  forall Y, top n X + bsum n (fun i => g i * (Y i - X i)) <= top n Y.

Definition shares (n : nat) (X g : nat -> R) : Prop :=
  (forall i, (i < n)%nat -> 0 <= g i) /\ bsum n g = 1 /\ (forall i, (i < n)%nat -> X i < top n X -> g i = 0).

Lemma top_above n X i : (i < n)%nat -> X i <= top n X.
Proof. intros H; apply maxlist_ub, in_map, in_seq; lia. Qed.

Lemma top_least n X M : (0 < n)%nat -> (forall i, (i < n)%nat -> X i <= M) -> top n X <= M.
Proof.
  intros Hn H; assert (I := maxlist_in (map X (seq 0 n)) ltac:(destruct n; [lia | discriminate])).
  apply in_map_iff in I; destruct I as [i [E Hi]]; apply in_seq in Hi; unfold top; rewrite <- E; apply H; lia.
Qed.

Lemma top_at n X : (0 < n)%nat -> exists i, (i < n)%nat /\ X i = top n X.
Proof.
  intros Hn; assert (I := maxlist_in (map X (seq 0 n)) ltac:(destruct n; [lia | discriminate])).
  apply in_map_iff in I; destruct I as [i [E Hi]]; apply in_seq in Hi; exists i; split; [lia | exact E].
Qed.

(* The planes at X moved by v. *)
Lemma at_move n X g v : subgradient n X g ->
  top n X + bsum n (fun i => g i * v i) <= top n (fun i => X i + v i).
Proof.
  intros H; specialize (H (fun i => X i + v i)).
  rewrite (bsum_ext n _ (fun i => g i * v i)) in H; [exact H | intros; ring].
Qed.

Lemma bsum_unit n g k c : (k < n)%nat -> bsum n (fun i => g i * (if Nat.eqb k i then c else 0)) = g k * c.
Proof.
  intros Hk; rewrite <- (bsum_delta_at n k (fun i => g i * c) Hk).
  apply bsum_ext; intros i _; destruct (Nat.eqb k i); ring.
Qed.

Theorem max_subgradients n X g : (0 < n)%nat -> (subgradient n X g <-> shares n X g).
Proof.
  intros Hn; split.
  - intros H; repeat split.
    + intros i Hi; assert (E := at_move n X g (fun j => if Nat.eqb i j then -1 else 0) H).
      cbv beta in E; rewrite bsum_unit in E by exact Hi.
      assert (L : top n (fun j => X j + (if Nat.eqb i j then -1 else 0)) <= top n X).
      { apply top_least; [exact Hn |]; intros j Hj; assert (U := top_above n X j Hj); destruct (Nat.eqb i j); lra. }
      lra.
    + assert (E : forall c, top n X + c * bsum n g <= top n X + c).
      { intros c; assert (F := at_move n X g (fun _ => c) H).
        rewrite (bsum_ext n _ (fun i => c * g i)), bsum_scal in F by (intros; ring).
        apply Rle_trans with (1 := F); apply top_least; [exact Hn |].
        intros i Hi; assert (U := top_above n X i Hi); lra. }
      assert (E1 := E 1); assert (E2 := E (-1)); lra.
    + intros i Hi Hlt; set (d := top n X - X i); assert (Hd : 0 < d) by (unfold d; lra).
      assert (E := at_move n X g (fun j => if Nat.eqb i j then d else 0) H).
      cbv beta in E; rewrite bsum_unit in E by exact Hi.
      assert (L : top n (fun j => X j + (if Nat.eqb i j then d else 0)) <= top n X).
      { apply top_least; [exact Hn |]; intros j Hj; assert (U := top_above n X j Hj).
        destruct (Nat.eqb_spec i j) as [<- |]; unfold d; lra. }
      assert (F := at_move n X g (fun j => if Nat.eqb i j then -1 else 0) H).
      cbv beta in F; rewrite bsum_unit in F by exact Hi.
      assert (L' : top n (fun j => X j + (if Nat.eqb i j then -1 else 0)) <= top n X).
      { apply top_least; [exact Hn |]; intros j Hj; assert (U := top_above n X j Hj); destruct (Nat.eqb i j); lra. }
      nra.
  - intros [H0 [H1 H2]] Y.
    assert (E : bsum n (fun i => g i * (Y i - X i)) <= bsum n (fun i => (top n Y - top n X) * g i)).
    { apply bsum_le; intros i Hi; specialize (H0 i Hi); specialize (H2 i Hi).
      assert (UX := top_above n X i Hi); assert (UY := top_above n Y i Hi).
      destruct (Rle_lt_or_eq_dec _ _ UX) as [L | L]; [rewrite (H2 L); lra | rewrite L; nra]. }
    rewrite bsum_scal, H1 in E; lra.
Qed.

Theorem one_maximum n X k : (k < n)%nat -> X k = top n X ->
  subgradient n X (fun i => if Nat.eqb k i then 1 else 0).
Proof.
  intros Hk E; apply max_subgradients; [lia |]; repeat split.
  - intros i _; destruct (Nat.eqb k i); lra.
  - now apply (bsum_delta_at n k (fun _ => 1)).
  - intros i _ L; destruct (Nat.eqb_spec k i) as [<- |]; lra.
Qed.

(* How many maxima there are, as a real number. *)
Definition maxima (n : nat) (X : nat -> R) : R := bsum n (fun i => if Req_EM_T (X i) (top n X) then 1 else 0).

Theorem equal_shares n X : (0 < n)%nat ->
  subgradient n X (fun i => if Req_EM_T (X i) (top n X) then / maxima n X else 0).
Proof.
  intros Hn; assert (P : 0 < maxima n X).
  { destruct (top_at n X Hn) as [k [Hk E]].
    apply Rlt_le_trans with 1; [lra |].
    apply Rle_trans with (if Req_EM_T (X k) (top n X) then 1 else 0).
    - destruct (Req_EM_T (X k) (top n X)); [lra | contradiction].
    - apply (bsum_term n (fun i => if Req_EM_T (X i) (top n X) then 1 else 0)); [| exact Hk].
      intros i; destruct (Req_EM_T (X i) (top n X)); lra. }
  assert (Q := Rinv_0_lt_compat _ P).
  apply max_subgradients; [exact Hn |]; repeat split.
  - intros i _; destruct (Req_EM_T (X i) (top n X)); lra.
  - rewrite (bsum_ext n _ (fun i => / maxima n X * (if Req_EM_T (X i) (top n X) then 1 else 0))).
    + rewrite bsum_scal; fold (maxima n X); field; lra.
    + intros i _; destruct (Req_EM_T (X i) (top n X)); ring.
  - intros i _ L; destruct (Req_EM_T (X i) (top n X)); lra.
Qed.

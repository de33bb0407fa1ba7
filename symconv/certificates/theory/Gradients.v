(* The formulas of the theorem library for convolutions on sliding axes, in any dimension. Every index is a
   list with one number an axis; a position outside of its array is [None], and [padded] counts it as 0.

     affine_delta               the sum over m of delta (D m + S i - P, t) B_m: one entry of B or none
     affine_delta_dense         the same for D = 1
     conv_textbook              C_i is the sum over m of A at S i + D m - P times B_m
     input_gradient_pairs       dE/dA_t is the sum over the pairs with S i + D m - P = t of G_i B_m
     input_gradient_over_windows
                                ... over i, with the offset (P + t - S i) / D where that is one
     input_gradient_over_offsets
                                ... over m, with the window (P + t - D m) / S where that is one
     window_bounds, offset_bounds
                                the bounds of these two sums
     input_gradient_spread      ... the correlation of H, which is G with S - 1 zeros between neighbours and
                                Q = D (K - 1) - P zeros before, with the kernel turned by half a turn
     input_gradient_full        the same as a convolution with stride 1, dilation D and no padding
     input_gradient_turned      stride 1: G at D m - Q + t in the place of H
     toeplitz_entry             dC_i/dA_t is B at (P + t - S i) / D where that is an offset, or 0
     toeplitz_row, toeplitz_diagonal
                                it stays when i moves by 1 and t by S
     weight_gradient_textbook   dE/dB_m is the sum over i of G_i times A at S i + D m - P
     weight_gradient_correlation
                                ... a correlation of A with G: stride D, dilation S, padding P
     weight_gradient_padded     ... of X, which is A with P zeros before it, at D m + S i *)
Require Import Reals Arith ZArith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps.
Local Open Scope R_scope.

(* --- a sum over a delta --- *)

Definition divides (d x : Z) : bool := Z.eqb (x mod d) 0.
Definition between (low x high : Z) : bool := Z.leb low x && Z.leb x high.

Theorem affine_delta (S D P t i : Z) K (B : Z -> R) : (0 < D)%Z ->
  bsum K (fun m => if Z.eqb (D * Z.of_nat m + S * i - P) t then B (Z.of_nat m) else 0) =
  if divides D (P + t - S * i) && between 0 (P + t - S * i) (D * (Z.of_nat K - 1))
  then B ((P + t - S * i) / D)%Z else 0.
Proof.
  intros HD; unfold divides, between; set (x := (P + t - S * i)%Z).
  assert (E := Z.div_mod x D ltac:(lia)); assert (M := Z.mod_pos_bound x D HD).
  destruct (Z.eqb_spec (x mod D) 0) as [Hm | Hm], (Z.leb_spec 0 x) as [Hx | Hx],
    (Z.leb_spec x (D * (Z.of_nat K - 1))) as [Hk | Hk]; simpl andb; cbv iota.
  1: { assert (Q : (0 <= x / D < Z.of_nat K)%Z) by nia.
       transitivity (bsum K (fun m => if Nat.eqb (Z.to_nat (x / D)) m then B (Z.of_nat m) else 0)).
       - apply bsum_ext; intros m _.
         destruct (Z.eqb_spec (D * Z.of_nat m + S * i - P) t), (Nat.eqb_spec (Z.to_nat (x / D)) m);
           try reflexivity; exfalso; nia.
       - rewrite bsum_delta; destruct (Nat.ltb_spec (Z.to_nat (x / D)) K); [now rewrite Z2Nat.id by lia | lia]. }
  all: apply bsum_none; intros m Hlt;
       destruct (Z.eqb_spec (D * Z.of_nat m + S * i - P) t); [exfalso | reflexivity].
  all: assert (F : x = (Z.of_nat m * D)%Z) by (unfold x; nia); try nia.
  all: apply Hm; rewrite F; apply Z.mod_mul; lia.
Qed.

Theorem affine_delta_dense (S P t i : Z) K (B : Z -> R) :
  bsum K (fun m => if Z.eqb (Z.of_nat m + S * i - P) t then B (Z.of_nat m) else 0) =
  if between 0 (P + t - S * i) (Z.of_nat K - 1) then B (P + t - S * i)%Z else 0.
Proof.
  assert (E := affine_delta S 1 P t i K B ltac:(lia)).
  unfold divides in E; rewrite Z.mod_1_r, Z.div_1_r, Z.mul_1_l in E; etransitivity; [| exact E].
  apply bsum_ext; intros m _; now rewrite Z.mul_1_l.
Qed.

(* --- two indices of a tap say the third --- *)

Definition slides_everywhere (op : operator) : bool :=
  forallb (fun a => match a with Sliding _ _ _ _ _ _ => true | _ => false end) op.
Definition strides_positive (op : operator) : bool :=
  forallb (fun a => match a with Sliding _ _ _ s _ _ => Nat.ltb 0 s | _ => false end) op.
Definition dilations_positive (op : operator) : bool :=
  forallb (fun a => match a with Sliding _ _ _ _ d _ => Nat.ltb 0 d | _ => false end) op.
Definition stride_one (op : operator) : bool :=
  forallb (fun a => match a with Sliding _ _ _ s _ _ => Nat.eqb s 1 | _ => false end) op.

Lemma stride_one_slides op : stride_one op = true -> slides_everywhere op = true.
Proof.
  induction op as [| [] op IH]; intros H; try discriminate; [reflexivity |].
  simpl in *; apply andb_prop in H; apply (IH (proj2 H)).
Qed.

Definition padded (A : array) (i : option index) : R := match i with Some j => A j | None => 0 end.

(* S i + D m - P, (P + t - S i) / D and (P + t - D m) / S on an axis, where that is a position of its array *)
Definition input_at (a : axis) (i m : nat) : option nat :=
  match a with Sliding _ n _ s d p => hd_error (position p n (i * s + m * d)) | _ => None end.
Definition offset_at (a : axis) (i t : nat) : option nat :=
  match a with Sliding _ _ n s d p => hd_error (quotient d n (i * s) (t + p)) | _ => None end.
Definition window_at (a : axis) (t m : nat) : option nat :=
  match a with Sliding n _ _ s d p => hd_error (quotient s n (m * d) (t + p)) | _ => None end.

(* The same on every axis. *)
Fixpoint every (at_axis : axis -> nat -> nat -> option nat) (op : operator) (x y : index) : option index :=
  match op, x, y with
  | [], [], [] => Some []
  | a :: op', u :: x', v :: y' =>
      match at_axis a u v, every at_axis op' x' y' with Some z, Some j => Some (z :: j) | _, _ => None end
  | _, _, _ => None
  end.

Fixpoint along (at_axis : axis -> nat -> nat -> nat) (op : operator) (x y : index) : index :=
  match op, x, y with
  | a :: op', u :: x', v :: y' => at_axis a u v :: along at_axis op' x' y'
  | _, _, _ => []
  end.

Section Places.
Variable good : axis -> bool.
Variable size : axis -> nat.
Variable place : axis -> nat -> nat -> option nat.
Variable holds : axis -> nat -> nat -> nat -> bool.
Hypothesis one_place : forall a u v f, good a = true ->
  bsum (size a) (fun z => if holds a u v z then f z else 0) = match place a u v with Some z => f z | None => 0 end.

Fixpoint all_hold (op : operator) (x y z : index) : bool :=
  match op, x, y, z with
  | [], [], [], [] => true
  | a :: op', u :: x', v :: y', w :: z' => holds a u v w && all_hold op' x' y' z'
  | _, _, _, _ => false
  end.

Lemma every_sum op x y f : forallb good op = true ->
  msum (map size op) (fun z => if all_hold op x y z then f z else 0) = padded f (every place op x y).
Proof.
  revert x y f; induction op as [| a op IH]; intros x y f H; [now destruct x, y |].
  simpl in H; apply andb_prop in H; destruct H as [Ha H].
  destruct x as [| u x]; [| destruct y as [| v y]]; try (apply msum_zero; now intros [| w z]).
  simpl; rewrite (bsum_ext _ _ (fun w => if holds a u v w then padded (fun z => f (w :: z)) (every place op x y) else 0)).
  - rewrite one_place by exact Ha; destruct (place a u v); [| reflexivity].
    now destruct (every place op x y).
  - intros w _; destruct (holds a u v w); simpl; [apply (IH x y (fun z => f (w :: z)) H) | now apply msum_zero].
Qed.
End Places.

Lemma position_at p n x f :
  bsum n (fun i => if Nat.eqb x (i + p) then f i else 0) =
  match hd_error (position p n x) with Some i => f i | None => 0 end.
Proof.
  rewrite <- position_sum; unfold position.
  destruct (Nat.leb p x && Nat.ltb (x - p) n); simpl; ring.
Qed.

Lemma quotient_at s n x y f : (0 < s)%nat ->
  bsum n (fun o => if Nat.eqb (o * s + x) y then f o else 0) =
  match hd_error (quotient s n x y) with Some o => f o | None => 0 end.
Proof.
  intros Hs; rewrite <- quotient_sum by exact Hs; unfold quotient.
  destruct (Nat.leb x y && Nat.eqb ((y - x) mod s) 0 && Nat.ltb ((y - x) / s) n); simpl; ring.
Qed.

Ltac by_axes := intros; match goal with
  |- all_hold _ ?op ?x ?y ?z = _ =>
    clear; revert x y z; induction op as [| a op IH]; intros [| ? ?] [| ? ?] [| ? ?]; simpl; first [reflexivity | now rewrite IH]
  end.

Lemma over_inputs op o k f : slides_everywhere op = true ->
  msum (in_shape op) (fun i => if meet op o i k then f i else 0) = padded f (every input_at op o k).
Proof.
  intros H; rewrite <- (every_sum _ ins input_at (fun a x z y => tap a x y z)) with (2 := H).
  - apply msum_ext; intros i _; replace (meet op o i k) with (all_hold (fun a x z y => tap a x y z) op o k i);
      [reflexivity | by_axes].
  - intros [no n m s d p | | | | | |] u v h Ha; try discriminate; apply position_at.
Qed.

Lemma over_weights op o i f : dilations_positive op = true ->
  msum (weight_shape op) (fun k => if meet op o i k then f k else 0) = padded f (every offset_at op o i).
Proof.
  intros H; rewrite <- (every_sum _ weights offset_at tap) with (2 := H).
  - apply msum_ext; intros k _; replace (meet op o i k) with (all_hold tap op o i k); [reflexivity | by_axes].
  - intros [no n m s d p | | | | | |] u v h Ha; try discriminate; apply Nat.ltb_lt in Ha; simpl.
    rewrite <- quotient_at by exact Ha; apply bsum_ext; intros z _; unfold slides.
    now rewrite (Nat.add_comm (u * s)).
Qed.

Lemma over_outputs op i k f : strides_positive op = true ->
  msum (out_shape op) (fun o => if meet op o i k then f o else 0) = padded f (every window_at op i k).
Proof.
  intros H; rewrite <- (every_sum _ outs window_at (fun a y z x => tap a x y z)) with (2 := H).
  - apply msum_ext; intros o _; replace (meet op o i k) with (all_hold (fun a y z x => tap a x y z) op i k o);
      [reflexivity | by_axes].
  - intros [no n m s d p | | | | | |] u v h Ha; try discriminate; apply Nat.ltb_lt in Ha; simpl.
    now apply quotient_at.
Qed.

Lemma padded_scal c A i : padded (fun j => c * A j) i = c * padded A i.
Proof. destruct i; simpl; ring. Qed.

(* --- the output --- *)

Theorem conv_textbook op A B o : slides_everywhere op = true ->
  conv op A B o = msum (weight_shape op) (fun k => padded A (every input_at op o k) * B k).
Proof.
  intros H; unfold conv; rewrite msum_swap; apply msum_ext; intros k _.
  rewrite <- over_inputs, Rmult_comm, <- msum_scal by exact H; apply msum_ext; intros i _.
  destruct (meet op o i k); ring.
Qed.

(* --- the gradient by the input --- *)

(* S i + D m - P = t on every axis *)
Fixpoint reaches (op : operator) (i t m : index) : bool :=
  match op, i, t, m with
  | [], [], [], [] => true
  | Sliding _ _ _ s d p :: op', x :: i', y :: t', z :: m' => Nat.eqb (x * s + z * d) (y + p) && reaches op' i' t' m'
  | _, _, _, _ => false
  end.

Theorem input_gradient_pairs op G B t : slides_everywhere op = true ->
  grad_input op G B t =
  msum (out_shape op) (fun i => msum (weight_shape op) (fun m => if reaches op i t m then G i * B m else 0)).
Proof.
  intros H; apply msum_ext; intros i _; apply msum_ext; intros m _.
  replace (meet op i t m) with (reaches op i t m); [reflexivity |].
  revert i t m; induction op as [| a op IH]; intros [| x i] [| y t] [| z m]; try reflexivity;
    destruct a; try discriminate; try reflexivity; simpl in *; now rewrite IH.
Qed.

Theorem input_gradient_over_windows op G B t : dilations_positive op = true ->
  grad_input op G B t = msum (out_shape op) (fun i => G i * padded B (every offset_at op i t)).
Proof.
  intros H; apply msum_ext; intros i _; rewrite <- over_weights, <- msum_scal by exact H.
  apply msum_ext; intros m _; destruct (meet op i t m); ring.
Qed.

Theorem input_gradient_over_offsets op G B t : strides_positive op = true ->
  grad_input op G B t = msum (weight_shape op) (fun m => padded G (every window_at op t m) * B m).
Proof.
  intros H; unfold grad_input; rewrite msum_swap; apply msum_ext; intros m _.
  rewrite <- over_outputs, Rmult_comm, <- msum_scal by exact H; apply msum_ext; intros i _.
  destruct (meet op i t m); ring.
Qed.

(* The windows and the offsets that take part, by bounds: [a / b] is rounded down, [rounded_up a b] up. *)
Definition rounded_up (a b : Z) : Z := (- ((- a) / b))%Z.

Lemma rounded_up_le a b x : (0 < b)%Z -> (rounded_up a b <= x <-> a <= b * x)%Z.
Proof.
  intros Hb; unfold rounded_up; assert (E := Z.div_mod (- a) b ltac:(lia)).
  assert (M := Z.mod_pos_bound (- a) b Hb); split; intros; nia.
Qed.

Lemma le_divided a b x : (0 < b)%Z -> (x <= a / b <-> b * x <= a)%Z.
Proof.
  intros Hb; assert (E := Z.div_mod a b ltac:(lia)).
  assert (M := Z.mod_pos_bound a b Hb); split; intros; nia.
Qed.

Theorem window_bounds (O K S D P t i : Z) : (0 < S)%Z ->
  (0 <= i <= O - 1 /\ 0 <= P + t - S * i <= D * (K - 1) <->
   Z.max 0 (rounded_up (P + t - D * (K - 1)) S) <= i <= Z.min (O - 1) ((P + t) / S))%Z.
Proof. intros HS; rewrite Z.max_lub_iff, Z.min_glb_iff, rounded_up_le, le_divided by exact HS; lia. Qed.

Theorem offset_bounds (O K S D P t m : Z) : (0 < D)%Z ->
  (0 <= m <= K - 1 /\ 0 <= P + t - D * m <= S * (O - 1) <->
   Z.max 0 (rounded_up (P + t - S * (O - 1)) D) <= m <= Z.min (K - 1) ((P + t) / D))%Z.
Proof. intros HD; rewrite Z.max_lub_iff, Z.min_glb_iff, rounded_up_le, le_divided by exact HD; lia. Qed.

(* --- the full correlation --- *)

(* The position that a kernel turned by half a turn has under m. *)
Fixpoint turned_index (sizes : list nat) (m : index) : index :=
  match sizes, m with n :: others, x :: j => (n - 1 - x)%nat :: turned_index others j | _, _ => [] end.

Definition turned (sizes : list nat) (B : array) : array := fun m => B (turned_index sizes m).

Lemma msum_turned sizes f : msum sizes f = msum sizes (turned sizes f).
Proof.
  revert f; induction sizes as [| n others IH]; intros f; [reflexivity |]; unfold turned in *; simpl.
  rewrite bsum_rev; apply bsum_ext; intros x _; apply IH.
Qed.

Lemma turned_twice sizes m : inside sizes m = true -> turned_index sizes (turned_index sizes m) = m.
Proof.
  revert m; induction sizes as [| n others IH]; intros [| x m] H; simpl in *; try discriminate; [reflexivity |].
  apply andb_prop in H; destruct H as [Hx H]; apply Nat.ltb_lt in Hx; f_equal; [lia | now apply IH].
Qed.

(* S i + Q = u on every axis, where Q = D (K - 1) - P may be negative *)
Fixpoint spreads (op : operator) (i u : index) : bool :=
  match op, i, u with
  | [], [], [] => true
  | Sliding _ _ k s d p :: op', x :: i', y :: u' => Nat.eqb (x * s + d * (k - 1)) (y + p) && spreads op' i' u'
  | _, _, _ => false
  end.

(* H_u = the sum of G_i over the i with S i + Q = u *)
Definition spread (op : operator) (G : array) : array := fun u =>
  msum (out_shape op) (fun i => if spreads op i u then G i else 0).

(* D m + t *)
Definition further : operator -> index -> index -> index :=
  along (fun a t m => match a with Sliding _ _ _ _ d _ => d * m + t | _ => t end)%nat.

Lemma spreads_turned op i t m : slides_everywhere op = true ->
  inside (in_shape op) t = true -> inside (weight_shape op) m = true ->
  spreads op i (further op t (turned_index (weight_shape op) m)) = meet op i t m.
Proof.
  unfold further; revert i t m; induction op as [| a op IH]; intros [| x i] [| y t] [| z m] H Ht Hm;
    try reflexivity; try discriminate.
  all: destruct a as [no ni n s d p | | | | | |]; try discriminate; try reflexivity.
  simpl in *; apply andb_prop in Ht; destruct Ht as [_ Ht]; apply andb_prop in Hm; destruct Hm as [Hz Hm].
  apply Nat.ltb_lt in Hz; unfold in_shape, weight_shape in *; rewrite IH by assumption; f_equal; unfold slides.
  assert (E : (d * (n - 1 - z) + z * d = d * (n - 1))%nat) by nia.
  destruct (Nat.eqb_spec (x * s + d * (n - 1)) (d * (n - 1 - z) + y + p)), (Nat.eqb_spec (x * s + z * d) (y + p));
    try reflexivity; exfalso; lia.
Qed.

Theorem input_gradient_spread op G B t : slides_everywhere op = true -> inside (in_shape op) t = true ->
  grad_input op G B t =
  msum (weight_shape op) (fun m => spread op G (further op t m) * B (turned_index (weight_shape op) m)).
Proof.
  intros H Ht; rewrite msum_turned; unfold grad_input; rewrite msum_swap; apply msum_ext; intros m Hm.
  unfold turned; rewrite turned_twice by exact Hm; unfold spread; rewrite Rmult_comm, <- msum_scal.
  apply msum_ext; intros i _; rewrite spreads_turned by assumption; destruct (meet op i t m); ring.
Qed.

(* The correlation: over I + D (K - 1) entries of H, with stride 1, dilation D and no padding. *)
Definition full (op : operator) : operator :=
  map (fun a => match a with Sliding _ i k _ d _ => Sliding i (i + d * (k - 1)) k 1 d 0 | b => b end) op.

Theorem input_gradient_full op G B t : slides_everywhere op = true -> inside (in_shape op) t = true ->
  grad_input op G B t = conv (full op) (spread op G) (turned (weight_shape op) B) t.
Proof.
  intros H Ht; rewrite input_gradient_spread, conv_textbook by first [assumption |
    clear - H; induction op as [| [] op IH]; try discriminate; [reflexivity | exact (IH H)]].
  assert (W : weight_shape (full op) = weight_shape op).
  { clear - H; unfold weight_shape; induction op as [| [] op IH]; try discriminate; [reflexivity |].
    simpl in *; now rewrite IH. }
  rewrite W; apply msum_ext; intros m Hm; unfold turned; f_equal.
  replace (every input_at (full op) t m) with (Some (further op t m)); [reflexivity |].
  clear - H Ht Hm; unfold further; revert t m Ht Hm; induction op as [| a op IH]; intros [| y t] [| z m] Ht Hm;
    try reflexivity; try discriminate.
  destruct a as [no ni n s d p | | | | | |]; try discriminate; simpl in *.
  apply andb_prop in Ht; destruct Ht as [Hy Ht]; apply andb_prop in Hm; destruct Hm as [Hz Hm].
  apply Nat.ltb_lt in Hy; apply Nat.ltb_lt in Hz; change (y < ni)%nat in Hy.
  unfold in_shape, weight_shape in *; rewrite <- IH by assumption; unfold position; simpl Nat.leb; simpl andb.
  replace (y * 1 + z * d - 0)%nat with (d * z + y)%nat by nia.
  assert (d * z <= d * (n - 1))%nat by (apply Nat.mul_le_mono_l; lia).
  destruct (Nat.ltb_spec (d * z + y) (ni + d * (n - 1))); [reflexivity | exfalso; lia].
Qed.

(* D m - Q + t on an axis with stride 1, where that is a position of G *)
Definition shifted_at (a : axis) (t m : nat) : option nat :=
  match a with Sliding n _ k _ d p => hd_error (position (d * (k - 1)) n (d * m + t + p)) | _ => None end.

Theorem input_gradient_turned op G B t : stride_one op = true -> inside (in_shape op) t = true ->
  grad_input op G B t =
  msum (weight_shape op) (fun m => padded G (every shifted_at op t m) * B (turned_index (weight_shape op) m)).
Proof.
  intros H Ht; rewrite input_gradient_spread by first [assumption | now apply stride_one_slides].
  apply msum_ext; intros m Hm; f_equal; unfold spread.
  pose (holds := fun a t m o => match a with
    Sliding _ _ k _ d p => Nat.eqb (d * m + t + p) (o + d * (k - 1)) | _ => false end).
  rewrite <- (every_sum _ outs shifted_at holds) with (2 := H).
  - apply msum_ext; intros i _; replace (all_hold holds op t m i) with (spreads op i (further op t m)); [reflexivity |].
    clear - H Ht Hm; unfold further; revert i t m Ht Hm; induction op as [| a op IH]; intros [| x i] [| y t] [| z m] Ht Hm;
      try reflexivity; try discriminate; destruct a as [no ni n s d p | | | | | |]; try discriminate.
    all: try reflexivity.
    simpl in *; apply andb_prop in H; destruct H as [Hs H]; apply Nat.eqb_eq in Hs; subst s.
    apply andb_prop in Ht; apply andb_prop in Hm; unfold in_shape, weight_shape in *.
    rewrite IH by tauto; f_equal; rewrite Nat.mul_1_r; apply Nat.eqb_sym.
  - intros [no n k s d p | | | | | |] u v f Ha; try discriminate; apply position_at.
Qed.

(* --- the matrix --- *)

Theorem toeplitz_entry op B i t : dilations_positive op = true ->
  jacobian op B i t = padded B (every offset_at op i t).
Proof. intros H; now apply over_weights. Qed.

(* t + S, and i + 1 *)
Fixpoint moved (op : operator) (t : index) : index :=
  match op, t with Sliding _ _ _ s _ _ :: op', y :: t' => (s + y)%nat :: moved op' t' | _, _ => [] end.

Theorem toeplitz_row op B i t : slides_everywhere op = true -> length t = length op ->
  jacobian op B i t = jacobian op B (map S i) (moved op t).
Proof.
  intros H L; apply msum_ext; intros k _.
  replace (meet op (map S i) (moved op t) k) with (meet op i t k); [reflexivity |].
  revert i t k L; induction op as [| a op IH]; intros [| x i] [| y t] [| z k] L; try reflexivity; try discriminate;
    destruct a; try discriminate; simpl in *; try reflexivity.
  rewrite IH by (try assumption; lia); f_equal; unfold slides.
  match goal with |- Nat.eqb ?a ?b = Nat.eqb ?c ?d => destruct (Nat.eqb_spec a b), (Nat.eqb_spec c d) end;
    try reflexivity; exfalso; lia.
Qed.

Theorem toeplitz_diagonal op B i t : stride_one op = true -> length t = length op ->
  jacobian op B i t = jacobian op B (map S i) (map S t).
Proof.
  intros H L; rewrite toeplitz_row with (2 := L).
  - f_equal; revert t L; induction op as [| a op IH]; intros [| y t] L; try discriminate; [reflexivity |].
    destruct a; try discriminate; simpl in *; apply andb_prop in H; destruct H as [Hs H].
    apply Nat.eqb_eq in Hs; subst; f_equal; apply IH; [exact H | lia].
  - now apply stride_one_slides.
Qed.

(* --- the gradient by the kernel --- *)

Theorem weight_gradient_textbook op G A m : slides_everywhere op = true ->
  grad_weight op G A m = msum (out_shape op) (fun i => G i * padded A (every input_at op i m)).
Proof.
  intros H; apply msum_ext; intros i _; rewrite <- over_inputs, <- msum_scal by exact H.
  apply msum_ext; intros t _; destruct (meet op i t m); ring.
Qed.

(* The outputs and the weights exchanged: stride D and dilation S. *)
Definition exchanged (op : operator) : operator :=
  map (fun a => match a with Sliding o i k s d p => Sliding k i o d s p | b => b end) op.

Theorem weight_gradient_correlation op G A m : slides_everywhere op = true ->
  grad_weight op G A m = conv (exchanged op) A G m.
Proof.
  intros H; unfold grad_weight, conv; rewrite msum_swap.
  assert (E : in_shape (exchanged op) = in_shape op /\ weight_shape (exchanged op) = out_shape op).
  { unfold in_shape, weight_shape, out_shape; induction op as [| [] op IH]; try discriminate; [now split |].
    simpl in *; destruct (IH H) as [-> ->]; now split. }
  destruct E as [-> ->]; apply msum_ext; intros t _; apply msum_ext; intros i _.
  replace (meet (exchanged op) m t i) with (meet op i t m); [destruct (meet op i t m); ring |].
  revert i t m; induction op as [| a op IH]; intros [| x i] [| y t] [| z m]; try reflexivity; destruct a;
    try discriminate; try reflexivity; simpl in *.
  rewrite IH by exact H; unfold slides; f_equal; now rewrite Nat.add_comm.
Qed.

(* X_u = A at u - P; D m + S i *)
Definition unpadded_at (a : axis) (u _ : nat) : option nat :=
  match a with Sliding _ n _ _ _ p => hd_error (position p n u) | _ => None end.
Definition with_zeros (op : operator) (A : array) : array := fun u => padded A (every unpadded_at op u u).
Definition read : operator -> index -> index -> index :=
  along (fun a i m => match a with Sliding _ _ _ s d _ => d * m + s * i | _ => i end)%nat.

Theorem weight_gradient_padded op G A m : slides_everywhere op = true -> inside (weight_shape op) m = true ->
  grad_weight op G A m = msum (out_shape op) (fun i => with_zeros op A (read op i m) * G i).
Proof.
  intros H Hm; rewrite weight_gradient_textbook by exact H; apply msum_ext; intros i Hi.
  rewrite Rmult_comm; f_equal; unfold with_zeros, read; f_equal.
  revert i m Hi Hm; induction op as [| a op IH]; intros [| x i] [| z m] Hi Hm; try reflexivity; try discriminate.
  destruct a as [no n k s d p | | | | | |]; try discriminate; simpl in *.
  apply andb_prop in Hi; apply andb_prop in Hm; unfold out_shape, weight_shape in *.
  rewrite IH by tauto; replace (d * z + s * x)%nat with (x * s + z * d)%nat by nia; reflexivity.
Qed.

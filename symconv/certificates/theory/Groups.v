(* A convolution of N images with g groups of M input and L output channels, with the sums over the channels
   written out. The weight of output channel f for the channel c of its group is at [kernel M f c m].

     group_conv                C[n,f,i] reads the M channels of the group f / L
     group_pairing             <G, C> as one sum over images, channels, outputs and the kernel
     group_input_gradient      dE/dA[b,q,t] is a sum over the L output channels of the group q / M
     group_weight_gradient     dE/dB[h,c,m] is a sum over the images and the outputs of channel h *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Operators Taps Gradients.
Local Open Scope R_scope.

Definition images_and_groups (N L M g : nat) (op : operator) : operator :=
  Pointwise N :: Grouped (L * g) (M * g) g :: op.

Definition kernel (M f c : nat) (m : index) : index := 0%nat :: (f * M + c)%nat :: m.

Section OneAxisMore.
Variable of : axis -> nat -> list (nat * nat).

Lemma index_sum_cons a op y x F :
  index_sum (listed of (a :: op) (y :: x)) F =
  pair_sum (of a y) (fun u v => index_sum (listed of op x) (fun u' v' => F (u :: u') (v :: v'))).
Proof.
  unfold index_sum, pair_sum; simpl; rewrite lsum_flat_map; apply lsum_ext; intros r _; now rewrite lsum_map.
Qed.
End OneAxisMore.

Lemma bsum_app n L f : bsum (L + n) f = bsum n f + bsum L (fun l => f (n + l)%nat).
Proof. induction L as [| L IH]; simpl; [ring |]; rewrite IH, (Nat.add_comm L n); ring. Qed.

Lemma bsum_blocks g L f : bsum (g * L) f = bsum g (fun a => bsum L (fun l => f (a * L + l)%nat)).
Proof. induction g as [| g IH]; [reflexivity |]; simpl; now rewrite bsum_app, IH. Qed.

(* Where one c at most makes p true. *)
Lemma exists_one n (p : nat -> bool) (x : R) :
  (forall c c', p c = true -> p c' = true -> c = c') ->
  (if existsb p (seq 0 n) then x else 0) = bsum n (fun c => if p c then x else 0).
Proof.
  intros H; induction n as [| n IH]; [reflexivity |].
  rewrite seq_S, existsb_app; simpl; rewrite orb_false_r, <- IH.
  destruct (existsb p (seq 0 n)) eqn:E, (p n) eqn:Pn; simpl; try ring.
  apply existsb_exists in E; destruct E as [c [Hc Pc]]; apply in_seq in Hc.
  specialize (H _ _ Pc Pn); lia.
Qed.

Section Channels.
Variables L M g : nat.
Hypotheses (HL : (0 < L)%nat) (Hg : (0 < g)%nat).
Let a := Grouped (L * g) (M * g) g.

Lemma grouped_tap f q w :
  tap a f q w = existsb (fun c => Nat.eqb q (f / L * M + c) && Nat.eqb w (f * M + c)) (seq 0 M).
Proof. unfold a; simpl; now rewrite !Nat.div_mul by lia. Qed.

Lemma grouped_sum f q w (x : R) :
  (if tap a f q w then x else 0) =
  bsum M (fun c => if Nat.eqb q (f / L * M + c) && Nat.eqb w (f * M + c) then x else 0).
Proof.
  rewrite grouped_tap; apply exists_one; intros c c' H H'.
  apply andb_prop in H; apply andb_prop in H'; destruct H as [_ H], H' as [_ H'].
  apply Nat.eqb_eq in H; apply Nat.eqb_eq in H'; lia.
Qed.

Lemma both n m x y (h : nat -> nat -> R) : (x < n)%nat -> (y < m)%nat ->
  bsum n (fun i => bsum m (fun k => if Nat.eqb i x && Nat.eqb k y then h i k else 0)) = h x y.
Proof.
  intros Hx Hy; rewrite (bsum_ext n _ (fun i => if Nat.eqb x i then h i y else 0)).
  - rewrite bsum_delta; now apply Nat.ltb_lt in Hx as ->.
  - intros i _; rewrite (Nat.eqb_sym x); destruct (Nat.eqb i x); simpl; [| apply bsum_0].
    rewrite (bsum_ext m _ (fun k => if Nat.eqb y k then h i k else 0)).
    + rewrite bsum_delta; now apply Nat.ltb_lt in Hy as ->.
    + intros k _; now rewrite (Nat.eqb_sym y).
Qed.

Lemma channels_of_output f (h : nat -> nat -> R) : (f < L * g)%nat ->
  pair_sum (of_output a f) h = bsum M (fun c => h (f / L * M + c)%nat (f * M + c)%nat).
Proof.
  intros Hf; rewrite of_output_axis.
  transitivity (bsum (ins a) (fun q => bsum M (fun c => bsum (weights a) (fun w =>
    if Nat.eqb q (f / L * M + c) && Nat.eqb w (f * M + c) then h q w else 0)))).
  { apply bsum_ext; intros q _; rewrite bsum_swap; apply bsum_ext; intros w _; apply grouped_sum. }
  rewrite bsum_swap; apply bsum_ext; intros c Hc; apply both; unfold a, ins; simpl.
  - assert (f / L < g)%nat by (apply Nat.div_lt_upper_bound; lia); nia.
  - rewrite Nat.div_mul by lia; nia.
Qed.

Lemma channels_of_weight h c (F : nat -> nat -> R) : (h < L * g)%nat -> (c < M)%nat ->
  pair_sum (of_weight a (h * M + c)) F = F h (h / L * M + c)%nat.
Proof.
  intros Hh Hc; rewrite of_weight_axis; rewrite <- (both (outs a) (ins a) h (h / L * M + c) F).
  - apply bsum_ext; intros f _; apply bsum_ext; intros q _; rewrite grouped_tap.
    destruct (existsb _ _) eqn:E.
    + apply existsb_exists in E; destruct E as [c' [Hc' E]]; apply in_seq in Hc'; apply andb_prop in E.
      destruct E as [E1 E2]; apply Nat.eqb_eq in E1; apply Nat.eqb_eq in E2.
      assert (f = h) by nia; subst f; assert (c' = c) by lia; subst.
      now rewrite !Nat.eqb_refl.
    + destruct (Nat.eqb_spec f h), (Nat.eqb_spec q (h / L * M + c)); simpl; try reflexivity; exfalso.
      assert (T : existsb (fun c' => Nat.eqb q (f / L * M + c') && Nat.eqb (h * M + c) (f * M + c')) (seq 0 M) = true).
      { apply existsb_exists; exists c; split; [apply in_seq; lia |]; subst; now rewrite !Nat.eqb_refl. }
      congruence.
  - exact Hh.
  - unfold a, ins; simpl; assert (h / L < g)%nat by (apply Nat.div_lt_upper_bound; lia); nia.
Qed.

Lemma channels_of_input q (h : nat -> nat -> R) : (q < M * g)%nat ->
  pair_sum (of_input a q) h =
  bsum L (fun l => h (q / M * L + l)%nat ((q / M * L + l) * M + q mod M)%nat).
Proof.
  intros Hq; assert (HM : (0 < M)%nat) by nia; rewrite of_input_axis.
  assert (E := Nat.div_mod q M ltac:(lia)); assert (U := Nat.mod_upper_bound q M ltac:(lia)).
  transitivity (bsum (g * L) (fun f => if Nat.eqb (q / M) (f / L) then h f (f * M + q mod M)%nat else 0)).
  - unfold outs; simpl sizes; rewrite Nat.mul_comm; apply bsum_ext; intros f Hf.
    rewrite <- (bsum_delta_at (weights a) (f * M + q mod M)
      (fun w => if Nat.eqb (q / M) (f / L) then h f w else 0)).
    + apply bsum_ext; intros w _; rewrite grouped_tap.
      destruct (existsb _ _) eqn:T.
      * apply existsb_exists in T; destruct T as [c [Hc T]]; apply in_seq in Hc; apply andb_prop in T.
        destruct T as [T1 T2]; apply Nat.eqb_eq in T1; apply Nat.eqb_eq in T2.
        assert (q / M = f / L)%nat by (apply eq_sym, (Nat.div_unique q M (f / L) c); lia).
        assert (q mod M = c)%nat by (apply eq_sym, (Nat.mod_unique q M (f / L) c); lia).
        replace (Nat.eqb (f * M + q mod M) w) with true by (symmetry; apply Nat.eqb_eq; lia).
        now replace (Nat.eqb (q / M) (f / L)) with true by (symmetry; now apply Nat.eqb_eq).
      * destruct (Nat.eqb_spec (f * M + q mod M) w), (Nat.eqb_spec (q / M) (f / L)); try reflexivity; exfalso.
        assert (X : existsb (fun c => Nat.eqb q (f / L * M + c) && Nat.eqb w (f * M + c)) (seq 0 M) = true).
        { apply existsb_exists; exists (q mod M)%nat; split; [apply in_seq; lia |].
          apply andb_true_intro; split; apply Nat.eqb_eq; nia. }
        congruence.
    + unfold a; simpl; rewrite Nat.div_mul by lia; nia.
  - rewrite bsum_blocks.
    rewrite (bsum_ext g _ (fun b => if Nat.eqb (q / M) b
      then bsum L (fun l => h (b * L + l)%nat ((b * L + l) * M + q mod M)%nat) else 0)).
    + rewrite bsum_delta; assert (q / M < g)%nat by (apply Nat.div_lt_upper_bound; lia).
      now apply Nat.ltb_lt in H as ->.
    + intros b _; destruct (Nat.eqb_spec (q / M) b) as [F | F].
      * apply bsum_ext; intros l Hl; replace ((b * L + l) / L)%nat with b by (apply (Nat.div_unique _ L b l); lia).
        now rewrite F, Nat.eqb_refl.
      * apply bsum_none; intros l Hl; replace ((b * L + l) / L)%nat with b by (apply (Nat.div_unique _ L b l); lia).
        destruct (Nat.eqb_spec (q / M) b); [contradiction | reflexivity].
Qed.
End Channels.

Lemma image N n (h : nat -> nat -> R) : (n < N)%nat ->
  pair_sum (of_output (Pointwise N) n) h = h n 0%nat /\ pair_sum (of_input (Pointwise N) n) h = h n 0%nat.
Proof.
  intros H; apply Nat.ltb_lt in H; unfold of_output, of_input, pair_sum; simpl; rewrite H; simpl; split; ring.
Qed.

Lemma images N (h : nat -> nat -> R) : pair_sum (of_weight (Pointwise N) 0) h = bsum N (fun n => h n n).
Proof.
  rewrite of_weight_axis; apply bsum_ext; intros n Hn; simpl.
  change (ins (Pointwise N)) with N.
  transitivity (bsum N (fun i => if Nat.eqb n i then h n i else 0)); [reflexivity |].
  rewrite bsum_delta; now apply Nat.ltb_lt in Hn as ->.
Qed.

Theorem group_conv op A B N L M g n f i :
  slides_everywhere op = true -> (0 < L)%nat -> (0 < g)%nat -> (n < N)%nat -> (f < L * g)%nat ->
  conv (images_and_groups N L M g op) A B (n :: f :: i) =
  bsum M (fun c => msum (weight_shape op) (fun m =>
    padded (fun t => A (n :: (f / L * M + c)%nat :: t)) (every input_at op i m) * B (kernel M f c m))).
Proof.
  intros H HL Hg Hn Hf; unfold images_and_groups, conv.
  rewrite <- (of_output_sum _ _ (fun t m => A t * B m)); unfold taps_of_output.
  rewrite index_sum_cons, (proj1 (image N n _ Hn)), index_sum_cons, channels_of_output by assumption.
  apply bsum_ext; intros c _.
  assert (E := conv_textbook op (fun t => A (n :: (f / L * M + c)%nat :: t)) (fun m => B (kernel M f c m)) i H).
  rewrite <- E; unfold conv.
  rewrite <- (of_output_sum op i (fun t m => A (n :: (f / L * M + c)%nat :: t) * B (kernel M f c m))); reflexivity.
Qed.

Theorem group_pairing op A B G N L M g : slides_everywhere op = true -> (0 < L)%nat -> (0 < g)%nat ->
  dot (out_shape (images_and_groups N L M g op)) G (conv (images_and_groups N L M g op) A B) =
  bsum N (fun n => bsum (L * g) (fun f => msum (out_shape op) (fun i => bsum M (fun c => msum (weight_shape op) (fun m =>
    G (n :: f :: i) * padded (fun t => A (n :: (f / L * M + c)%nat :: t)) (every input_at op i m) *
    B (kernel M f c m)))))).
Proof.
  intros H HL Hg; apply bsum_ext; intros n Hn; apply bsum_ext; intros f Hf; apply msum_ext; intros i _.
  rewrite group_conv, <- bsum_scal by assumption; apply bsum_ext; intros c _.
  rewrite <- msum_scal; apply msum_ext; intros m _; ring.
Qed.

Theorem group_input_gradient op G B N L M g b q t :
  strides_positive op = true -> (0 < L)%nat -> (0 < g)%nat -> (b < N)%nat -> (q < M * g)%nat ->
  grad_input (images_and_groups N L M g op) G B (b :: q :: t) =
  bsum L (fun l => msum (weight_shape op) (fun m =>
    padded (fun i => G (b :: (q / M * L + l)%nat :: i)) (every window_at op t m) *
    B (kernel M (q / M * L + l) (q mod M) m))).
Proof.
  intros H HL Hg Hb Hq; unfold images_and_groups, grad_input.
  rewrite <- (of_input_sum _ _ (fun i m => G i * B m)); unfold taps_of_input.
  rewrite index_sum_cons, (proj2 (image N b _ Hb)), index_sum_cons, channels_of_input by assumption.
  apply bsum_ext; intros l _; set (f := (q / M * L + l)%nat).
  rewrite <- (input_gradient_over_offsets op (fun i => G (b :: f :: i)) (fun m => B (kernel M f (q mod M) m)) t H).
  unfold grad_input; rewrite <- (of_input_sum op t (fun i m => G (b :: f :: i) * B (kernel M f (q mod M) m))).
  reflexivity.
Qed.

Theorem group_weight_gradient op G A N L M g h c m :
  slides_everywhere op = true -> (0 < L)%nat -> (0 < g)%nat -> (h < L * g)%nat -> (c < M)%nat ->
  grad_weight (images_and_groups N L M g op) G A (kernel M h c m) =
  bsum N (fun n => msum (out_shape op) (fun i =>
    G (n :: h :: i) * padded (fun t => A (n :: (h / L * M + c)%nat :: t)) (every input_at op i m))).
Proof.
  intros H HL Hg Hh Hc; unfold images_and_groups, kernel, grad_weight.
  rewrite <- (of_weight_sum _ _ (fun i t => G i * A t)); unfold taps_of_weight.
  rewrite index_sum_cons, images; apply bsum_ext; intros n _.
  rewrite index_sum_cons, channels_of_weight by assumption.
  rewrite <- (weight_gradient_textbook op (fun i => G (n :: h :: i)) (fun t => A (n :: (h / L * M + c)%nat :: t)) m H).
  unfold grad_weight.
  rewrite <- (of_weight_sum op m (fun i t => G (n :: h :: i) * A (n :: (h / L * M + c)%nat :: t))); reflexivity.
Qed.

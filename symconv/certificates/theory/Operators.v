(* Convolution, with its gradients, for every geometry.

   An operator is a list of axes, one for each dimension: batch, channels, and the spatial ones. An axis
   says which output position [o] reads which input position [i] with which weight [k]: a tap (o, i, k).

     Sliding O I K S D P    o S + k D = i + P, with stride S, dilation D and zero padding P
     Window O I K S D P     some k below K has o S + k D = i + P (pooling: no weights)
     Adaptive O I           floor (o I / O) <= i < ceiling ((o + 1) I / O)
     Pointwise N            i = o (a batch; the channels of a pooling)
     Grouped F C g          i and k are those of a channel c of the group of o: i = (o / (F/g)) (C/g) + c
                            and k = o (C/g) + c, where the group has C/g input and F/g output channels
     Adjoint a              the axis a with input and output exchanged (transposed convolution)
     Relation O I K tap     any other structure

   What is proved holds for every list of axes, so in one, two and three dimensions, with any stride,
   dilation and padding, in any number of channels and groups and for a batch:

     adjoint_input, adjoint_weight    <G, C> = <A, dE/dA> = <B, dE/dB>, for the output C without bias
     gradient_by_input, gradient_by_weight, gradient_by_bias
                                      the partial derivatives of <G, C + bias>
     output_by_input, output_by_weight
                                      the partial derivatives of one output entry
     backpropagation_to_input, backpropagation_to_weight, backpropagation_to_bias
                                      the chain rule, for every differentiable error E of the output
     transposed_is_input_gradient     the transposed convolution is what a convolution sends back *)
Require Import Reals Arith Lia Lra Bool.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Differentiable.
Local Open Scope R_scope.

Inductive axis :=
| Sliding (O I K S D P : nat)
| Window (O I K S D P : nat)
| Adaptive (O I : nat)
| Pointwise (N : nat)
| Grouped (F C g : nat)
| Adjoint (a : axis)
| Relation (O I K : nat) (taps : nat -> nat -> nat -> bool).

(* How many output positions, input positions and weights an axis has. *)
Fixpoint sizes (turned : bool) (a : axis) : nat :=
  match a with
  | Sliding o i _ _ _ _ | Window o i _ _ _ _ | Adaptive o i | Grouped o i _ | Relation o i _ _ =>
      if turned then i else o
  | Pointwise n => n
  | Adjoint b => sizes (negb turned) b
  end.

Definition outs (a : axis) : nat := sizes false a.
Definition ins (a : axis) : nat := sizes true a.

Fixpoint weights (a : axis) : nat :=
  match a with
  | Sliding _ _ n _ _ _ | Relation _ _ n _ => n
  | Window _ _ _ _ _ _ | Adaptive _ _ | Pointwise _ => 1
  | Grouped F C g => F * (C / g)
  | Adjoint b => weights b
  end.

Definition slides (s d p o i k : nat) : bool := Nat.eqb (o * s + k * d) (i + p).
Definition ceiling_div (x y : nat) : nat := (x + y - 1) / y.

(* Any structure that is given by its taps. *)
Definition among (taps : list (nat * nat * nat)) (o i k : nat) : bool :=
  existsb (fun t => let '(x, y, z) := t in Nat.eqb x o && Nat.eqb y i && Nat.eqb z k) taps.

Fixpoint tap (a : axis) (o i k : nat) : bool :=
  match a with
  | Sliding _ _ _ s d p => slides s d p o i k
  | Window _ _ n s d p => Nat.eqb k 0 && existsb (slides s d p o i) (seq 0 n)
  | Adaptive m n =>
      Nat.eqb k 0 && Nat.leb (o * n / m) i && Nat.ltb i (ceiling_div ((o + 1) * n) m)
  | Pointwise _ => Nat.eqb k 0 && Nat.eqb o i
  | Grouped F C g =>
      existsb (fun c => Nat.eqb i (o / (F / g) * (C / g) + c) && Nat.eqb k (o * (C / g) + c))
              (seq 0 (C / g))
  | Adjoint b => tap b i o k
  | Relation _ _ _ taps => taps o i k
  end.

Definition operator := list axis.
Definition out_shape (op : operator) : list nat := map outs op.
Definition in_shape (op : operator) : list nat := map ins op.
Definition weight_shape (op : operator) : list nat := map weights op.

(* The three indices meet in a tap: they do so on every axis. *)
Fixpoint meet (op : operator) (o i k : index) : bool :=
  match op, o, i, k with
  | [], [], [], [] => true
  | a :: op', x :: o', y :: i', z :: k' => tap a x y z && meet op' o' i' k'
  | _, _, _, _ => false
  end.

(* C_o = the sum of A_i B_k over the taps (o, i, k) *)
Definition conv (op : operator) (A B : array) : array := fun o =>
  msum (in_shape op) (fun i => msum (weight_shape op) (fun k => if meet op o i k then A i * B k else 0)).

(* dE/dA_i and dE/dB_k, where G is the gradient dE/dC: the same taps, grouped by i and by k *)
Definition grad_input (op : operator) (G B : array) : array := fun i =>
  msum (out_shape op) (fun o => msum (weight_shape op) (fun k => if meet op o i k then G o * B k else 0)).

Definition grad_weight (op : operator) (G A : array) : array := fun k =>
  msum (out_shape op) (fun o => msum (in_shape op) (fun i => if meet op o i k then G o * A i else 0)).

(* dC_o/dA_i *)
Definition jacobian (op : operator) (B : array) (o i : index) : R :=
  msum (weight_shape op) (fun k => if meet op o i k then B k else 0).

(* dC_o/dB_k *)
Definition jacobian_weight (op : operator) (A : array) (o k : index) : R :=
  msum (in_shape op) (fun i => if meet op o i k then A i else 0).

(* The output channel of an output index: its position on the axis of the channels, if there is one. *)
Definition is_channels (a : axis) : bool :=
  match a with Grouped _ _ _ | Adjoint (Grouped _ _ _) => true | _ => false end.

Fixpoint channel (op : operator) (o : index) : index :=
  match op, o with
  | a :: op', f :: o' => if is_channels a then [f] else channel op' o'
  | _, _ => []
  end.

(* A convolution layer: C_o + b_f, f the channel of o *)
Definition layer (op : operator) (A B b : array) : array := fun o => conv op A B o + b (channel op o).
Definition no_bias : array := fun _ => 0.

(* dE/db_f: the sum of G over the channel f *)
Definition grad_bias (op : operator) (G : array) (f : index) : R :=
  msum (out_shape op) (fun o => if same f (channel op o) then G o else 0).

Section Gradients.
Variable op : operator.

Lemma conv_linear A B o : conv op A B o = msum (in_shape op) (fun i => A i * jacobian op B o i).
Proof.
  unfold conv, jacobian; apply msum_ext; intros i _.
  rewrite <- msum_scal; apply msum_ext; intros k _; destruct (meet op o i k); ring.
Qed.

Lemma conv_linear_weight A B o :
  conv op A B o = msum (weight_shape op) (fun k => B k * jacobian_weight op A o k).
Proof.
  unfold conv, jacobian_weight; rewrite msum_swap; apply msum_ext; intros k _.
  rewrite <- msum_scal; apply msum_ext; intros i _; destruct (meet op o i k); ring.
Qed.

Lemma grad_input_jacobian G B i :
  grad_input op G B i = msum (out_shape op) (fun o => G o * jacobian op B o i).
Proof.
  unfold grad_input, jacobian; apply msum_ext; intros o _.
  rewrite <- msum_scal; apply msum_ext; intros k _; destruct (meet op o i k); ring.
Qed.

Lemma grad_weight_jacobian G A k :
  grad_weight op G A k = msum (out_shape op) (fun o => G o * jacobian_weight op A o k).
Proof.
  unfold grad_weight, jacobian_weight; apply msum_ext; intros o _.
  rewrite <- msum_scal; apply msum_ext; intros i _; destruct (meet op o i k); ring.
Qed.

Lemma transpose sizes sizes' (G X : array) (J : index -> index -> R) :
  msum sizes (fun o => G o * msum sizes' (fun i => X i * J o i)) =
  msum sizes' (fun i => X i * msum sizes (fun o => G o * J o i)).
Proof.
  rewrite (msum_ext sizes _ (fun o => msum sizes' (fun i => X i * (G o * J o i)))).
  - rewrite msum_swap; apply msum_ext; intros i _; apply msum_scal.
  - intros o _; rewrite <- msum_scal; apply msum_ext; intros i _; ring.
Qed.

(* <G, C> = <A, dE/dA> = <B, dE/dB>, no hypothesis on any size *)
Theorem adjoint_input A B G :
  dot (out_shape op) G (conv op A B) = dot (in_shape op) A (grad_input op G B).
Proof.
  unfold dot; rewrite (msum_ext (out_shape op) _ (fun o => G o * _)) by (intros; now rewrite conv_linear).
  rewrite transpose; apply msum_ext; intros i _; now rewrite grad_input_jacobian.
Qed.

Theorem adjoint_weight A B G :
  dot (out_shape op) G (conv op A B) = dot (weight_shape op) B (grad_weight op G A).
Proof.
  unfold dot; rewrite (msum_ext (out_shape op) _ (fun o => G o * _)) by (intros; now rewrite conv_linear_weight).
  rewrite transpose; apply msum_ext; intros k _; now rewrite grad_weight_jacobian.
Qed.

(* dC_o/dA_i and dC_o/dB_k *)
Theorem output_by_input A B b o i t : inside (in_shape op) i = true ->
  is_derive (fun u => layer op (upd A i u) B b o) t (jacobian op B o i).
Proof.
  intros Hi; unfold layer.
  replace (jacobian op B o i) with (plus (jacobian op B o i) 0) by (unfold plus; simpl; ring).
  apply @is_derive_plus; [| apply @is_derive_const].
  apply is_derive_ext with (fun u => dot (in_shape op) (upd A i u) (jacobian op B o)).
  - intros u; symmetry; apply conv_linear.
  - now apply is_derive_dot.
Qed.

Theorem output_by_weight A B b o k t : inside (weight_shape op) k = true ->
  is_derive (fun u => layer op A (upd B k u) b o) t (jacobian_weight op A o k).
Proof.
  intros Hk; unfold layer.
  replace (jacobian_weight op A o k) with (plus (jacobian_weight op A o k) 0) by (unfold plus; simpl; ring).
  apply @is_derive_plus; [| apply @is_derive_const].
  apply is_derive_ext with (fun u => dot (weight_shape op) (upd B k u) (jacobian_weight op A o)).
  - intros u; symmetry; apply conv_linear_weight.
  - now apply is_derive_dot.
Qed.

(* The partial derivatives of E = <G, C + bias>, whose gradient by the output is G. *)
Theorem gradient_by_input A B b G i t : inside (in_shape op) i = true ->
  is_derive (fun u => dot (out_shape op) G (layer op (upd A i u) B b)) t (grad_input op G B i).
Proof.
  intros Hi; rewrite grad_input_jacobian; apply is_derive_msum; intros o _.
  apply is_derive_scal; now apply output_by_input.
Qed.

Theorem gradient_by_weight A B b G k t : inside (weight_shape op) k = true ->
  is_derive (fun u => dot (out_shape op) G (layer op A (upd B k u) b)) t (grad_weight op G A k).
Proof.
  intros Hk; rewrite grad_weight_jacobian; apply is_derive_msum; intros o _.
  apply is_derive_scal; now apply output_by_weight.
Qed.

Theorem gradient_by_bias A B b G f t :
  is_derive (fun u => dot (out_shape op) G (layer op A B (upd b f u))) t (grad_bias op G f).
Proof.
  unfold grad_bias, dot, layer; apply is_derive_msum; intros o _.
  unfold upd; destruct (same f (channel op o)); auto_derive; auto; ring.
Qed.

(* Any error E of the output that is differentiable at C. *)
Lemma conv_upd A B o i : conv op (upd A i (A i)) B o = conv op A B o.
Proof.
  unfold conv; apply msum_ext; intros j _; apply msum_ext; intros k _; now rewrite upd_same.
Qed.

Lemma conv_upd_weight A B o k : conv op A (upd B k (B k)) o = conv op A B o.
Proof.
  unfold conv; apply msum_ext; intros j _; apply msum_ext; intros l _; now rewrite upd_same.
Qed.

Theorem backpropagation_to_input E A B b G i : inside (in_shape op) i = true ->
  has_gradient (out_shape op) E (layer op A B b) G ->
  is_derive (fun u => E (layer op (upd A i u) B b)) (A i) (grad_input op G B i).
Proof.
  intros Hi HE; rewrite grad_input_jacobian.
  apply (derivative_along _ _ _ _ (fun u => layer op (upd A i u) B b) (fun o => jacobian op B o i) _ HE).
  intros o _; split; [unfold layer; now rewrite conv_upd | now apply output_by_input].
Qed.

Theorem backpropagation_to_weight E A B b G k : inside (weight_shape op) k = true ->
  has_gradient (out_shape op) E (layer op A B b) G ->
  is_derive (fun u => E (layer op A (upd B k u) b)) (B k) (grad_weight op G A k).
Proof.
  intros Hk HE; rewrite grad_weight_jacobian.
  apply (derivative_along _ _ _ _ (fun u => layer op A (upd B k u) b) (fun o => jacobian_weight op A o k) _ HE).
  intros o _; split; [unfold layer; now rewrite conv_upd_weight | now apply output_by_weight].
Qed.

Theorem backpropagation_to_bias E A B b G f : has_gradient (out_shape op) E (layer op A B b) G ->
  is_derive (fun u => E (layer op A B (upd b f u))) (b f) (grad_bias op G f).
Proof.
  intros HE; unfold grad_bias.
  replace (msum _ _) with (dot (out_shape op) G (fun o => if same f (channel op o) then 1 else 0)).
  - apply (derivative_along _ _ _ _ (fun u => layer op A B (upd b f u)) _ _ HE).
    intros o _; unfold layer; split; [now rewrite upd_same |].
    unfold upd; destruct (same f (channel op o)); auto_derive; auto; ring.
  - apply msum_ext; intros o _; destruct (same f (channel op o)); ring.
Qed.

End Gradients.

(* --- transposed convolution --- *)

Definition transposed (op : operator) : operator := map Adjoint op.

Lemma transposed_shapes op :
  out_shape (transposed op) = in_shape op /\ in_shape (transposed op) = out_shape op /\
  weight_shape (transposed op) = weight_shape op.
Proof. unfold transposed, out_shape, in_shape, weight_shape; rewrite !map_map; repeat split; reflexivity. Qed.

Lemma transposed_meet op o i k : meet (transposed op) o i k = meet op i o k.
Proof.
  revert o i k; induction op as [| a op IH]; intros [| x o] [| y i] [| z k]; simpl; try reflexivity.
  now rewrite IH.
Qed.

(* What a convolution sends back to its input is a transposed convolution with the same kernel. *)
Theorem transposed_is_input_gradient op G B i : conv (transposed op) G B i = grad_input op G B i.
Proof.
  unfold conv, grad_input; destruct (transposed_shapes op) as [_ [-> ->]].
  apply msum_ext; intros o _; apply msum_ext; intros k _; now rewrite transposed_meet.
Qed.

(* From rational numbers to statements about reals: what the generated files apply.

   An array of numbers is a table of rationals, [real] makes an array of reals of it. Each theorem here turns
   a computation on rationals, which the kernel runs, into a statement of Operators.v or Pooling.v at these
   numbers. [form G terms] is the sum of G_o c over the terms (o, c). *)
Require Import Reals Arith Lia Lra Bool QArith Qreals Qreduction.
From Coquelicot Require Import Coquelicot.
Require Import List.
Import ListNotations.
From SymConv Require Import Sums Differentiable Operators Taps Pooling.
Local Open Scope R_scope.

(* The real number of a fraction; of n # 1 it is n itself. *)
Definition real_of (q : Q) : R :=
  match Qden q with xH => IZR (Qnum q) | d => IZR (Qnum q) / IZR (Zpos d) end.

Definition real (a : index -> Q) : array := fun i => real_of (a i).

(* The position of an index in row-major order. *)
Fixpoint flat (start : nat) (shape : list nat) (i : index) : nat :=
  match shape, i with n :: shape', x :: i' => flat (start * n + x) shape' i' | _, _ => start end.

(* An array of this shape, given by its rows; one that is the same everywhere. *)
Definition table (shape : list nat) (numbers : list (list Q)) : index -> Q := fun i =>
  nth (last i 0%nat) (nth (flat 0 (removelast shape) (removelast i)) numbers []) 0%Q.
Definition constant (q : Q) : index -> Q := fun _ => q.

Definition form (G : array) (terms : list (index * Q)) : R :=
  lsum terms (fun t => G (fst t) * real_of (snd t)).

Lemma real_of_Q2R q : real_of q = Q2R q.
Proof.
  destruct q as [n d]; unfold real_of, Q2R; simpl.
  destruct d; try reflexivity; rewrite Rinv_1; ring.
Qed.

Lemma real_of_eq p q : (p == q)%Q -> real_of p = real_of q.
Proof. intros H; rewrite !real_of_Q2R; now apply Qeq_eqR. Qed.

Lemma real_of_red q : real_of (Qred q) = real_of q.
Proof. apply real_of_eq, Qred_correct. Qed.

Lemma real_of_plus p q : real_of (p + q) = real_of p + real_of q.
Proof. rewrite !real_of_Q2R; apply Q2R_plus. Qed.

Lemma real_of_mult p q : real_of (p * q) = real_of p * real_of q.
Proof. rewrite !real_of_Q2R; apply Q2R_mult. Qed.

Lemma real_of_inv q : ~ (q == 0)%Q -> real_of (/ q) = / real_of q.
Proof. intros H; rewrite !real_of_Q2R; now apply Q2R_inv. Qed.

Lemma real_of_0 : real_of 0 = 0.
Proof. reflexivity. Qed.

Lemma real_of_le p q : Qle_bool p q = true -> real_of p <= real_of q.
Proof. intros H; rewrite !real_of_Q2R; apply Qle_Rle; now apply Qle_bool_iff. Qed.

Lemma real_of_lt p q : Qle_bool q p = false -> real_of p < real_of q.
Proof.
  intros H; rewrite !real_of_Q2R; apply Qlt_Rlt, Qnot_le_lt.
  intros F; apply Qle_bool_iff in F; congruence.
Qed.

(* --- sums of rationals, reduced as they grow --- *)

Definition qsum {X : Type} (l : list X) (f : X -> Q) : Q := fold_right (fun x s => Qred (f x + s)) 0%Q l.

Lemma qsum_real {X} (l : list X) f : real_of (qsum l f) = lsum l (fun x => real_of (f x)).
Proof.
  induction l as [| x l IH]; [reflexivity |].
  unfold qsum, lsum in *; cbn [fold_right]; now rewrite real_of_red, real_of_plus, IH.
Qed.

Definition at_numbers (g : index -> Q) (terms : list (index * Q)) : Q :=
  qsum terms (fun t => (g (fst t) * snd t)%Q).

Lemma form_at_numbers g terms q : at_numbers g terms = q -> form (real g) terms = real_of q.
Proof.
  intros <-; unfold at_numbers, form; rewrite qsum_real; apply lsum_ext; intros t _.
  now rewrite real_of_mult.
Qed.

Definition nonzero (terms : list (index * Q)) : list (index * Q) :=
  filter (fun t => negb (Qeq_bool (snd t) 0)) terms.

Lemma form_nonzero G terms : form G (nonzero terms) = form G terms.
Proof.
  unfold form, nonzero; rewrite lsum_filter; apply lsum_ext; intros t _.
  destruct (Qeq_bool (snd t) 0) eqn:E; simpl; [| reflexivity].
  apply Qeq_bool_iff in E; rewrite (real_of_eq _ _ E), real_of_0; ring.
Qed.

(* --- convolution --- *)

Definition output_at (op : operator) (a b c : index -> Q) (o : index) : Q :=
  Qred (qsum (taps_of_output op o) (fun t => (a (fst t) * b (snd t))%Q) + c (channel op o)).

Theorem output_entry op a b c o q :
  output_at op a b c o = q -> layer op (real a) (real b) (real c) o = real_of q.
Proof.
  intros <-; unfold output_at, layer, conv.
  rewrite real_of_red, real_of_plus, qsum_real; f_equal.
  rewrite <- (of_output_sum op o (fun i k => real a i * real b k)).
  apply lsum_ext; intros t _; symmetry; apply real_of_mult.
Qed.

Definition input_terms (op : operator) (b : index -> Q) (i : index) : list (index * Q) :=
  nonzero (map (fun t => (fst t, b (snd t))) (taps_of_input op i)).

Lemma input_terms_sum op b G i : form G (input_terms op b i) = grad_input op G (real b) i.
Proof.
  unfold input_terms; rewrite form_nonzero; unfold form; rewrite lsum_map; simpl.
  exact (of_input_sum op i (fun o k => G o * real b k)).
Qed.

Theorem input_gradient op A b bias G i t terms :
  inside (in_shape op) i = true -> input_terms op b i = terms ->
  is_derive (fun u => dot (out_shape op) G (layer op (upd A i u) (real b) bias)) t (form G terms).
Proof. intros Hi <-; rewrite input_terms_sum; now apply gradient_by_input. Qed.

Definition weight_terms (op : operator) (a : index -> Q) (k : index) : list (index * Q) :=
  nonzero (map (fun t => (fst t, a (snd t))) (taps_of_weight op k)).

Lemma weight_terms_sum op a G k : form G (weight_terms op a k) = grad_weight op G (real a) k.
Proof.
  unfold weight_terms; rewrite form_nonzero; unfold form; rewrite lsum_map; simpl.
  exact (of_weight_sum op k (fun o i => G o * real a i)).
Qed.

Theorem weight_gradient op a B bias G k t terms :
  inside (weight_shape op) k = true -> weight_terms op a k = terms ->
  is_derive (fun u => dot (out_shape op) G (layer op (real a) (upd B k u) bias)) t (form G terms).
Proof. intros Hk <-; rewrite weight_terms_sum; now apply gradient_by_weight. Qed.

Fixpoint indices (sizes : list nat) : list index :=
  match sizes with
  | [] => [[]]
  | n :: others => flat_map (fun x => map (cons x) (indices others)) (seq 0 n)
  end.

Lemma indices_sum sizes f : lsum (indices sizes) f = msum sizes f.
Proof.
  revert f; induction sizes as [| n others IH]; intros f; simpl; [ring |].
  rewrite lsum_flat_map, lsum_seq; apply bsum_ext; intros x _; rewrite lsum_map; apply IH.
Qed.

Definition bias_terms (op : operator) (f : index) : list (index * Q) :=
  map (fun o => (o, 1%Q)) (filter (fun o => same f (channel op o)) (indices (out_shape op))).

Lemma bias_terms_sum op G f : form G (bias_terms op f) = grad_bias op G f.
Proof.
  unfold form, bias_terms, grad_bias; rewrite lsum_map, lsum_filter, indices_sum.
  apply msum_ext; intros o _; destruct (same f (channel op o)); [| reflexivity].
  unfold real_of; simpl; ring.
Qed.

Theorem bias_gradient op A B b G f t terms : bias_terms op f = terms ->
  is_derive (fun u => dot (out_shape op) G (layer op A B (upd b f u))) t (form G terms).
Proof. intros <-; rewrite bias_terms_sum; apply gradient_by_bias. Qed.

Corollary input_gradient_at op A b bias g i t q :
  inside (in_shape op) i = true -> at_numbers g (input_terms op b i) = q ->
  is_derive (fun u => dot (out_shape op) (real g) (layer op (upd A i u) (real b) bias)) t (real_of q).
Proof. intros Hi H; rewrite <- (form_at_numbers _ _ _ H); now apply input_gradient. Qed.

Corollary weight_gradient_at op a B bias g k t q :
  inside (weight_shape op) k = true -> at_numbers g (weight_terms op a k) = q ->
  is_derive (fun u => dot (out_shape op) (real g) (layer op (real a) (upd B k u) bias)) t (real_of q).
Proof. intros Hk H; rewrite <- (form_at_numbers _ _ _ H); now apply weight_gradient. Qed.

Corollary bias_gradient_at op A B b g f t q : at_numbers g (bias_terms op f) = q ->
  is_derive (fun u => dot (out_shape op) (real g) (layer op A B (upd b f u))) t (real_of q).
Proof. intros H; rewrite <- (form_at_numbers _ _ _ H); now apply bias_gradient. Qed.

(* --- average pooling --- *)

(* Divisors: the cells of each window, with the padding's or without, or a fixed number. *)
Definition counted (with_padding : bool) (op : operator) : index -> Q := fun o =>
  inject_Z (Z.of_nat (cells with_padding op o)).
Definition fixed (n : Z) : index -> Q := fun _ => inject_Z n.

Definition mean_at (op : operator) (n a : index -> Q) (o : index) : Q :=
  Qred (qsum (taps_of_output op o) (fun t => a (fst t)) * / n o).

Theorem mean_entry op n a o q : Qeq_bool (n o) 0 = false ->
  mean_at op n a o = q -> mean op (real n) (real a) o = real_of q.
Proof.
  intros Hn <-; unfold mean_at, mean, conv, Rdiv.
  rewrite real_of_red, real_of_mult, qsum_real, real_of_inv by now apply Qeq_bool_neq.
  f_equal; rewrite <- (of_output_sum op o (fun i k => real a i * one k)).
  apply lsum_ext; intros t _; unfold one, real; ring.
Qed.

Definition mean_terms (op : operator) (n : index -> Q) (i : index) : list (index * Q) :=
  map (fun o => (o, Qred (/ n o))) (readers op i).

Lemma mean_terms_sum op n G i : forallb (fun o => negb (Qeq_bool (n o) 0)) (readers op i) = true ->
  form G (mean_terms op n i) = grad_input op (fun o => G o / real n o) one i.
Proof.
  intros Hn; unfold grad_input; rewrite <- (of_input_sum op i (fun o k => G o / real n o * one k)).
  unfold form, mean_terms; rewrite lsum_map; unfold readers; rewrite lsum_map; apply lsum_ext; intros t' Ht.
  rewrite forallb_forall in Hn; specialize (Hn (fst t') (in_map fst _ _ Ht)).
  simpl; rewrite real_of_red, real_of_inv.
  - unfold one, real, Rdiv; ring.
  - apply Qeq_bool_neq; now destruct (Qeq_bool (n (fst t')) 0).
Qed.

Theorem mean_gradient_terms op n A G i t terms : inside (in_shape op) i = true ->
  forallb (fun o => negb (Qeq_bool (n o) 0)) (readers op i) = true -> mean_terms op n i = terms ->
  is_derive (fun u => dot (out_shape op) G (mean op (real n) (upd A i u))) t (form G terms).
Proof. intros Hi Hn <-; rewrite mean_terms_sum by exact Hn; now apply mean_gradient. Qed.

Corollary mean_gradient_at op n A g i t q : inside (in_shape op) i = true ->
  forallb (fun o => negb (Qeq_bool (n o) 0)) (readers op i) = true -> at_numbers g (mean_terms op n i) = q ->
  is_derive (fun u => dot (out_shape op) (real g) (mean op (real n) (upd A i u))) t (real_of q).
Proof. intros Hi Hn H; rewrite <- (form_at_numbers _ _ _ H); now apply mean_gradient_terms. Qed.

(* --- max pooling --- *)

Definition is_maximum {X : Type} (l : list X) (f : X -> Q) (q : Q) : bool :=
  existsb (fun x => Qeq_bool (f x) q) l && forallb (fun x => Qle_bool (f x) q) l.

Lemma is_maximum_real {X} (l : list X) f q : is_maximum l f q = true ->
  maxlist (map (fun x => real_of (f x)) l) = real_of q.
Proof.
  intros H; apply andb_prop in H; destruct H as [H1 H2].
  apply maxlist_unique.
  - apply existsb_exists in H1; destruct H1 as [x [Hx E]]; apply Qeq_bool_iff in E.
    apply in_map_iff; exists x; split; [now apply real_of_eq | exact Hx].
  - intros y Hy; apply in_map_iff in Hy; destruct Hy as [x [<- Hx]].
    rewrite forallb_forall in H2; now apply real_of_le, H2.
Qed.

Theorem max_entry op a o q : is_maximum (reads op o) a q = true -> maxpool op (real a) o = real_of q.
Proof. intros H; now apply (is_maximum_real (reads op o) a). Qed.

(* Whether the entry at i is the only maximum of a window, or not a maximum; None at a tie. *)
Definition chosen (a : index -> Q) (i : index) (w : list index) : option bool :=
  if existsb (fun j => negb (Qle_bool (a j) (a i))) w then Some false
  else if forallb (fun j => same i j || negb (Qle_bool (a i) (a j))) w then Some true
  else None.

Fixpoint max_terms_of (op : operator) (a : index -> Q) (i : index) (l : list index)
  : option (list (index * Q)) :=
  match l with
  | [] => Some []
  | o :: l' =>
      match chosen a i (reads op o), max_terms_of op a i l' with
      | Some true, Some terms => Some ((o, 1%Q) :: terms)
      | Some false, Some terms => Some terms
      | _, _ => None
      end
  end.

Definition max_terms (op : operator) (a : index -> Q) (i : index) : option (list (index * Q)) :=
  if forallb (fun x => Nat.eqb (weights x) 1) op && inside (in_shape op) i
  then max_terms_of op a i (readers op i) else None.

Lemma chosen_real a i w d : chosen a i w = Some d ->
  if d then wins (real a) i w else loses (real a) i w.
Proof.
  unfold chosen; destruct (existsb _ w) eqn:E.
  - intros H; injection H as <-; apply existsb_exists in E; destruct E as [j [Hj E]].
    exists j; split; [exact Hj |]; apply real_of_lt; now destruct (Qle_bool (a j) (a i)).
  - destruct (forallb _ w) eqn:F; intros H; [injection H as <- | discriminate].
    rewrite forallb_forall in F; intros j Hj Hne; specialize (F j Hj).
    destruct (same_spec i j); [congruence |]; simpl in F.
    apply real_of_lt; now destruct (Qle_bool (a i) (a j)).
Qed.

Theorem max_gradient_terms op a G i terms : max_terms op a i = Some terms ->
  is_derive (fun u => dot (out_shape op) G (maxpool op (upd (real a) i u))) (real a i) (form G terms).
Proof.
  unfold max_terms; destruct (forallb _ op) eqn:Hop; [| discriminate].
  destruct (inside (in_shape op) i) eqn:Hi; [| discriminate]; simpl; intros H.
  assert (K : forall l ts, max_terms_of op a i l = Some ts -> (forall o, In o l -> In o (readers op i)) ->
    (forall o, In o l -> wins (real a) i (reads op o) \/ loses (real a) i (reads op o)) /\
    lsum l (fun o => G o * selected (real a) i (reads op o)) = form G ts).
  { induction l as [| o l IH]; simpl; intros ts E Hl.
    - injection E as <-; split; [easy | reflexivity].
    - destruct (chosen a i (reads op o)) as [d |] eqn:Ed; [| discriminate].
      assert (Hd := chosen_real _ _ _ _ Ed).
      destruct (max_terms_of op a i l) as [ts' |]; [| destruct d; discriminate].
      destruct (IH ts' eq_refl (fun o' Ho => Hl o' (or_intror Ho))) as [IH1 IH2].
      assert (Hin : In i (reads op o)).
      { apply reads_spec; destruct (proj1 (readers_spec op i o) (Hl o (or_introl eq_refl))) as [_ [k Hk]].
        split; [exact Hi | now exists k]. }
      split.
      + intros o' [<- | Ho]; [destruct d; auto | now apply IH1].
      + rewrite IH2; destruct d; injection E as <-; unfold form; simpl.
        * rewrite selected_wins by assumption; reflexivity.
        * rewrite selected_loses by assumption; ring. }
  destruct (K _ _ H (fun o Ho => Ho)) as [K1 K2].
  rewrite <- K2, <- max_gradient_listed by assumption; now apply max_gradient.
Qed.

Corollary max_gradient_at op a g i q :
  match max_terms op a i with Some terms => Qeq_bool (at_numbers g terms) q | None => false end = true ->
  is_derive (fun u => dot (out_shape op) (real g) (maxpool op (upd (real a) i u))) (real a i) (real_of q).
Proof.
  destruct (max_terms op a i) as [terms |] eqn:E; [| discriminate]; intros H.
  apply Qeq_bool_iff in H; rewrite <- (real_of_eq _ _ H), <- (form_at_numbers g terms _ eq_refl).
  now apply max_gradient_terms.
Qed.

(* Functions of one entry, applied to every entry of an array, and their derivatives.

     rectify_is_max, rectify_positive, rectify_negative, rectify_at_zero
                            ReLU (slope 0) and LeakyReLU: 1 above 0 and the slope below; at 0 there is no
                            derivative, unless the slope is 1
     sigmoid_derivative     y (1 - y), with y the value
     tanh_derivative        1 - y^2 *)
Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From SymConv Require Import Sums.
Local Open Scope R_scope.

Definition pointwise (phi : R -> R) (A : array) : array := fun i => phi (A i).

Definition rectify (slope x : R) : R := if Rlt_dec 0 x then x else slope * x.
Definition sigmoid (x : R) : R := / (1 + exp (- x)).

Theorem rectify_is_max x : rectify 0 x = Rmax 0 x.
Proof. unfold rectify, Rmax; destruct (Rlt_dec 0 x), (Rle_dec 0 x); lra. Qed.

Theorem rectify_positive a x : 0 < x -> is_derive (rectify a) x 1.
Proof.
  intros Hx; apply is_derive_ext_loc with (fun u => u); [| apply @is_derive_id].
  exists (mkposreal x Hx); intros u Hu; change (Rabs (u - x) < x) in Hu; apply Rabs_def2 in Hu.
  unfold rectify; destruct (Rlt_dec 0 u); lra.
Qed.

Theorem rectify_negative a x : x < 0 -> is_derive (rectify a) x a.
Proof.
  intros Hx; apply is_derive_ext_loc with (fun u => a * u); [| auto_derive; [exact I | ring]].
  assert (Px : 0 < - x) by lra; exists (mkposreal (- x) Px); intros u Hu.
  change (Rabs (u - x) < - x) in Hu; apply Rabs_def2 in Hu.
  unfold rectify; destruct (Rlt_dec 0 u); lra.
Qed.

Theorem rectify_at_zero a : a <> 1 -> ~ ex_derive (rectify a) 0.
Proof.
  intros Ha [d H]; apply is_derive_Reals in H.
  assert (He : 0 < Rabs (1 - a) / 2) by (assert (P := Rabs_pos_lt (1 - a) ltac:(lra)); lra).
  destruct (H _ He) as [[e Pe] B]; simpl in B.
  assert (B1 := B (e / 2) ltac:(lra) ltac:(rewrite Rabs_right; lra)).
  assert (B2 := B (- (e / 2)) ltac:(lra) ltac:(rewrite Rabs_Ropp, Rabs_right; lra)).
  unfold rectify in B1, B2; rewrite !Rplus_0_l, Rmult_0_r in B1, B2.
  destruct (Rlt_dec 0 0) as [F | _]; [lra |].
  destruct (Rlt_dec 0 (e / 2)) as [_ | F]; [| lra]; destruct (Rlt_dec 0 (- (e / 2))) as [F | _]; [lra |].
  replace ((e / 2 - 0) / (e / 2) - d) with (1 - d) in B1 by (field; lra).
  replace ((a * - (e / 2) - 0) / - (e / 2) - d) with (a - d) in B2 by (field; lra).
  replace (1 - a) with ((1 - d) - (a - d)) in B1, B2 by ring.
  assert (T := Rabs_triang (1 - d) (- (a - d))); rewrite Rabs_Ropp in T.
  replace (1 - d + - (a - d)) with (1 - d - (a - d)) in T by ring; lra.
Qed.

Lemma rectify_lipschitz a x y : Rabs (rectify a x - rectify a y) <= (1 + Rabs a) * Rabs (x - y).
Proof.
  assert (Ha := Rabs_pos a); assert (Hd := Rabs_pos (x - y)).
  assert (A : forall z, Rabs (a * z) = Rabs a * Rabs z) by (intros; apply Rabs_mult).
  unfold rectify; destruct (Rlt_dec 0 x), (Rlt_dec 0 y).
  - nra.
  - assert (E : Rabs (x - y) = x - y) by (apply Rabs_right; lra).
    apply Rle_trans with (Rabs x + Rabs (a * y)).
    { replace (x - a * y) with (x + - (a * y)) by ring; apply Rle_trans with (1 := Rabs_triang _ _).
      rewrite Rabs_Ropp; lra. }
    rewrite A, E, (Rabs_right x), (Rabs_left1 y) by lra; nra.
  - assert (E : Rabs (x - y) = y - x) by (rewrite Rabs_left1; lra).
    apply Rle_trans with (Rabs (a * x) + Rabs y).
    { replace (a * x - y) with (a * x + - y) by ring; apply Rle_trans with (1 := Rabs_triang _ _).
      rewrite Rabs_Ropp; lra. }
    rewrite A, E, (Rabs_left1 x), (Rabs_right y) by lra; nra.
  - replace (a * x - a * y) with (a * (x - y)) by ring; rewrite A; nra.
Qed.

Theorem sigmoid_derivative x : is_derive sigmoid x (sigmoid x * (1 - sigmoid x)).
Proof.
  unfold sigmoid; assert (P := exp_pos (- x)); auto_derive; [lra |]; field; lra.
Qed.

Theorem tanh_derivative x : is_derive tanh x (1 - tanh x ^ 2).
Proof.
  unfold tanh, sinh, cosh; assert (P := exp_pos x); assert (Q := exp_pos (- x)).
  auto_derive; [lra |]; field; lra.
Qed.

(* Everything that a generated file needs, under one name. *)
Require Export Reals ZArith QArith Qabs Bool.
From Coquelicot Require Export Coquelicot.
Require Export List.
Export ListNotations.
From SymConv Require Export Sums Differentiable Operators Taps Gradients Groups OutputSize.
From SymConv Require Export Pooling Subgradients Exact Symbols Activations Chains ExactChains.
From SymConv Require Export LpPooling LpGradient PowerMeans PowerMeanBounds Windows NormPooling CrossEntropy.

(* Statements with their proofs, in one list, so that one command prints what all of them assume. *)
Inductive proof := proved (P : Prop) (_ : P).

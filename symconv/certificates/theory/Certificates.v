(* Everything that a generated file needs, under one name. *)
Require Export Reals QArith Qabs.
From Coquelicot Require Export Coquelicot.
Require Export List.
Export ListNotations.
From SymConv Require Export Sums Operators Taps FullCorrelation Pooling Exact.
From SymConv Require Export LpPooling LpGradient PowerMeans Windows OutputSize.

(* Statements with their proofs, in one list, so that one command prints what all of them assume. *)
Inductive proof := proved (P : Prop) (_ : P).

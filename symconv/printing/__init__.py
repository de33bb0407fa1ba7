"""Printers: a display tree as LaTeX, MathML or Unicode text.

Each printer is a function that dispatches on the kind of node and refuses what it does not know.
:mod:`~symconv.printing.precedence` says where a part needs fences, :mod:`~symconv.printing.breaking`
where a long formula may be broken.
"""

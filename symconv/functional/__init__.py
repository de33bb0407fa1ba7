"""``torch.nn.functional``'s verbs over symbols and exact numbers: its names, its order, its defaults.

Arrays are nested lists, NumPy arrays of integers or objects, SymPy matrices or N-dimensional arrays. In two
dimensions their axes are (H, W), (C, H, W) or (N, C, H, W); in one and in three, L or D, H, W stand for H, W.
What comes out is exact and has the kind of the input: a SymPy matrix for a SymPy matrix, a SymPy array for a
SymPy array, else a NumPy array of objects.

Each verb makes a layer of :mod:`symconv.layers` and applies it, so a verb and its layer cannot disagree. To
add one, write the signature and the layer.
"""

from __future__ import annotations

from symconv.functional.adaptive import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from symconv.functional.convolution import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from symconv.functional.fractional import fractional_max_pool2d, fractional_max_pool3d
from symconv.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from symconv.functional.unpooling import max_unpool1d, max_unpool2d, max_unpool3d
from symconv.functional_around import cross_entropy, leaky_relu, linear, mse_loss, relu, sigmoid, tanh

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cross_entropy",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "leaky_relu",
    "linear",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "mse_loss",
    "relu",
    "sigmoid",
    "tanh",
]

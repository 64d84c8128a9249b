"""The scores of boosted trees as an operator of torch, and its equivalent in ONNX."""

from itertools import count
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import torch
from torch import Tensor

from heartbeat.boosting._trees import Trees

__all__ = ["name_trees", "tree_scores", "translations"]

_NUMBERS = count()
_TREES: WeakValueDictionary[int, Trees] = WeakValueDictionary()
"""Trees that are being exported. An operator takes tensors and numbers, but no other objects."""


def name_trees(trees: Trees) -> int:
    """Return a number by which `tree_scores` finds the trees, as long as they exist."""
    number = next(_NUMBERS)
    _TREES[number] = trees
    return number


@torch.library.custom_op("heartbeat::tree_scores", mutates_args=())
def tree_scores(rows: Tensor, number: int, n_outputs: int) -> Tensor:
    """Return the scores of trees, shape (n_beats, n_outputs), before the softmax."""
    return torch.from_numpy(_TREES[number].scores(rows.numpy()).astype(np.float32))


@tree_scores.register_fake
def _(rows: Tensor, number: int, n_outputs: int) -> Tensor:
    return rows.new_empty((rows.shape[0], n_outputs))


def translations() -> dict[Any, Any]:
    """Return what the exporter writes for operators of this module."""
    from onnxscript.onnx_opset import opset_ai_onnx_ml3

    def translate(rows: Any, number: int, n_outputs: int) -> Any:
        attributes = _attributes(_TREES[number])
        return opset_ai_onnx_ml3.TreeEnsembleRegressor(rows, n_targets=n_outputs, **attributes)

    return {torch.ops.heartbeat.tree_scores.default: translate}


def _attributes(trees: Trees) -> dict[str, Any]:
    """Return the nodes in the form that the ONNX operator has for them."""
    n_nodes = np.diff(np.append(trees.root, len(trees.right)))
    tree = np.repeat(np.arange(len(trees.root)), n_nodes)
    first = np.repeat(trees.root, n_nodes)
    own = np.arange(len(trees.right)) - first
    leaf = trees.right == 0
    return {
        "nodes_treeids": tree.tolist(),
        "nodes_nodeids": own.tolist(),
        "nodes_featureids": trees.feature.tolist(),
        "nodes_values": np.where(leaf, 0, trees.number).tolist(),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_truenodeids": np.where(leaf, 0, own + 1).tolist(),
        "nodes_falsenodeids": np.where(leaf, 0, trees.right - first).tolist(),
        "target_treeids": tree[leaf].tolist(),
        "target_nodeids": own[leaf].tolist(),
        "target_ids": (tree[leaf] % trees.n_outputs).tolist(),
        "target_weights": trees.number[leaf].tolist(),
        "base_values": trees.baseline.tolist(),
    }

"""What a beat's neighbours say about it, as named blocks of context columns.

An early beat is early only against the beats around it, so its context has to be computed on the
recording, before beats are split and shuffled; it then travels with the waveform as extra columns.

=====================  ==========  ==============================================================
block                  looks ahead what it says
=====================  ==========  ==============================================================
``rr``                 10 beats    intervals around the beat, prematurity, compensatory pause
``rr_causal``          0           the same, past intervals only
=====================  ==========  ==============================================================

No block sees labels. Every beat of the recording counts as a neighbour, whatever it is.
"""

from heartbeat.context import _rr  # noqa: F401  (registers its blocks)
from heartbeat.context._registry import (
    CONTEXT_AFTER,
    CONTEXT_BEFORE,
    BeatSequence,
    ContextBlock,
    compute_context,
    context_feature_names,
    list_context_blocks,
    register_context_block,
    resolve_context,
)

__all__ = [
    "CONTEXT_AFTER",
    "CONTEXT_BEFORE",
    "BeatSequence",
    "ContextBlock",
    "compute_context",
    "context_feature_names",
    "list_context_blocks",
    "register_context_block",
    "resolve_context",
]

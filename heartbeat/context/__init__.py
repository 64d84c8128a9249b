"""Features of the rhythm and of the neighbouring beats, as named blocks of context columns.

Whether a beat comes early can only be said in comparison with its neighbours. Context is therefore
computed from the recording, before beats are split and shuffled, and then kept as extra columns of
the beats table.

=====================  ===========  =============================================================
block                  later beats  columns
=====================  ===========  =============================================================
``rr``                 10           RR intervals around the beat, prematurity, compensatory pause
``rr_causal``          0            the same from past intervals only
``rhythm``             150          the RR interval relative to percentiles of those around it,
                                    irregularity, sample entropy
``rhythm_causal``      0            the same from past intervals only
``template``           10           similarity of P, QRS and T to the beats around
``template_causal``    0            similarity of P, QRS and T to the last twelve beats
``template_record``    all          similarity to the dominant beat of the recording;
                                    *transductive*: it uses the whole recording, even if this is
                                    a test record
=====================  ===========  =============================================================

Choose blocks without later beats (*causal*) for live signals. No block uses labels. All beats of
the recording are neighbours, whatever their class.
"""

from heartbeat.context import _rhythm, _rr, _template  # noqa: F401  (they register their blocks)
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

"""What a beat's neighbours say about it, as named blocks of context columns.

An early beat is early only against the beats around it, so its context has to be computed on the
recording, before beats are split and shuffled; it then travels with the waveform as extra columns.

=====================  ===========  =============================================================
block                  looks ahead  what it says
=====================  ===========  =============================================================
``rr``                 10 beats     intervals around the beat, prematurity, compensatory pause
``rr_causal``          0            the same, past intervals only
``rhythm``             150 beats    the interval against percentiles of its surroundings,
                                    irregularity, sample entropy
``rhythm_causal``      0            the same over past beats
``template``           10 beats     likeness of P, QRS and T to the beats around
``template_causal``    0            likeness of P, QRS and T to the last twelve beats
``template_record``    everything   likeness to the recording's dominant beat; *transductive*: it
                                    uses the whole recording, also where that is a test record
=====================  ===========  =============================================================

No block sees labels. Every beat of the recording counts as a neighbour, whatever it is.
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

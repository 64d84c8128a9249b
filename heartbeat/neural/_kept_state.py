"""What of a classifier is kept in files: arrays, names and numbers. Only pickles carry code."""

from typing import Any

import pandas as pd

from heartbeat.neural.architectures import architecture_name, carried_builders, receive_builders

__all__ = ["kept_state", "reduced_with_builders", "restored_state"]

# Torch modules, made again from `members_` where they are needed.
_REBUILT = ("_networks", "_ready", "_ready_on", "_skorch_net")


def kept_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state of a classifier as plain data."""
    state = {name: value for name, value in state.items() if name not in _REBUILT}
    # By name, for a function of a notebook has none that other processes could import.
    if callable(state["architecture"]):
        state["architecture"] = architecture_name(state["architecture"])
    if "history_" in state:
        # As plain arrays: a file that is safe to load knows no DataFrame.
        columns = state["history_"].items()
        state["history_"] = {name: column.to_numpy() for name, column in columns}
    return state


def restored_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state that `kept_state` was given; nothing in it is run."""
    if isinstance(state.get("history_"), dict):
        return {**state, "history_": pd.DataFrame(state["history_"])}
    return state


def reduced_with_builders(reduced: tuple) -> tuple:
    """Add the architectures registered by users to what ``__reduce_ex__`` gave.

    Pickle asks for it and nothing else does: a state, which files that are safe to load also hold,
    must bring no code.
    """
    make, arguments, *rest = reduced
    if carried := carried_builders():
        return _new_with_builders, (carried, make, arguments), *rest
    return reduced


def _new_with_builders(carried: dict[str, bytes], make: Any, arguments: tuple) -> Any:
    receive_builders(carried)
    return make(*arguments)

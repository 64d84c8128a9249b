"""State of a classifier in files: arrays, names and numbers. Only pickles also carry code."""

from typing import Any

import pandas as pd

from heartbeat.neural.architectures import architecture_name, carried_builders, receive_builders

__all__ = ["kept_state", "reduced_with_builders", "restored_state"]

# torch modules, which are rebuilt from `members_` when they are needed.
_REBUILT = ("_networks", "_ready", "_ready_on", "_skorch_net")


def kept_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state of a classifier as plain data."""
    state = {name: value for name, value in state.items() if name not in _REBUILT}
    # By name: other processes cannot import a function that is defined in a notebook.
    if callable(state["architecture"]):
        state["architecture"] = architecture_name(state["architecture"])
    if "history_" in state:
        # As plain arrays, because a file that is safe to load cannot hold a DataFrame.
        columns = state["history_"].items()
        state["history_"] = {name: column.to_numpy() for name, column in columns}
    return state


def restored_state(state: dict[str, Any]) -> dict[str, Any]:
    """Restore the state that `kept_state` returned, without running any code from it."""
    if isinstance(state.get("history_"), dict):
        return {**state, "history_": pd.DataFrame(state["history_"])}
    return state


def reduced_with_builders(reduced: tuple) -> tuple:
    """Add user-registered architectures to the result of ``__reduce_ex__``.

    Only pickle calls it. The state itself must not contain code, because files that are safe to
    load also hold it.
    """
    make, arguments, *rest = reduced
    if carried := carried_builders():
        return _new_with_builders, (carried, make, arguments), *rest
    return reduced


def _new_with_builders(carried: dict[str, bytes], make: Any, arguments: tuple) -> Any:
    receive_builders(carried)
    return make(*arguments)

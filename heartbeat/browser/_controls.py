"""Buttons and keyboard shortcuts of a review."""

from collections.abc import Callable
from typing import Any

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._plotting import CLASS_COLORS

__all__ = ["HELP", "button_row", "key_listener"]

HELP = (
    "Keys: <b>&larr; &rarr;</b> beat before, next; <b>[ ]</b> page; <b>j k</b> next, last event; "
    "<b>e</b> next ectopic beat; <b>n s v f q</b> relabel; <b>, .</b> move by one sample; "
    "<b>a</b> add at the middle; <b>x</b> delete; <b>u r</b> undo, redo; <b>w</b> save; "
    "<b>+ &minus;</b> zoom. Tap a beat to select it; double-tap to add one."
)
# The only script that is not Bokeh's: it tells the server which key was pressed.
_KEYS = """
    if (window.heartbeatKeys) return
    window.heartbeatKeys = true
    let count = 0
    document.addEventListener("keydown", (event) => {
        const field = event.composedPath()[0]
        if (event.ctrlKey || event.metaKey || event.altKey) return
        if (/INPUT|SELECT|TEXTAREA/.test(field.tagName)) return
        if (field.tagName == "BUTTON" && (event.key == "Enter" || event.key == " ")) return
        if (!keys.includes(event.key)) return
        event.preventDefault()
        pressed.value = event.key + " " + count++
    })
"""


_BUTTONS = (
    *((letter.lower(), letter) for letter in AAMI_CLASSES),
    ("k", "◂ event"),
    ("j", "event ▸"),
    ("a", "Add"),
    ("x", "Delete"),
    ("u", "Undo"),
    ("r", "Redo"),
    ("w", "Save"),
)


def button_row(do: Callable[[str], None]) -> Any:
    """Return a row of buttons that wraps on narrow pages; each acts like its key."""
    from bokeh.models import Button, InlineStyleSheet, Row

    buttons = []
    for key, label in _BUTTONS:
        button = Button(label=label, name=f"do-{key}")
        if label in CLASS_COLORS:
            style = f".bk-btn {{ color: {CLASS_COLORS[label]}; font-weight: bold; }}"
            button.stylesheets = [InlineStyleSheet(css=style)]
        button.on_click(lambda key=key: do(key))
        buttons.append(button)
    wrap = InlineStyleSheet(css=":host { flex-wrap: wrap; gap: 2px; }")
    return Row(children=buttons, sizing_mode="stretch_width", stylesheets=[wrap])


def key_listener(document: Any, keys: list[str], do: Callable[[str], None]) -> Any:
    """Return an invisible element of the page that calls `do` when one of these keys is pressed."""
    from bokeh.events import DocumentReady
    from bokeh.models import CustomJS, TextInput

    pressed = TextInput(name="pressed", visible=False)
    pressed.on_change("value", lambda attr, old, new: do(new.rsplit(" ", 1)[0]))
    script = CustomJS(args={"pressed": pressed, "keys": keys}, code=_KEYS)
    document.js_on_event(DocumentReady, script)
    return pressed

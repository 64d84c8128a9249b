"""`serve_review`: look at a labelled recording in the browser and correct it."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from heartbeat.browser._desk import Desk
from heartbeat.browser._page import ReviewPage
from heartbeat.browser._review import Review
from heartbeat.browser._server import make_server
from heartbeat.recording import Annotations

__all__ = ["serve_review"]


def serve_review(
    annotated: Any,
    record: str | os.PathLike,
    *,
    annotator: str = "rev",
    second: Annotations | None = None,
    address: str = "127.0.0.1",
    port: int = 0,
    ready: Callable[[str], None] = print,
) -> None:
    """Serve a page on which the beats of a recording can be browsed and corrected.

    Returns when interrupted (Ctrl+C) or terminated. Edits are kept in the journal
    ``RECORD.ANNOTATOR.review`` as they are made, and annotations are written to
    ``RECORD.ANNOTATOR`` when asked for; no other file is touched.

    Parameters
    ----------
    annotated : AnnotatedRecording or MarkedRecording
        The recording and its beats.
    record : path-like
        Where to keep them: the name of a record, without suffix, in a folder that can be written.
    annotator : str, default="rev"
        Suffix of the WFDB annotation file.
    second : Annotations, optional
        Annotations of someone else, shown beside.
    address : str, default="127.0.0.1"
        Where to listen. With another than this machine's own, all who can reach it and know the
        token can read and correct the recording, and nothing is encrypted on the way.
    port : int, default=0
        Which port; 0 takes a free one.
    ready : callable, default=print
        Called with the address to open, which holds the token.

    Raises
    ------
    BlockingIOError
        If the journal is open in another review.
    ImportError
        If Bokeh is missing; the message names the extra.
    OSError
        If the port is taken or the folder cannot be written.
    """
    record = Path(record)
    with Review(annotated, record.with_name(f"{record.name}.{annotator}.review")) as review:
        desk = Desk(review, record, annotator, second)

        def add_page(document: Any) -> None:
            ReviewPage(desk, document)

        server, url = make_server(add_page, address=address, port=port)
        desk.extremes.start()
        server.start()
        loop = server.io_loop
        before = signal.signal(signal.SIGTERM, lambda *_: loop.add_callback_from_signal(loop.stop))
        try:
            ready(url)
            loop.start()
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGTERM, before)
            server.stop()
            desk.close()

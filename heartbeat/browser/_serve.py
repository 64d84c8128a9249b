"""View and correct a labelled recording in the browser: `serve_review`."""

import os
import signal
from collections.abc import Callable
from typing import Any

from heartbeat._files import expanded
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
    """View the beats of a recording in the browser and correct them.

    A local server runs until it is interrupted (Ctrl+C) or terminated. Each edit is saved at once
    in the journal ``RECORD.ANNOTATOR.review``. Annotations are written to ``RECORD.ANNOTATOR`` when
    you save them in the browser. No other file is written.

    Parameters
    ----------
    annotated : AnnotatedRecording or MarkedRecording
        Recording with its beats.
    record : path-like
        Record to save edits and annotations as, without suffix, in a folder with write permission.
    annotator : str, default="rev"
        Suffix of the WFDB annotation file.
    second : Annotations, optional
        Second set of annotations, shown for comparison.
    address : str, default="127.0.0.1"
        Address to listen on. The default accepts connections from this machine only. With another
        address, everyone who can reach it and knows the token can view and correct the recording,
        and the connection is not encrypted.
    port : int, default=0
        Port to listen on; 0 chooses a free port.
    ready : callable, default=print
        Function that is called with the URL to open, which contains the token.

    Raises
    ------
    BlockingIOError
        If the journal is open in another review.
    ImportError
        If Bokeh is not installed; the message names the extra to install.
    OSError
        If the port is in use or the folder cannot be written.

    See Also
    --------
    Review : The corrections, without a browser.
    write_report : Write a report as an HTML file.
    """
    record = expanded(record)
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

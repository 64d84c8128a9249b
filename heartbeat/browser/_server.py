"""Local server of a review, with access by token."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any

__all__ = ["make_server"]


def make_server(
    build: Callable[[Any], None], *, address: str = "127.0.0.1", port: int = 0
) -> tuple[Any, str]:
    """Return a Bokeh server of one page, and the address to open, which contains a token.

    The server listens on `address` only. Requests without the token, or without the cookie set by a
    request with the token, are refused, as are web sockets opened by pages of other origins.

    Parameters
    ----------
    build : callable
        Fills a Bokeh document, once for each tab.
    address : str, default="127.0.0.1"
        Address to listen on.
    port : int, default=0
        Port; 0 chooses a free one.

    Raises
    ------
    ImportError
        If Bokeh is missing; the message names the extra.
    OSError
        If the port is taken.
    """
    try:
        from bokeh.application import Application
        from bokeh.application.handlers.function import FunctionHandler
        from bokeh.server.server import Server
        from bokeh.server.util import bind_sockets
    except ImportError:
        raise ImportError(
            "serve_review requires Bokeh. Install it with pip install 'heartbeat-ecg[browser]'."
        ) from None
    if port == 0:
        # The allowed origins contain the port, so it must be known before the server is created.
        sockets, port = bind_sockets(address, 0)
        for socket in sockets:
            socket.close()
    token = secrets.token_urlsafe(24)
    hosts = {address, "localhost"} if address.startswith("127.") else {address}
    server = Server(
        {"/": Application(FunctionHandler(build))},
        address=address,
        port=port,
        allow_websocket_origin=[f"{host}:{port}" for host in sorted(hosts)],
        auth_provider=_token_auth(token, f"heartbeat-{port}"),
        check_unused_sessions_milliseconds=5000,
        unused_session_lifetime_milliseconds=15_000,
    )
    return server, f"http://{address}:{port}/?token={token}"


def _token_auth(token: str, cookie: str) -> Any:
    from bokeh.server.auth_provider import AuthProvider
    from tornado.web import RequestHandler

    class Refused(RequestHandler):
        def get(self) -> None:
            self.set_status(403)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish("Open this review with the address that heartbeat printed.")

    class TokenAuth(AuthProvider):
        login_url = "/refused"
        login_handler = Refused
        get_login_url = None
        get_user_async = None
        logout_url = None
        logout_handler = None

        @property
        def get_user(self) -> Callable[[RequestHandler], str | None]:
            return who

    def who(handler: RequestHandler) -> str | None:
        given = handler.get_query_argument("token", None) or handler.get_cookie(cookie) or ""
        if not hmac.compare_digest(given.encode(), token.encode()):
            return None
        if handler.get_cookie(cookie) != given and "Upgrade" not in handler.request.headers:
            handler.set_cookie(cookie, token, httponly=True, samesite="Strict")
        return "reviewer"

    return TokenAuth()

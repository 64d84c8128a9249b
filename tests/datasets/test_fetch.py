"""Downloads from a server on this machine that misbehaves as servers and lines do."""

import hashlib
import random
import re
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from heartbeat import _progress
from heartbeat.datasets import _download, _fetch, fetch_database
from heartbeat.datasets._registry import Database

FILES = {
    "100.hea": b"100 2 360 650000\n",
    "100.dat": random.Random(0).randbytes(300_000),
    "sub/101.dat": random.Random(1).randbytes(50_000),
}


class Server(ThreadingHTTPServer):
    """Serves files, with the faults that a test asks for."""

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = dict(files)
        self.faults = {}  # name → list of faults, one a request
        self.ignores_ranges = False
        self.requests = []  # (name, Range)
        self.sent = {}  # name → bytes sent

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, name = self.server, self.path.lstrip("/")
        asked = self.headers.get("Range")
        server.requests.append((name, asked))
        faults = server.faults.get(name, [])
        fault = faults.pop(0) if faults else None
        if isinstance(fault, int):
            self.answer(fault, b"no")
            return
        if name not in server.files:
            self.answer(404, b"not here")
            return
        body, start = server.files[name], 0
        if fault == "wrong byte":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if asked and not server.ignores_ranges:
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            if start >= len(body):
                self.answer(416, b"")
                return
        self.send_response(206 if start else 200)
        if start:
            first = 0 if fault == "other range" else start
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        rest = body[start:]
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if fault == "drop":
            rest = rest[: len(rest) // 2]
        if fault == "drop at once":
            rest = b""
        # Counted first: who has received all may look before this thread goes on.
        server.sent[name] = server.sent.get(name, 0) + len(rest)
        self.wfile.write(rest)
        if fault in ("drop", "drop at once"):
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = Server(FILES)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def database(files=FILES, listed=None):
    checksums = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    return Database(
        name="testdb",
        title="Test Database",
        version="1.0.0",
        url="https://unreachable.invalid/",
        licence="ODC-By",
        doi="10.13026/x",
        citation=("a", "b"),
        checksums=None if listed else checksums,
        listed=listed,
    )


@pytest.fixture
def fetch(server, monkeypatch, tmp_path):
    """`fetch_database` of the test database from the server, with short pauses."""
    monkeypatch.setattr(_fetch, "get_database", lambda name: database())
    monkeypatch.setattr(_download, "_FIRST_WAIT_S", 0.005)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def call(**parameters):
        parameters = {"base_url": server.url, "timeout": 5, "retries": 2, **parameters}
        return fetch_database("testdb", tmp_path, **parameters)

    return call


def test_everything_arrives(fetch, tmp_path):
    folder = fetch()
    assert folder == tmp_path / "testdb"
    for name, body in FILES.items():
        assert (folder / name).read_bytes() == body
    assert not list(folder.rglob("*.part"))


def test_nothing_is_asked_when_all_is_there(fetch, server):
    fetch()
    server.requests.clear()
    fetch()
    assert server.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="no file locks there")
def test_locks_are_private_and_go(fetch, tmp_path, monkeypatch):
    monkeypatch.setenv("HEARTBEAT_CACHE", str(tmp_path / "cache"))
    held = []
    locked = _fetch._locked

    @contextmanager
    def watched(path):
        with locked(path):
            held.append((path, path.parent.stat().st_mode & 0o077))
            yield

    monkeypatch.setattr(_fetch, "_locked", watched)
    fetch()
    ((path, others),) = held
    assert (path.parent, others) == (tmp_path / "cache" / "locks", 0)
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no file locks there")
def test_two_calls_at_once_do_not_write_to_one_part(fetch, server, tmp_path):
    with ThreadPoolExecutor(3) as pool:
        folders = [pool.submit(fetch) for _ in range(3)]
    assert [folder.result() for folder in folders] == [tmp_path / "testdb"] * 3
    assert sorted(name for name, _ in server.requests) == sorted(FILES)


def test_only_what_is_missing_is_downloaded(fetch, server):
    folder = fetch()
    (folder / "100.hea").unlink()
    (folder / "sub/101.dat").write_bytes(b"")  # what a full disk leaves
    server.requests.clear()
    fetch()
    assert sorted(name for name, _ in server.requests) == ["100.hea", "sub/101.dat"]


def test_a_dropped_connection_is_taken_up_where_it_broke(fetch, server):
    server.faults["100.dat"] = ["drop", "drop"]
    folder = fetch()
    assert (folder / "100.dat").read_bytes() == FILES["100.dat"]
    asked = [range_ for name, range_ in server.requests if name == "100.dat"]
    assert asked == [None, "bytes=150000-", "bytes=225000-"]
    assert server.sent["100.dat"] == len(FILES["100.dat"])


def test_a_later_call_goes_on_where_an_earlier_one_stopped(fetch, server, tmp_path):
    server.faults["100.dat"] = ["drop", 403]
    with pytest.raises(ConnectionError, match="403"):
        fetch(max_workers=1)
    part = tmp_path / "testdb" / "100.dat.part"
    assert part.stat().st_size == 150_000
    server.sent.clear()
    fetch()
    assert server.sent["100.dat"] == 150_000
    assert not part.exists()


def test_progress_counts_as_success_however_often_the_line_breaks(fetch, server):
    server.faults["100.dat"] = ["drop"] * 8
    folder = fetch(retries=0)
    assert (folder / "100.dat").read_bytes() == FILES["100.dat"]


def test_a_server_that_never_gets_going_is_given_up(fetch, server):
    server.faults["100.dat"] = ["drop at once"] * 20
    with pytest.raises(ConnectionError, match="100.dat"):
        fetch(retries=2)
    assert sum(name == "100.dat" for name, _ in server.requests) == 3


def test_a_busy_server_is_asked_again(fetch, server):
    server.faults["100.dat"] = [503, 500, "drop", 503]
    assert (fetch() / "100.dat").read_bytes() == FILES["100.dat"]


def test_a_server_without_ranges_sends_all_again(fetch, server):
    server.ignores_ranges = True
    server.faults["100.dat"] = ["drop"]
    assert (fetch() / "100.dat").read_bytes() == FILES["100.dat"]
    assert server.sent["100.dat"] == 450_000


def test_an_answer_with_another_range_is_not_appended(fetch, server):
    server.faults["100.dat"] = ["drop", "other range"]
    assert (fetch() / "100.dat").read_bytes() == FILES["100.dat"]


def test_a_wrong_byte_is_not_kept(fetch, server, tmp_path):
    server.faults["100.dat"] = ["wrong byte"]
    with pytest.raises(ValueError, match="100.dat was damaged .* SHA256 is .*, expected"):
        fetch(max_workers=1)
    folder = tmp_path / "testdb"
    assert not (folder / "100.dat").exists() and not (folder / "100.dat.part").exists()
    fetch()


@pytest.mark.parametrize("size", [1000, len(FILES["100.dat"]), len(FILES["100.dat"]) + 7])
def test_a_part_of_other_bytes_is_started_afresh(fetch, tmp_path, size):
    folder = tmp_path / "testdb"
    folder.mkdir()
    (folder / "100.dat.part").write_bytes(b"x" * size)
    fetch()
    assert (folder / "100.dat").read_bytes() == FILES["100.dat"]


def test_a_complete_part_is_taken_as_it_is(fetch, server, tmp_path):
    folder = tmp_path / "testdb"
    folder.mkdir()
    (folder / "100.dat.part").write_bytes(FILES["100.dat"])
    fetch()
    assert (folder / "100.dat").read_bytes() == FILES["100.dat"]
    assert "100.dat" not in server.sent


def test_a_missing_file_is_an_error_at_once(fetch, server):
    del server.files["100.dat"]
    with pytest.raises(ConnectionError, match=r"100.dat: the server answered 404"):
        fetch()
    assert sum(name == "100.dat" for name, _ in server.requests) == 1


def test_without_a_network_the_error_says_what_to_put_where(fetch, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(ConnectionError) as caught:
            fetch(base_url=url, retries=1)
    message = str(caught.value)
    assert "Test Database 1.0.0 (https://physionet.org/content/testdb/1.0.0/)" in message
    assert str(tmp_path / "testdb") in message
    assert "HEARTBEAT_DATA" in message and "base_url" in message
    assert "refused" in message
    assert "object at 0x" not in message
    assert not (tmp_path / "testdb").exists()


def test_a_users_file_is_never_replaced(fetch, tmp_path):
    folder = fetch()
    (folder / "100.dat").write_bytes(b"my own notes")
    fetch()
    with pytest.raises(ValueError, match=r"1 of 3 files .* 100.dat. They were not changed"):
        fetch(verify=True)
    assert (folder / "100.dat").read_bytes() == b"my own notes"


def test_verify_is_content_with_the_right_bytes(fetch):
    fetch()
    fetch(verify=True)


def listing(files=FILES):
    return "".join(f"{hashlib.sha256(b).hexdigest()} {n}\n" for n, b in files.items()).encode()


@pytest.fixture
def fetch_listed(fetch, monkeypatch):
    monkeypatch.setattr(_fetch, "get_database", lambda name: database(listed="SHA256SUMS.txt"))
    return fetch


def test_a_database_that_lists_its_own_hashes(fetch_listed, server):
    server.files["SHA256SUMS.txt"] = listing()
    folder = fetch_listed()
    assert {p.name for p in folder.rglob("*") if p.is_file()} == {
        "100.hea", "100.dat", "101.dat", "SHA256SUMS.txt",
    }  # fmt: skip
    server.requests.clear()
    fetch_listed(verify=True)
    assert server.requests == []


def test_a_list_that_points_outside_is_refused(fetch_listed, server, tmp_path):
    server.files["SHA256SUMS.txt"] = listing({"../evil.dat": b"x"})
    with pytest.raises(ValueError, match="points outside"):
        fetch_listed()
    assert not (tmp_path / "evil.dat").exists()
    assert not list((tmp_path / "testdb").iterdir())


def test_a_login_page_is_no_list(fetch_listed, server):
    server.files["SHA256SUMS.txt"] = b"<html>Welcome to the airport</html>"
    with pytest.raises(ValueError, match="expected a SHA256 and a file name, got '<html>"):
        fetch_listed()


def test_bad_parameters_are_named(fetch):
    with pytest.raises(ValueError, match="base_url must begin with http"):
        fetch(base_url="ftp://example.org/")
    with pytest.raises(ValueError, match="max_workers must be at least 1, got 0"):
        fetch(max_workers=0)


def test_progress_is_quiet_where_nobody_watches(fetch, capfd):
    fetch()
    assert capfd.readouterr() == ("", "")


def test_progress_lines_where_they_are_asked_for(fetch, capfd):
    fetch(progress=True)
    assert "testdb 1.0.0: 3 of 3 files, 0.4 MB" in capfd.readouterr().err


def test_progress_bar_on_a_terminal(fetch, monkeypatch, capfd):
    pytest.importorskip("rich")
    monkeypatch.setattr(_progress.sys.stderr, "isatty", lambda: True, raising=False)
    fetch()
    assert "testdb 1.0.0" in capfd.readouterr().err

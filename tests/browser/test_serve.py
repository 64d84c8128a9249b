import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from heartbeat.datasets import load_sample_recording
from heartbeat.recording import Recording, write_annotations, write_recording
from heartbeat.recording._wfdb_library import quietly, wfdb

pytest.importorskip("bokeh", reason="Bokeh is not installed")
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


def fill(folder):
    """Write a recording whose name would do harm as markup, and its annotations."""
    recording = load_sample_recording()
    named = Recording(
        recording.signal,
        recording.fs,
        ("<b>II</b>",),
        "<img src=x onerror=alert(1)>",
        annotations=recording.annotations,
    )
    write_recording(folder / "night.npz", named)
    write_annotations(folder / "night", recording.annotations, "atr", fs=recording.fs)
    return folder


@pytest.fixture
def folder(tmp_path):
    return fill(tmp_path)


@contextmanager
def serving(folder, *options):
    """Run ``heartbeat review`` and give its process and the address that it prints."""
    line = [sys.executable, "-m", "heartbeat", "review", "night.npz", "--annotator", "atr"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen(
        [*line, "--no-browser", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            said = process.stdout.readline()
            assert said.startswith("open http://"), said + process.stderr.read()
            yield process, said.split()[1]
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                assert process.wait(20) == 0


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def address(shared_folder):
    """A server for all tests that leave it as it was, or nearly so."""
    with serving(shared_folder) as (_, url):
        yield url


@contextmanager
def tab(chromium, url, width=1280, height=900):
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    errors, requests = [], []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url)
    page.locator(".slick-viewport").first.wait_for()
    # 25 mm to a second, and a CSS millimetre is 96/25.4 pixels.
    page.wait_for_function(
        "() => { const s = Bokeh.documents[0].get_model_by_name('strip');"
        " const scale = s.inner_width / (s.x_range.end - s.x_range.start);"
        " return Math.abs(scale / (25 * 96 / 25.4) - 1) < 0.01 }"
    )
    yield page
    origin = re.match(r"http://[^/]+", url)[0]
    assert [r for r in requests if not r.startswith((origin, "data:", "blob:"))] == []
    assert errors == []
    context.close()


def press(page, key, says):
    """Press a key and wait until the page says what has come of it."""
    page.keyboard.press(key)
    page.get_by_role("status").filter(has_text=says).wait_for(timeout=10_000)
    return page.get_by_role("status").inner_text()


WINDOW = (
    "(() => { const r = Bokeh.documents[0].get_model_by_name('strip').x_range;"
    " return [r.start, r.end] })()"
)


def window(page):
    return page.evaluate(WINDOW)


def read_back(folder):
    with quietly():
        marks = wfdb.rdann(str(folder / "night"), "rev")
    return dict(zip(marks.sample.tolist(), marks.symbol, strict=True))


@needs_posix
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_nothing_sticks_out_sideways(chromium, address, width, height):
    with tab(chromium, address, width, height) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@needs_posix
def test_beats_are_reviewed_by_keyboard_and_read_back_by_wfdb(chromium, folder):
    original = (folder / "night.atr").read_bytes()
    with serving(folder) as (_, url), tab(chromium, url) as page:
        start, stop = window(page)
        said = press(page, "j", "at 0:")
        assert window(page) != [start, stop]
        chosen = int(re.search(r"sample (\d+)", press(page, "ArrowRight", "sample"))[1])
        old = said and press(page, "q", f"at {chosen} is Q").split()[0]
        press(page, "u", f"Q at {chosen} is {old}")
        press(page, "r", f"at {chosen} is Q")
        press(page, ".", f"moved to {chosen + 1}")
        following = press(page, "ArrowRight", "sample")
        deleted = int(re.search(r"sample (\d+)", following)[1])
        press(page, "x", f"at {deleted} deleted")
        press(page, "x", "no beat is selected")
        assert "Saved" in press(page, "w", "night.rev")
    kept = read_back(folder)
    assert kept[chosen + 1] == "Q"
    assert chosen not in kept and deleted not in kept
    assert (folder / "night.atr").read_bytes() == original
    assert sorted(p.name for p in folder.iterdir()) == [
        "night.atr", "night.npz", "night.rev", "night.rev.review"
    ]  # fmt: skip


@needs_posix
def test_a_beat_is_tapped_added_and_relabelled_by_mouse(chromium, address, shared_folder):
    with tab(chromium, address, 390, 844) as page:
        box = page.evaluate(
            "(() => { const v = Bokeh.index.find_one_by_id(Bokeh.documents[0]"
            ".get_model_by_name('strip').id); const r = v.el.getBoundingClientRect();"
            " const b = v.frame.bbox; return [r.x + b.left, r.y + b.top, b.width, b.height] })()"
        )
        x, y, width, height = box
        page.mouse.click(x + width / 2, y + height / 2)
        status = page.get_by_role("status")
        status.filter(has_text="sample").wait_for()
        sample = int(re.search(r"sample (\d+)", status.inner_text())[1])
        start, stop = window(page)
        assert abs(sample / 360 - (start + stop) / 2) < 1.5
        page.get_by_role("button", name="V", exact=True).click()
        status.filter(has_text=f"at {sample} is V").wait_for()
        page.get_by_role("button", name="Save").click()
        status.filter(has_text="Saved").wait_for()
    assert read_back(shared_folder)[sample] == "V"


@needs_posix
def test_a_killed_server_and_a_closed_tab_lose_nothing(chromium, folder):
    with serving(folder) as (process, url), tab(chromium, url) as page:
        press(page, "j", "at 0:")
        chosen = int(re.search(r"sample (\d+)", press(page, "ArrowRight", "sample"))[1])
        press(page, "q", f"at {chosen} is Q")
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    with serving(folder) as (_, url):
        with tab(chromium, url) as page:
            press(page, "w", "Saved")
        with tab(chromium, url) as page:
            press(page, "u", f"Q at {chosen} is")
    assert read_back(folder)[chosen] == "Q"


@needs_posix
def test_paper_is_drawn_where_its_lines_can_be_told_apart(chromium, address):
    grid = "Bokeh.documents[0].get_model_by_name('strip').center.filter(c => c.dimension === 0)[0]"
    with tab(chromium, address) as page:
        page.wait_for_function(f"{grid}.visible")
        for _ in range(5):
            page.keyboard.press("-")
        page.wait_for_function(f"!{grid}.visible")
        # The grid may disappear before the last key has been dealt with.
        page.wait_for_function(f"(([start, stop]) => stop - start > 60)({WINDOW})")
        for _ in range(5):
            page.keyboard.press("+")
        page.wait_for_function(f"{grid}.visible")


@needs_posix
def test_an_edit_in_one_tab_shows_in_another(chromium, address):
    count = (
        "Bokeh.documents[0].get_model_by_name('strip').renderers[1].data_source.get_column('label')"
    )
    with tab(chromium, address) as one, tab(chromium, address) as other:
        press(one, "ArrowRight", "sample")
        press(one, "q", "is Q")
        other.wait_for_function(f"[...{count}].filter(l => l == 'Q').length == 1")


@needs_posix
def test_names_with_markup_are_shown_as_text(chromium, address):
    with tab(chromium, address) as page:
        assert page.get_by_role("heading").inner_text().startswith("<img src=x onerror=alert(1)>")
        assert page.locator("img[src='x']").count() == 0


def status_of(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@needs_posix
def test_without_the_token_nothing_is_served(address):
    base, token = address.split("?token=")
    assert status_of(address) == 200
    assert len(token) >= 32
    for url in (base, f"{base}?token=", f"{base}?token={token[:-1]}", f"{base}metadata"):
        assert status_of(url) == 403
    assert status_of(f"{base}autoload.js?bokeh-autoload-element=x") in (403, 404)
    for path in ("static/../night.npz", "night.npz", "static/%2e%2e/%2e%2e/night.npz", "../etc"):
        assert status_of(base + path) in (403, 404)


def web_socket(port, session, origin, cookie):
    """Open a web socket and return all that is answered, up to Bokeh's first message."""
    lines = (
        "GET /ws HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Sec-WebSocket-Protocol: bokeh, {session}",
        f"Origin: {origin}",
        f"Cookie: heartbeat-{port}={cookie}",
    )
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"ACK" not in answer and b" 403 " not in answer:
            part = connection.recv(4096)
            if not part:
                break
            answer += part
    return answer


@needs_posix
def test_web_sockets_are_opened_from_the_own_page_with_the_token_alone(address):
    port, token = re.search(r":(\d+)/\?token=(.+)", address).groups()
    port = int(port)
    with urllib.request.urlopen(address) as page:
        session = re.search(r'"token":"([^"]+)"', page.read().decode())[1]
    own = f"http://127.0.0.1:{port}"
    assert b"ACK" in web_socket(port, session, own, token)
    assert b"ACK" not in web_socket(port, session, own, "guess")
    for origin in ("http://evil.example", f"http://evil.example:{port}", "null"):
        assert web_socket(port, session, origin, token).startswith(b"HTTP/1.1 403")


@needs_posix
def test_it_listens_on_this_machine_alone():
    from heartbeat.browser._server import make_server

    server, url = make_server(lambda document: None)
    addresses = {s.getsockname()[0] for s in server._http._sockets.values()}
    server.stop()
    assert addresses == {"127.0.0.1"}
    assert url.startswith("http://127.0.0.1:")

"""Time that a report and a review of a day and of a week take, on disk and in Chromium.

    python benchmarks/browser.py             # three minutes; writes browser.csv
    python benchmarks/browser.py --hours 1   # a short trial
    python benchmarks/browser.py --pictures  # browser_report.png and browser_review.png of 208

The recording is one synthetic hour of `make_recording`, repeated, written as a WFDB record (format
16) and read in parts, with the synthetic beats. "open" is the time from the request until the strip
and the time line are on the page. "pan" is the time from a key press (next page, next event, whole
recording) until the new data are there. Requires the extras browser and test, and Chromium.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _common import protocol_header
from _results import Results
from _script import BenchmarkParser
from playwright.sync_api import sync_playwright

from heartbeat.annotation import AnnotatedRecording, BeatAnnotator
from heartbeat.browser import serve_review, write_report
from heartbeat.browser._marked import beats_table
from heartbeat.datasets import get_data_home, make_recording

FS, SEED = 128.0, 0
MIX = {"N": 0.80, "S": 0.05, "V": 0.15}
HOURS = (24, 168)
N_PANS = 20
LOADED = (
    "() => { const d = Bokeh.documents[0]; const s = d && d.get_model_by_name('strip');"
    " return s && s.inner_width > 0 &&"
    " s.renderers[0].data_source.get_column('time').length > 0 }"
)
WINDOW = (
    "() => { const s = Bokeh.documents[0].get_model_by_name('strip');"
    " const t = s.renderers[0].data_source.get_column('time');"
    " return [s.x_range.start, s.x_range.end, t[0], t[t.length - 1]] }"
)
EVENTS = "Bokeh.documents[0].get_model_by_name('events').source.get_column('time').length"


def written(folder: Path, hours: int) -> AnnotatedRecording:
    """Write a record of so many hours and return its labels, without its signal."""
    hour = make_recording(3600, FS, weights=MIX, random_state=SEED)
    adc = np.rint(hour.lead(0) * 200).astype("<i2")
    name = f"made_{hours}h"
    with open(folder / f"{name}.dat", "wb") as file:
        for _ in range(hours):
            file.write(adc.tobytes())
    n_samples = hours * len(adc)
    (folder / f"{name}.hea").write_text(
        f"{name} 1 {FS:g} {n_samples}\n{name}.dat 16 200 16 0 {adc[0]} 0 0 MLII\n"
    )
    marks = hour.annotations.beats()
    sample = (marks.sample + len(adc) * np.arange(hours)[:, np.newaxis]).ravel()
    beats = beats_table(sample, np.tile(marks.symbol, hours), FS)
    nothing = pd.DataFrame({"start": [], "stop": [], "reason": []})
    return AnnotatedRecording(
        name, FS, n_samples, "MLII", beats, nothing, provenance={"seed": SEED}, path=folder / name
    )


def served(folder: Path, hours: int) -> None:
    annotated = written(folder, hours)
    serve_review(annotated, folder / "review", ready=lambda url: print(url, flush=True))


def seconds_to(page, wanted: str, before: object = None) -> float:
    start = time.perf_counter()
    page.wait_for_function(wanted, arg=before, polling=5, timeout=20_000)
    return time.perf_counter() - start


def browse(url: str, hours: int) -> dict[str, float]:
    """Open the page and pan about; return seconds."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.perf_counter()
        page.goto(url)
        seconds_to(page, LOADED)
        opened = time.perf_counter() - start
        # The window has moved, and the curve reaches from its one end to the other.
        moved = (
            f"(before) => {{ const w = ({WINDOW})();"
            " return (w[0] != before[0] || w[1] != before[1]) &&"
            " w[2] <= w[0] + 0.02 && w[3] >= w[1] - (w[1] - w[0]) / 500 - 0.02 }"
        )
        found = {"open": opened}
        for kind, key in (("page on", "]"), ("next event", "j")):
            taken = []
            n_events = page.evaluate(EVENTS)
            for _ in range(min(N_PANS, n_events)):
                before = page.evaluate(WINDOW)
                page.keyboard.press(key)
                taken.append(seconds_to(page, moved, before))
            found[f"{kind}, median"] = statistics.median(taken)
            found[f"{kind}, worst"] = max(taken)
        start = time.perf_counter()
        for _ in range(16):
            page.keyboard.press("-")
        seconds_to(page, f"() => {{ const w = ({WINDOW})(); return w[1] - w[0] > {3599 * hours} }}")
        found["all of it, 16 keys"] = time.perf_counter() - start
        browser.close()
    return found


def take_pictures(data_home: str | None, results: Results) -> None:
    """Take pictures of report and review of a record that BeatAnnotator has labelled."""
    annotated = BeatAnnotator().annotate(get_data_home(data_home) / "mitdb" / "208")
    line = [sys.executable, "-m", "heartbeat", "review", str(annotated.path), "--no-browser"]
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 800, "height": 1130}, device_scale_factor=1.5)
        page.goto(write_report(annotated, Path(name) / "report.html").as_uri())
        page.screenshot(path=results.path("browser_report.png"))
        line += ["--beside", "atr", "--output", str(Path(name) / "208")]
        page = browser.new_page(viewport={"width": 1200, "height": 640}, device_scale_factor=1.5)
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
            try:
                page.goto(process.stdout.readline().split()[1])
                seconds_to(page, LOADED)
                for key in "je":
                    page.keyboard.press(key)
                    page.wait_for_timeout(500)
                page.screenshot(path=results.path("browser_review.png"))
            finally:
                process.terminate()
        browser.close()


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="one minute on two cores",
        writes=["browser.csv", "browser_report.png", "browser_review.png"],
        published=["", "--pictures"],
        data="mitdb/ (for --pictures)",
    )
    parser.add_argument(
        "--hours", type=int, nargs="*", default=list(HOURS), help="lengths of the recordings"
    )
    parser.add_argument("--pictures", action="store_true", help="take pictures of record 208")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        served(Path(arguments.serve[0]), int(arguments.serve[1]))
        return
    results = parser.results(arguments)
    if arguments.pictures:
        take_pictures(arguments.data_home, results)
        return
    header = protocol_header(
        "Report and review of long recordings",
        recording=f"one made-up hour of one lead at {FS:g} Hz, repeated; WFDB format 16",
        seed=SEED,
        page="Chromium, 1280 x 900, same machine",
        load=f"{os.getloadavg()[0]:.1f} at the start",
    )
    print(header)
    rows = []
    for hours in arguments.hours:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            annotated = written(folder, hours)
            start = time.perf_counter()
            report = write_report(annotated, folder / "report.html")
            row = {
                "hours": hours,
                "beats": len(annotated.beats),
                "report, s": time.perf_counter() - start,
                "report, MB": report.stat().st_size / 1e6,
            }
            line = [sys.executable, __file__, "--serve", name, str(hours)]
            with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
                try:
                    url = process.stdout.readline().strip()
                    row |= browse(url, hours)
                finally:
                    process.terminate()
        rows.append(row)
    table = pd.DataFrame(rows).round(3)
    print(table.set_index("hours").T.to_string())
    print(f"written to {results.save_table(table, 'browser', header)}")


if __name__ == "__main__":
    main()

import numpy as np
import pytest

from heartbeat.recording import read_recording


def write(tmp_path, text, name="r1.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_header_and_rate(tmp_path, separator):
    rows = ["MLII,V5", "0.5,-1", "0.25,1e-3", ",nan", "-,0"]
    path = write(tmp_path, "\n".join(rows).replace(",", separator) + "\n")
    recording = read_recording(path, fs=360)
    assert (recording.leads, recording.fs, recording.name) == (("MLII", "V5"), 360, "r1")
    assert recording.database == ""
    np.testing.assert_array_equal(
        recording.signal,
        np.array([[0.5, -1], [0.25, 1e-3], [np.nan, np.nan], [np.nan, 0]], dtype=np.float32),
    )


def test_without_header(tmp_path):
    two = read_recording(write(tmp_path, "1,2\n3,4\n"), fs=100)
    assert (two.leads, two.signal.tolist()) == (("lead0", "lead1"), [[1, 2], [3, 4]])
    one = read_recording(write(tmp_path, "1\n3\n", "r2.txt"), fs=100)
    assert (one.leads, one.signal.tolist()) == (("lead",), [[1], [3]])


def test_leads_are_chosen(tmp_path):
    path = write(tmp_path, "I,II\n1,2\n")
    assert read_recording(path, fs=100, leads="II").signal.tolist() == [[2]]
    with pytest.raises(ValueError, match=r"no lead 'V1' in .*, which has \['I', 'II'\]"):
        read_recording(path, fs=100, leads="V1")


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("time", 1),
        ("Time (s)", 1),
        ("Time in s", 1),
        ("t", 1),
        ("sec", 1),
        ("time_ms", 1e3),
        ("ms", 1e3),
        ("millis", 1e3),
        ("elapsed_ms", 1e3),
        ("micros", 1e6),
        ("'Elapsed time'", 1),
    ],
)
def test_time_column(tmp_path, name, unit):
    times = np.arange(1000) / 360
    rows = "\n".join(f"{time * unit:.3f},{i / 100}" for i, time in enumerate(times))
    path = write(tmp_path, f"{name},MLII\n{rows}\n")
    recording = read_recording(path)
    assert (recording.fs, recording.leads) == (360, ("MLII",))
    assert recording.lead()[-1] == np.float32(9.99)
    with pytest.raises(ValueError, match="fs=250 contradicts .* 360 Hz"):
        read_recording(path, fs=250)


def test_index_columns_are_dropped(tmp_path):
    for name in ("sample", "'sample #'", "index", ""):
        path = write(tmp_path, f"{name},II\n0,5\n1,6\n")
        assert read_recording(path, fs=100).leads == ("II",)


def test_a_row_of_units(tmp_path):
    head = "'Elapsed time','MLII','V5','ABP'\n'seconds','uV','mV','mmHg'\n"
    path = write(tmp_path, head + "0.000,-145,0.5,80\n0.004,-150,0.25,81\n0.008,1e3,0,82\n")
    recording = read_recording(path)
    assert (recording.fs, recording.leads) == (250, ("MLII", "V5"))
    np.testing.assert_allclose(recording.signal, [[-0.145, 0.5], [-0.15, 0.25], [1, 0]], rtol=1e-6)
    path = write(tmp_path, "t,II\nms,mV\n0,1\n4,2\n8,x\n")
    with pytest.raises(ValueError, match="row 5, column 2: 'x' is not a number"):
        read_recording(path)
    write(tmp_path, "t,II\nms,mV\n0,1\n4,2\n8,3\n")
    assert read_recording(path).fs == 250


def test_values_too_large_for_mv_are_told(tmp_path):
    rows = "\n".join(str(1024 + 200 * (i % 2)) for i in range(100))
    path = write(tmp_path, f"II\n{rows}\n")
    with pytest.warns(
        UserWarning,
        match="lead 'II' of .* spans 200 mV, which is too large for an ECG.*in the column's name",
    ):
        read_recording(path, fs=360)
    path = write(tmp_path, f"II\nuV\n{rows}\n")
    assert read_recording(path, fs=360).lead().max() == pytest.approx(1.224)


@pytest.mark.parametrize(("fs", "digits"), [(360, 3), (360, 6), (128, 2), (500, 3), (1000, 3)])
@pytest.mark.parametrize("gone", [1, 10, 300, 598])
def test_one_missing_row_of_times(tmp_path, fs, digits, gone):
    rows = [f"{i / fs:.{digits}f},0.1" for i in range(600)]
    assert read_recording(write(tmp_path, "time,II\n" + "\n".join(rows) + "\n")).fs == fs
    del rows[gone]
    if digits > 2:  # 128 Hz by hundredths of a second hides it
        path = write(tmp_path, "time,II\n" + "\n".join(rows) + "\n")
        with pytest.raises(ValueError, match="has a gap|not evenly spaced"):
            read_recording(path)


def test_uneven_times(tmp_path):
    rows = [f"{i / 100:.2f},{i}" for i in range(100)]
    del rows[40:60]
    path = write(tmp_path, "time,II\n" + "\n".join(rows) + "\n")
    with pytest.raises(ValueError, match="not evenly spaced: sample"):
        read_recording(path)
    path = write(tmp_path, "time,II\n0,1\n0,2\n")
    with pytest.raises(ValueError, match="does not increase"):
        read_recording(path)
    path = write(tmp_path, "time,II\n0,1\n,2\n0.2,3\n")
    with pytest.raises(ValueError, match="not evenly spaced"):
        read_recording(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"r1.csv is empty \(0 bytes\)"),
        ("I,II\n", "a header, but no samples"),
        ("1,2\n3,4,5\n", "not a table with the same number of columns"),
        ("1,2\n3,x\n", "row 2, column 2: 'x' is not a number"),
        ("I,II\n1,2\n3,x\n", "row 3, column 2: 'x' is not a number"),
        ("time\n0\n1\n", "no lead"),
    ],
)
def test_malformed(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_recording(write(tmp_path, text), fs=None if text.startswith("time") else 360)


def test_the_rate_must_be_known(tmp_path):
    with pytest.raises(ValueError, match="Give fs in Hz"):
        read_recording(write(tmp_path, "1\n2\n"))
    with pytest.raises(ValueError, match="positive"):
        read_recording(write(tmp_path, "1\n2\n"), fs=0)


def test_unknown_suffix_and_missing_file(tmp_path):
    with pytest.raises(ValueError, match="not in a supported format"):
        read_recording(write(tmp_path, "1", "r1.wav"), fs=100)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_recording(tmp_path / "r9.csv", fs=100)


APPLE = """Name,"Jo Doe"
Date of Birth,"Jan 1, 1980"
Recorded Date,"2024-03-06 15:12:32 +0100"
Classification,"Sinus Rhythm"
Symptoms,""
Software Version,"1.90"
Device,"Watch4,2"
Sample Rate,"{rate}"

Lead,"Lead I"
Unit,"µV"

-33{point}5
-32{point}25
-30
"""


@pytest.mark.parametrize(("rate", "point"), [("512 hertz", "."), ("511,905 Hertz", ",")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_facts_above_the_samples_as_watches_export_them(tmp_path, rate, point, encoding):
    path = tmp_path / "ecg.csv"
    path.write_text(APPLE.format(rate=rate, point=point), encoding=encoding)
    recording = read_recording(path)
    assert recording.leads == ("Lead I",)
    assert recording.fs == float(rate.split()[0].replace(",", "."))
    np.testing.assert_allclose(recording.lead("I"), [-0.0335, -0.03225, -0.030], rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "leads", "rows"),
    [
        ("I;II\n0,5;-1,25\n1;2,5\n", ("I", "II"), [[0.5, -1.25], [1, 2.5]]),
        ("I\tII\n0,5\t-1,25\n1\t2,5\n", ("I", "II"), [[0.5, -1.25], [1, 2.5]]),
        ("I;II\n1;2\n0,5;2\n", ("I", "II"), [[1, 2], [0.5, 2]]),
        ("II\n0,5\n1,25\n", ("II",), [[0.5], [1.25]]),
        ("0.5 1\n0.25  -2\n", ("lead0", "lead1"), [[0.5, 1], [0.25, -2]]),
        ("sample;II (mV)\r\n0;0,5\r\n1;-2\r\n", ("II",), [[0.5], [-2]]),
        ("Lead II,V1\n1,2\n", ("Lead II", "V1"), [[1, 2]]),
        ("Date,Unit\n2024-01-01,2\n2024-01-01,4\n", ("Unit",), [[2], [4]]),
        ("# made by hand\nII\n1\n\n2\n", ("II",), [[1], [np.nan], [2]]),
    ],
)
def test_tables_as_people_export_them(tmp_path, text, leads, rows):
    recording = read_recording(write(tmp_path, text), fs=100)
    assert recording.leads == leads
    np.testing.assert_array_equal(recording.signal, np.array(rows, dtype=np.float32))


@pytest.mark.parametrize("column", ["ECG (uV)", "ECG [µV]", "ECG_uV", "ECG/uV", "ECG uV"])
def test_the_unit_in_a_columns_name(tmp_path, column):
    path = write(tmp_path, f"{column},ABP (mmHg)\n500,80\n-250,90\n")
    recording = read_recording(path, fs=100)
    assert recording.leads == ("ECG",)
    np.testing.assert_allclose(recording.lead(), [0.5, -0.25])
    assert read_recording(path, fs=100, leads=column).leads == ("ECG",)
    with pytest.raises(ValueError, match="in mmHg, which is not a unit of voltage"):
        read_recording(path, fs=100, leads="ABP")


@pytest.mark.parametrize(
    ("head", "stamp"),
    [
        ("time", "2024-05-01T23:59:{:06.3f}"),
        ("timestamp", "2024-05-01 23:59:{:06.3f}+02:00"),
        ("whenever", "2024-05-01 23:59:{:06.3f}Z"),
        ("time", "23:59:{:06.3f}"),
        ("time", "01.05.2024 23:59:{:06.3f}"),
        ("'Elapsed time'", "'[59:{:06.3f}]'"),
        ("timestamp", "17145935{:06.3f}"),
    ],
)
def test_clock_times_give_the_rate(tmp_path, head, stamp):
    rows = "\n".join(f"{stamp.format(i / 250)},{i / 100}" for i in range(500))
    recording = read_recording(write(tmp_path, f"{head},II\n{rows}\n"))
    assert (recording.fs, recording.leads, recording.n_samples) == (250.0, ("II",), 500)
    commas = write(tmp_path, f"{head},II\n{rows}\n".replace(",", ";").replace(".", ","))
    if "01.05" not in stamp:
        assert read_recording(commas).fs == 250.0


def test_midnight_and_dates(tmp_path):
    rows = [f"{86_399 + i / 4}" for i in range(8)]
    clock = [f"{int(float(r)) % 86_400 // 3600:02d}:" for r in rows]
    clock = [
        f"{h}{int(float(r)) % 3600 // 60:02d}:{float(r) % 60:05.2f}"
        for h, r in zip(clock, rows, strict=True)
    ]
    text = "date,time,II\n" + "\n".join(f"2024-05-01,{c},1" for c in clock)
    recording = read_recording(write(tmp_path, text))
    assert (recording.fs, recording.leads) == (4.0, ("II",))
    with pytest.raises(ValueError, match="cannot be read as times.*row 1"):
        read_recording(write(tmp_path, "time,II\n12:00:00.0,1\nnoon,2\n"))


@pytest.mark.parametrize("levels", [1024, 4096])
def test_adc_counts_without_a_unit_are_told(tmp_path, levels):
    counts = levels // 2 + np.arange(40) % 30
    path = write(tmp_path, "II\n" + "\n".join(map(str, counts)) + "\n")
    with pytest.warns(UserWarning, match=r"r1.csv holds integers from \d+ .* ADC"):
        read_recording(path, fs=100)
    path = write(tmp_path, "II (uV)\n" + "\n".join(map(str, counts)) + "\n")
    assert read_recording(path, fs=100).lead().max() < 3


def test_what_is_no_text_is_told(tmp_path):
    path = tmp_path / "r1.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    with pytest.raises(ValueError, match="r1.csv is not a text file"):
        read_recording(path, fs=100)

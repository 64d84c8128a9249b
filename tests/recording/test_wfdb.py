import shutil
from datetime import datetime

import numpy as np
import pytest

from heartbeat.labels import AAMI_CLASSES
from heartbeat.recording import read_recording
from heartbeat.recording._wfdb_library import quietly, wfdb

# wfdb's own use of pandas, when the tests call it; see heartbeat.recording._wfdb_library.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")

FS = 360


def write_record(
    folder, name="r1", signal=None, units=("mV", "mV"), leads=("MLII", "V5"), **kwargs
):
    """Write a small WFDB record; the signal is in its units."""
    if signal is None:
        signal = np.random.default_rng(0).normal(size=(1000, len(leads)))
    options = {"fmt": ["16"] * len(leads), "fs": FS, **kwargs}
    wfdb.wrsamp(
        name,
        units=list(units),
        sig_name=list(leads),
        p_signal=signal,
        write_dir=str(folder),
        **options,
    )
    return signal


def test_reads_with_or_without_suffix(tmp_path):
    folder = tmp_path / "mydb"
    folder.mkdir()
    signal = write_record(folder)
    for path in (folder / "r1", folder / "r1.hea", str(folder / "r1.dat")):
        recording = read_recording(path)
        np.testing.assert_allclose(recording.signal, signal, atol=1e-3)
        assert (recording.fs, recording.leads) == (FS, ("MLII", "V5"))
        assert (recording.name, recording.subject, recording.database) == ("r1", "r1", "mydb")
        assert recording.annotations is None
    for suffix in ("mat", "atr"):  # names of its files, as a shell completes them
        assert read_recording(folder / f"r1.{suffix}").name == "r1"
    named = read_recording(folder / "r1", subject="p7", database="other", fs=FS)
    assert (named.subject, named.database) == ("p7", "other")


def test_each_lead_is_contiguous(tmp_path):
    write_record(tmp_path)
    assert read_recording(tmp_path / "r1").lead("V5").flags["C_CONTIGUOUS"]


@pytest.mark.parametrize(("unit", "scale"), [("uV", 1e-3), ("V", 1e3), ("mV", 1)])
def test_units_become_millivolts(tmp_path, unit, scale):
    signal = write_record(tmp_path, units=(unit, "mV"))
    recording = read_recording(tmp_path / "r1")
    np.testing.assert_allclose(
        recording.lead("MLII"), signal[:, 0] * scale, rtol=0.01, atol=scale / 1e3
    )
    np.testing.assert_allclose(recording.lead("V5"), signal[:, 1], atol=1e-3)


def test_other_quantities_are_left_out(tmp_path):
    write_record(tmp_path, units=("mV", "mmHg"), leads=("II", "ABP"))
    assert read_recording(tmp_path / "r1").leads == ("II",)
    with pytest.raises(ValueError, match="'ABP' of record 'r1' is in mmHg"):
        read_recording(tmp_path / "r1", leads=["ABP"])
    write_record(tmp_path, "r2", units=("mmHg", "NU"), leads=("ABP", "RESP"))
    with pytest.raises(ValueError, match=r"no signal in a unit of voltage, only \['ABP in mmHg'"):
        read_recording(tmp_path / "r2")


def test_leads_are_chosen_by_name(tmp_path):
    signal = write_record(tmp_path)
    recording = read_recording(tmp_path / "r1", leads=["V5", "MLII"])
    assert recording.leads == ("V5", "MLII")
    np.testing.assert_allclose(recording.signal, signal[:, ::-1], atol=1e-3)
    with pytest.raises(ValueError, match=r"no lead 'V1' in .*, which has \['MLII', 'V5'\]"):
        read_recording(tmp_path / "r1", leads="V1")
    with pytest.raises(ValueError, match="leads is empty"):
        read_recording(tmp_path / "r1", leads=[])


def test_namesakes_are_numbered(tmp_path):
    write_record(tmp_path)
    header = (tmp_path / "r1.hea").read_text()
    (tmp_path / "r1.hea").write_text(header.replace("MLII", "ECG").replace("V5", "ECG"))
    assert read_recording(tmp_path / "r1").leads == ("ECG", "ECG_2")


def test_invalid_samples_are_nan(tmp_path):
    signal = np.zeros((1000, 2))
    signal[::2] = 1
    signal[10:20, 1] = np.nan
    write_record(tmp_path, signal=signal)
    recording = read_recording(tmp_path / "r1")
    np.testing.assert_array_equal(np.isnan(recording.signal), np.isnan(signal))


def test_wrong_fs(tmp_path):
    write_record(tmp_path)
    with pytest.raises(ValueError, match=r"fs=250 contradicts .* 360 Hz.*resample\(250\)"):
        read_recording(tmp_path / "r1", fs=250)
    with pytest.raises(ValueError, match="positive, finite number of Hz, got -1"):
        read_recording(tmp_path / "r1", fs=-1)
    header = (tmp_path / "r1.hea").read_text()
    (tmp_path / "r1.hea").write_text(header.replace("r1 2 360", "r1 2 0"))
    with pytest.raises(ValueError, match=r"sampling rate in .*r1\.hea .* got 0"):
        read_recording(tmp_path / "r1")


@pytest.mark.parametrize("fmt", ["16", "212", "24", "32", "80"])
def test_truncated_signal_file(tmp_path, fmt):
    write_record(tmp_path, fmt=[fmt] * 2)
    assert read_recording(tmp_path / "r1").n_samples == 1000
    data = (tmp_path / "r1.dat").read_bytes()
    (tmp_path / "r1.dat").write_bytes(data[:-3])
    with pytest.raises(
        ValueError, match=rf"truncated: it holds {len(data) - 3} bytes.* {len(data)}"
    ):
        read_recording(tmp_path / "r1")


def test_missing_and_empty_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no WFDB records"):
        read_recording(tmp_path / "r1")
    with pytest.raises(FileNotFoundError, match="does not exist either"):
        read_recording(tmp_path / "nowhere" / "r1")
    write_record(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"1 WFDB record\(s\): r1"):
        read_recording(tmp_path / "r2")
    for name, message in (("r1.dat", "r1.dat is empty"), ("r1.hea", "r1.hea is empty")):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(ValueError, match=message):
            read_recording(tmp_path / "r1")
    write_record(tmp_path)
    (tmp_path / "r1.dat").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"r1\.dat does not exist, but r1\.hea refers to it"
    ):
        read_recording(tmp_path / "r1")


@pytest.mark.parametrize("text", ["nonsense", "r1 two 360 1000", "r1 0 360 1000\n", "\n\n"])
def test_malformed_header(tmp_path, text):
    (tmp_path / "r1.hea").write_text(text)
    with pytest.raises(ValueError, match=r"r1\.hea"):
        read_recording(tmp_path / "r1")


def test_length_may_be_left_to_the_file(tmp_path):
    write_record(tmp_path)
    header = (tmp_path / "r1.hea").read_text()
    (tmp_path / "r1.hea").write_text(header.replace("r1 2 360 1000", "r1 2 360"))
    assert read_recording(tmp_path / "r1").n_samples == 1000
    (tmp_path / "r1.hea").write_text(header.replace("r1 2 360 1000", "r1 2 360 0"))
    with pytest.raises(ValueError, match="r1"):
        read_recording(tmp_path / "r1")


def test_signals_of_several_rates(tmp_path):
    t = np.arange(2000) / 500
    fast, slow = np.sin(2 * np.pi * 3 * t), np.sin(2 * np.pi * 3 * t[::2])
    wfdb.wrsamp(
        "r1",
        fs=250,
        units=["mV", "mV"],
        sig_name=["I", "II"],
        e_p_signal=[slow, fast],
        samps_per_frame=[1, 2],
        fmt=["16", "16"],
        write_dir=str(tmp_path),
    )
    with quietly():
        wfdb.wrann("r1", "atr", np.array([100, 250]), symbol=["N", "V"], write_dir=str(tmp_path))
    recording = read_recording(tmp_path / "r1")
    assert (recording.fs, recording.n_samples) == (500, 2000)
    np.testing.assert_allclose(recording.lead("II"), fast, atol=1e-3)
    np.testing.assert_allclose(recording.lead("I")[50:-50], fast[50:-50], atol=5e-3)
    # Annotations count frames, which are half as many.
    assert recording.annotations.sample.tolist() == [200, 500]
    alone = read_recording(tmp_path / "r1", leads="I")
    assert (alone.fs, alone.n_samples) == (250, 1000)
    assert alone.annotations.sample.tolist() == [100, 250]


def test_skewed_signals_are_aligned(tmp_path):
    ramp = np.arange(1000) % 100 / 50
    write_record(tmp_path, signal=np.column_stack([ramp, np.roll(ramp, 5)]))
    lines = (tmp_path / "r1.hea").read_text().splitlines()
    lines[2] = lines[2].replace("r1.dat 16", "r1.dat 16:5")
    (tmp_path / "r1.hea").write_text("\n".join(lines) + "\n")
    recording = read_recording(tmp_path / "r1")
    np.testing.assert_allclose(recording.lead("V5")[:995], ramp[:995], atol=1e-3)
    assert np.isnan(recording.lead("V5")[995:]).all()


def test_multi_segment_record(tmp_path):
    first = write_record(tmp_path, "s1")
    second = write_record(tmp_path, "s2", signal=np.random.default_rng(1).normal(size=(500, 2)))
    (tmp_path / "m.hea").write_text("m/3 2 360 1600\ns1 1000\n~ 100\ns2 500\n")
    recording = read_recording(tmp_path / "m")
    np.testing.assert_allclose(recording.signal[:1000], first, atol=1e-3)
    assert np.isnan(recording.signal[1000:1100]).all()
    np.testing.assert_allclose(recording.signal[1100:], second, atol=1e-3)
    (tmp_path / "m.hea").write_text("m/2 2 360 1400\ns1 900\ns2 500\n")
    with pytest.raises(ValueError, match=r"segment 's1' .* 1000 samples .* gives 900"):
        read_recording(tmp_path / "m")


def test_variable_layout_record(tmp_path):
    first = write_record(tmp_path, "s1", units=("mV", "mmHg"), leads=("II", "ABP"))
    # The second segment holds other leads, in another order and another unit.
    second = write_record(tmp_path, "s2", units=("uV", "mV"), leads=("V", "II"))
    (tmp_path / "layout.hea").write_text(
        "layout 3 360 0\n~ 0 200/mV 16 0 0 0 0 II\n~ 0 200/mV 16 0 0 0 0 V\n"
        "~ 0 1/mmHg 16 0 0 0 0 ABP\n"
    )
    (tmp_path / "m.hea").write_text("m/4 3 360 2050\nlayout 0\ns1 1000\n~ 50\ns2 1000\n")
    recording = read_recording(tmp_path / "m")
    assert recording.leads == ("II", "V")
    np.testing.assert_allclose(recording.lead("II")[:1000], first[:, 0], atol=1e-3)
    assert np.isnan(recording.lead("II")[1000:1050]).all()
    np.testing.assert_allclose(recording.lead("II")[1050:], second[:, 1], atol=1e-3)
    assert np.isnan(recording.lead("V")[:1050]).all()
    np.testing.assert_allclose(recording.lead("V")[1050:], second[:, 0] / 1000, atol=1e-4)
    assert read_recording(tmp_path / "m", leads=["V"]).n_samples == 2050


def test_annotations(tmp_path):
    write_record(tmp_path)
    with quietly():
        wfdb.wrann(
            "r1", "atr", np.array([3, 500]), symbol=["+", "N"], aux_note=["(AFIB\0", ""],
            write_dir=str(tmp_path),
        )  # fmt: skip
    marks = read_recording(tmp_path / "r1").annotations
    assert marks.sample.tolist() == [3, 500]
    assert marks.aux.tolist() == ["(AFIB", ""]  # without C's end of text
    assert read_recording(tmp_path / "r1", annotator=None).annotations is None
    with pytest.raises(FileNotFoundError, match=r"r1\.qrs does not exist"):
        read_recording(tmp_path / "r1", annotator="qrs")


def test_annotations_beyond_the_signal_are_left_out(tmp_path):
    write_record(tmp_path)
    with quietly():
        wfdb.wrann("r1", "atr", np.array([3, 1000]), symbol=["N", "V"], write_dir=str(tmp_path))
    with pytest.warns(UserWarning, match="1 of 2 annotations .* outside the signal of 1000"):
        recording = read_recording(tmp_path / "r1")
    assert recording.annotations.symbol.tolist() == ["N"]


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_truncated_annotations(tmp_path, keep):
    write_record(tmp_path)
    with quietly():
        wfdb.wrann("r1", "atr", np.array([3, 700]), symbol=["N", "V"], write_dir=str(tmp_path))
    path = tmp_path / "r1.atr"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=rf"r1.atr \({keep} bytes\) .* empty or truncated"):
        read_recording(tmp_path / "r1")


@pytest.mark.realdata
def test_mitdb_is_read_as_wfdb_reads_it(mitdb):
    for name in ("100", "114", "202"):
        recording = read_recording(mitdb / name)
        expected = wfdb.rdrecord(str(mitdb / name))
        np.testing.assert_allclose(recording.signal, expected.p_signal, rtol=0, atol=1e-6)
        assert recording.leads == tuple(expected.sig_name)
        assert recording.database == "mitdb"
    assert recording.subject == "201-202"


@pytest.mark.realdata
def test_mitdb_counts(mitdb):
    classes = np.concatenate(
        [read_recording(path).annotations.classes() for path in sorted(mitdb.glob("*.hea"))]
    )
    counts = [int((classes == name).sum()) for name in AAMI_CLASSES]
    assert counts == [90_631, 2_781, 7_236, 803, 8_043]


@pytest.mark.realdata
def test_ludb_with_its_annotations_by_lead(data_home):
    recording = read_recording(data_home / "ludb" / "data" / "1", annotator="ii", database="ludb")
    assert (recording.n_leads, recording.fs, recording.n_samples) == (12, 500, 5000)
    assert {"(", "p", "N", "t", ")"} <= set(recording.annotations.symbol.tolist())


def test_record_names_may_hold_dots(tmp_path):
    write_record(tmp_path)
    for suffix in (".hea", ".dat"):
        shutil.copy(tmp_path / f"r1{suffix}", tmp_path / f"r.1{suffix}")
    (tmp_path / "r.1.hea").write_text((tmp_path / "r1.hea").read_text())
    assert read_recording(tmp_path / "r.1").n_samples == 1000
    assert read_recording(tmp_path / "r.1.hea").name == "r.1"


def _with_record_line(folder, line):
    names, signal = ["MLII", "V5"], np.linspace(-1, 1, 1000).reshape(500, 2)
    wfdb.wrsamp("w1", 360, ["mV"] * 2, names, signal, fmt=["16"] * 2, write_dir=str(folder))
    wfdb.wrann("w1", "atr", np.array([100]), np.array(["V"]), write_dir=str(folder))
    header = folder / "w1.hea"
    signals = header.read_text().split("\n", 1)[1]
    header.write_text(f"# kept\n{line}\n{signals}")
    return signal


@pytest.mark.parametrize(
    "line",
    [
        "w1 2 360 500 10:00:00 2020-04-05",
        "w1 2 360 500 10:00:00 2020",
        "w1 2 360 500 10:00:00 01/02/20",
        "w1 2 360 500 10:00:00 31/31/2020",
        "w1 2 360 500 25:00:00 01/02/2020",
        "w1 2 360 500 2020-04-05 10:00:00",
        "w1 2 360 0",
        "w1 2 360 0 10:00:00 5-Apr-2020",
    ],
)
def test_headers_as_they_are_in_the_wild(tmp_path, line):
    signal = _with_record_line(tmp_path, line)
    with pytest.warns(UserWarning, match=r"w1.hea gives an invalid date or time") as told:
        recording = read_recording(tmp_path / "w1")
    assert len(told) == 1
    np.testing.assert_allclose(recording.signal, signal, atol=1e-3)
    assert recording.annotations.sample.tolist() == [100]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w1.atr", "w1.dat", "w1.hea"]


@pytest.mark.parametrize(
    ("line", "begin"),
    [
        ("w1 2 360 500 10:00:30.5 01/02/2020", datetime(2020, 2, 1, 10, 0, 30, 500_000)),
        ("w1 2 360 500 10:00:30", None),
        ("w1 2 360 500", None),
    ],
)
def test_date_and_time_of_a_header_are_kept(tmp_path, line, begin):
    _with_record_line(tmp_path, line)
    assert read_recording(tmp_path / "w1").begin == begin


def test_a_layout_header_is_named_as_such(tmp_path):
    header = tmp_path / "w1_layout.hea"
    header.write_text("w1_layout 2 360 0\n~ 0 200 0 0 0 0 0 MLII\n~ 0 200 0 0 0 0 0 V5\n")
    with pytest.raises(ValueError, match="w1_layout.hea is a layout header"):
        read_recording(tmp_path / "w1_layout")


def test_a_header_without_its_signal_lines(tmp_path):
    write_record(tmp_path)
    header = tmp_path / "r1.hea"
    lines = header.read_text().splitlines()
    header.write_text(lines[0] + "\n")
    with pytest.raises(ValueError, match=r"r1.hea gives 2 signal\(s\), but describes 0"):
        read_recording(tmp_path / "r1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "whole/2 2 360 2000\ns0 1000\ns1 900\n",
            "gives a length of 2000 samples, but its segments have 1900",
        ),
        (
            "whole/2 2 360\n~ 1000000000000\ns0 1000\n",
            r"would take 7.45e\+03 GiB. .* name fewer leads",
        ),
        ("whole/2 2 360 1000\ns2 0\ns0 1000\n", r"segment 's2' of record '.*whole': .*s2.hea does"),
        ("whole/2 2 360 20\n~ 10\n~ 10\n", "only gaps"),
    ],
)
def test_segments_that_cannot_be(tmp_path, text, message):
    write_record(tmp_path, "s0")
    (tmp_path / "whole.hea").write_text(text)
    with pytest.raises((ValueError, FileNotFoundError), match=message) as raised:
        read_recording(tmp_path / "whole")
    assert "whole" in str(raised.value)

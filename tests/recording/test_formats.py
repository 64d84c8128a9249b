"""Formats of devices: files are written here by their specifications, or are DICOM's own."""

import base64
import binascii
import struct
import sys

import numpy as np
import pytest

from heartbeat.recording import read_recording
from tests.fuzz.devices import write_kardia, write_mfer, write_scp

pytest.importorskip("ecgdatakit")
pydicom = pytest.importorskip("pydicom")

MICROVOLTS = np.rint(800 * np.sin(np.arange(1000)[:, None] / np.array([20, 31]))).astype("<i2")


def write_ishne(path):
    """Two leads (II is 6, V1 is 11 in ISHNE's list), 200 Hz, 1000 nV a step."""
    spec, quality, steps = [0] * 12, [0] * 12, [0] * 12
    spec[:2], quality[:2], steps[:2] = [6, 11], [1, 1], [1000, 1000]
    header = struct.pack("<iiiih", 0, MICROVOLTS.size, 522, 522, 1)
    header += b"".join(text.ljust(n, b"\0") for text, n in ((b"Jo", 40), (b"Doe", 40), (b"7", 20)))
    header += struct.pack("<hh", 1, 1) + struct.pack("<9h", *[1, 1, 1980, *[1, 5, 2024] * 2])
    header += struct.pack("<4h", 10, 0, 0, 2) + struct.pack("<36h", *spec, *quality, *steps)
    header += struct.pack("<h", 0) + b"digital".ljust(40, b"\0") + struct.pack("<h", 200)
    header += bytes(80 + 80 + 88)
    crc = binascii.crc_hqx(header, 0xFFFF)
    path.write_bytes(b"ISHNE1.0" + struct.pack("<H", crc) + header + MICROVOLTS.tobytes())
    return path


def write_aecg(path):
    sequences = "".join(
        f"""<component><sequence>
        <code code="MDC_ECG_LEAD_{name}" codeSystem="2.16.840.1.113883.6.24"/>
        <value xsi:type="SLIST_PQ"><origin value="0" unit="uV"/><scale value="0.5" unit="uV"/>
        <digits>{" ".join(map(str, 2 * values.astype(int)))}</digits></value>
        </sequence></component>"""
        for name, values in zip(("II", "V1"), MICROVOLTS.T, strict=True)
    )
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
    <AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
    <component><series><code code="RHYTHM" codeSystem="2.16.840.1.113883.5.4"/>
    <component><sequenceSet><component><sequence>
    <code code="TIME_ABSOLUTE" codeSystem="2.16.840.1.113883.5.4"/>
    <value xsi:type="GLIST_TS"><head value="20240501100000.000"/>
    <increment value="0.005" unit="s"/></value></sequence></component>
    {sequences}</sequenceSet></component></series></component></AnnotatedECG>""",
        encoding="utf-8",
    )
    return path


def write_muse(path):
    leads = "".join(
        f"""<LeadData><LeadByteCountTotal>2000</LeadByteCountTotal><LeadID>{name}</LeadID>
        <LeadSampleCountTotal>1000</LeadSampleCountTotal><LeadSampleSize>2</LeadSampleSize>
        <LeadAmplitudeUnitsPerBit>1.0</LeadAmplitudeUnitsPerBit>
        <LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits>
        <WaveFormData>{base64.b64encode(values.tobytes()).decode()}</WaveFormData></LeadData>"""
        for name, values in zip(("II", "V1"), MICROVOLTS.T, strict=True)
    )
    path.write_text(
        f"""<?xml version="1.0" encoding="ISO-8859-1"?><RestingECG><Waveform>
    <WaveformType>Rhythm</WaveformType><NumberofLeads>2</NumberofLeads>
    <SampleBase>200</SampleBase><SampleExponent>0</SampleExponent>{leads}</Waveform></RestingECG>""",
        encoding="latin-1",
    )
    return path


@pytest.mark.parametrize(
    ("name", "write"), [("a.ecg", write_ishne), ("a.xml", write_aecg), ("a.xml", write_muse)]
)
def test_what_was_written_is_read(tmp_path, name, write):
    recording = read_recording(write(tmp_path / name))
    assert recording.fs == 200
    assert recording.name == "a"
    np.testing.assert_allclose(recording.lead("MLII"), MICROVOLTS[:, 0] / 1e3, atol=1e-6)
    np.testing.assert_allclose(recording.lead("v1"), MICROVOLTS[:, 1] / 1e3, atol=1e-6)
    assert read_recording(tmp_path / name, leads="lead ii").n_leads == 1


def test_a_file_of_dicoms_own(tmp_path):
    from pydicom.data import get_testdata_file

    path = get_testdata_file("waveform_ecg.dcm")
    recording = read_recording(path, subject="s")
    assert (recording.fs, recording.n_leads, recording.n_samples) == (1000, 12, 10_000)
    microvolts = pydicom.dcmread(path).waveform_array(0)
    np.testing.assert_allclose(recording.signal, microvolts / 1e3, atol=1e-6)
    assert recording.leads[:4] == ("I", "II", "III", "aVR")


@pytest.mark.parametrize("suffix", [".dcm", ".ecg", ".scp", ".xml", ".json", ".mwf"])
def test_damage_is_told_with_the_file(tmp_path, suffix):
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(b"<none of these/>" * 20)
    with pytest.raises(ValueError, match=f"bad{suffix} "):
        read_recording(path)


def test_the_extra_is_named_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ecgdatakit", None)
    with pytest.raises(ImportError, match=r"ISHNE Holter.*'heartbeat-ecg\[formats\]'"):
        read_recording(write_ishne(tmp_path / "a.ecg"))
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(
        ValueError, match=r"not in a supported format.*\.scp.*heartbeat-ecg\[formats\]"
    ):
        read_recording(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("name", "write"), [("a.scp", write_scp), ("a.mwf", write_mfer), ("a.json", write_kardia)]
)
def test_what_was_written_by_other_specifications_is_read(tmp_path, name, write):
    recording = read_recording(write(tmp_path / name, MICROVOLTS))
    assert (recording.fs, recording.n_samples) == (200, 1000)
    assert "II" in recording.leads
    np.testing.assert_allclose(recording.signal, MICROVOLTS / 1e3, atol=1e-6)


def test_an_infinite_value_is_told_with_the_file(tmp_path):
    path = write_kardia(tmp_path / "a.json", MICROVOLTS)
    path.write_text(path.read_text().replace("[\n     0", "[\n     1e60", 1))
    with pytest.raises(ValueError, match=r"a\.json does not hold a valid recording: .*infinite"):
        read_recording(path)

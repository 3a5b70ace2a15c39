"""eSCL documents: the captured request byte by byte, capabilities and states in many shapes, XML that is an attack."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.escl import codec
from drivers.escl.codec import Capabilities, Input, Request
from hallctl.sentences import SENTENCES

CAPTURE = Path(__file__).parents[2] / "captures" / "escl_scansettings_sane-airscan.xml"
SHEET = Input(2550, 4200, ("Grayscale8", "RGB24"), (75, 100, 200, 300), ranged=False)
BOTH = Capabilities("Make Model", "S1", "2.0", {"Platen": SHEET, "Feeder": SHEET})

PREFIXED = b"""<?xml version="1.0" encoding="UTF-8"?>
<e:ScannerCapabilities xmlns:e="http://schemas.hp.com/imaging/escl/2011/05/03"
    xmlns:p="http://www.pwg.org/schemas/2010/12/sm">
  <p:Version>2.63</p:Version><p:MakeAndModel>Made Up MFP 1</p:MakeAndModel><p:SerialNumber>X9</p:SerialNumber>
  <e:Adf><e:AdfDuplexInputCaps><e:MaxWidth>2550</e:MaxWidth><e:MaxHeight>6600.0</e:MaxHeight>
    <e:SettingProfiles><e:SettingProfile><e:ColorModes><e:ColorMode>BlackAndWhite1</e:ColorMode>
    <e:ColorMode>RGB24</e:ColorMode></e:ColorModes><e:SupportedResolutions><e:ResolutionRange>
    <e:XResolutionRange><e:Min>50</e:Min><e:Max>600</e:Max><e:Step>1</e:Step></e:XResolutionRange>
    </e:ResolutionRange></e:SupportedResolutions></e:SettingProfile></e:SettingProfiles>
  </e:AdfDuplexInputCaps></e:Adf>
</e:ScannerCapabilities>"""
"""In the shape of an office copier: other prefixes, a feeder only, a range of resolutions, decimals."""


def laughs(depth: int = 9) -> bytes:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, depth + 1))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><ScannerStatus>&l{depth};</ScannerStatus>'.encode()


def test_the_request_is_the_one_that_sane_airscan_sends() -> None:
    assert codec.encode(Request("Feeder", 2550, 4200, "RGB24", 100)) == CAPTURE.read_bytes()


def test_an_a4_page_in_gray() -> None:
    request = codec.request_of(BOTH, "flatbed", color=False, dpi=150, size_mm=(210, 297), duplex=True)
    assert request == Request("Platen", 2480, 3508, "Grayscale8", 200, False)


@pytest.mark.parametrize(
    ("dpi", "chosen"), [(50, 75), (100, 100), (101, 200), (300, 300), (1200, 300)]
)  # fmt: skip
def test_the_resolution_is_not_coarser_than_wished_if_there_is_one(dpi: int, chosen: int) -> None:
    request = codec.request_of(BOTH, "", color=True, dpi=dpi, size_mm=(0, 0), duplex=False)
    assert request is not None
    assert (request.dpi, request.width, request.height) == (chosen, 2550, 4200)


def test_a_feeder_only_copier_with_other_prefixes() -> None:
    can = codec.capabilities_of(PREFIXED)
    assert (can.model, can.serial, can.version) == ("Made Up MFP 1", "X9", "2.63")
    assert can.inputs == {"Feeder": Input(2550, 6600, ("BlackAndWhite1", "RGB24"), (50, 600), ranged=True)}
    assert codec.request_of(can, "flatbed", color=True, dpi=200, size_mm=(210, 297), duplex=False) is None
    request = codec.request_of(can, "", color=False, dpi=200, size_mm=(210, 297), duplex=True)
    assert request == Request("Feeder", 2480, 3508, "BlackAndWhite1", 200, True, "2.63")


@pytest.mark.parametrize("state", [*codec.ADF_FAULTS, "ScannerAdfLoaded", "ScannerAdfEmpty", "ScannerAdfProcessing"])
def test_every_feeder_state_is_a_fault_with_a_sentence_or_none(state: str) -> None:
    status = codec.status_of(f"<ScannerStatus><State>Idle</State><AdfState>{state}</AdfState></ScannerStatus>".encode())
    assert status.fault == codec.ADF_FAULTS.get(state)
    assert status.fault is None or status.fault in SENTENCES
    assert status.empty == (state == "ScannerAdfEmpty")


def test_a_stopped_scanner_is_a_fault() -> None:
    assert codec.status_of(b"<ScannerStatus><State>Stopped</State></ScannerStatus>").fault == "scanner.stopped"


# ---------------------------------------------------------------- documents that are none


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<ScannerStatus>",
        b"<a/><b/>",
        b"<html><body>It works!</body></html>",
        b"<!DOCTYPE x><ScannerStatus/>",
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><ScannerStatus/>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><ScannerStatus>&f;</ScannerStatus>',
        "<!DOCTYPE x><ScannerStatus/>".encode("utf-16"),
        b"<ScannerStatus>&undeclared;</ScannerStatus>",
        b"<a>" * 200 + b"</a>" * 200,
        b"<ScannerStatus>" + b"<a/>" * 6000 + b"</ScannerStatus>",
        b"<ScannerStatus>" + b"x" * codec.MOST_XML + b"</ScannerStatus>",
        bytes(range(256)),
    ],
)  # fmt: skip
def test_what_is_no_plain_document_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        codec.status_of(data)


def test_a_billion_laughs_are_refused_before_the_first() -> None:
    before = time.process_time()
    with pytest.raises(ValueError, match="DOCTYPE"):
        codec.status_of(laughs())
    assert time.process_time() - before < 1, "nothing was expanded"


def test_capabilities_without_a_source_are_none() -> None:
    with pytest.raises(ValueError, match="no source"):
        codec.capabilities_of(b"<ScannerCapabilities><Version>2.0</Version></ScannerCapabilities>")


@given(st.binary(max_size=400))
def test_bytes_never_raise_anything_else(data: bytes) -> None:
    for read in (codec.status_of, codec.capabilities_of):
        try:
            read(data)
        except ValueError:
            continue


@given(
    st.lists(st.sampled_from(["<a>", "</a>", "<Adf>", "</Adf>", "<MaxWidth>9</MaxWidth>", "x", "&lt;"]), max_size=30)
)
def test_odd_documents_never_raise_anything_else(parts: list[str]) -> None:
    try:
        codec.capabilities_of(f"<ScannerCapabilities>{''.join(parts)}</ScannerCapabilities>".encode())
    except ValueError:
        return


def test_a_version_cannot_carry_a_tag() -> None:
    assert b"<evil" not in codec.encode(Request("Platen", 1, 1, "RGB24", 1, version="2.0</x><evil>"))

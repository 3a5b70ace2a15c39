"""scanimage's words as sane-backends 1.1 and 1.2 write them, for backends of several makers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drivers.sane import codec
from drivers.sane.codec import Listed, Setting
from drivers.sane.options import SaneOptions
from hallctl.sentences import SENTENCES

OPTIONS = """
All options specific to device `somebackend:libusb:001:005':
  Scan Mode:
    --mode Lineart|Gray|Color [Gray]
        Selects the scan mode (e.g., lineart, monochrome, or color).
    --source Flatbed|ADF Front|ADF Duplex [ADF Front]
        Selects the scan source (such as a document-feeder).
    --resolution auto||75|150|300|600dpi [75]
        Sets the resolution of the scanned image.
    --preview[=(yes|no)] [no]
        Request a preview-quality scan.
  Geometry:
    -l 0..215.9mm [0]
        Top-left x position of scan area.
    -x 0..215.9mm [215.9]
        Width of scan-area.
    -y 0..355.6mm (in steps of 0.0999908) [297]
        Height of scan-area.
    --brightness -100..100% (in steps of 1) [inactive]
        Controls the brightness of the acquired image.
"""


def test_options_of_a_sheet_scanner() -> None:
    found = codec.settings_of(OPTIONS)
    assert found["mode"] == Setting(("Lineart", "Gray", "Color"), "Gray")
    assert codec.choose_mode(found["mode"], True) == "Color"
    assert codec.choose_mode(found["mode"], False) == "Gray"
    assert codec.choose_source(found["source"], "") == "ADF Front"
    assert codec.choose_source(found["source"], "flatbed") == "Flatbed"
    assert codec.choose_source(found["source"], "feeder") == "ADF Front"
    assert codec.choose_source(found["source"], "camera") is None
    assert [codec.choose_resolution(found["resolution"], dpi) for dpi in (75, 200, 1200)] == [75, 300, 600]
    assert codec.choose_length(found["x"], 210) == 210
    assert codec.choose_length(found["x"], 300) == 215.9
    assert codec.choose_length(found["y"], 0) is None
    assert codec.choose_length(found["brightness"], 5) is None


def test_a_scanner_without_options_has_a_flatbed() -> None:
    assert codec.choose_source(None, "flatbed") == ""
    assert codec.choose_source(None, "") == ""
    assert codec.choose_source(None, "feeder") is None
    assert codec.choose_mode(None, True) == ""
    assert codec.choose_resolution(None, 200) is None
    assert codec.choose_resolution(Setting(("1..1200dpi (in steps of 1)",), "50"), 2000) == 1200
    assert codec.choose_resolution(Setting(("auto",), "auto"), 200) is None


def test_the_list_of_scanners() -> None:
    out = "genesys:libusb:001:005|Canon|LiDE 210\nescl:http://192.0.2.9:80|A|B\nodd line\n||x\n"
    assert codec.listed(out) == [
        Listed("genesys:libusb:001:005", "Canon LiDE 210"),
        Listed("escl:http://192.0.2.9:80", "A B"),
    ]
    assert codec.node_of("genesys:libusb:001:005") == "/dev/bus/usb/001/005"
    assert codec.node_of("test:0") is None


@pytest.mark.parametrize(
    ("code", "said", "fault"),
    [
        (3, "", "scanner.busy"),
        (6, "", "scanner.jammed"),
        (7, "", "scanner.no_paper"),
        (8, "", "scanner.cover_open"),
        (9, "", "scanner.io"),
        (11, "", "scanner.denied"),
        (1, "scanimage: open of device test:9 failed: Invalid argument", "scanner.no_scanner"),
        (4, "scanimage: open of device test:9 failed: Invalid argument", "scanner.no_scanner"),
        (1, "scanimage: open of device x failed: Device busy", "scanner.busy"),
        (1, "scanimage: open of device x failed: Access to resource has been denied", "scanner.denied"),
        (1, "scanimage: unrecognized option '--bogus=1'", "scanner.no_option"),
        (1, "scanimage: no SANE devices found", "scanner.no_scanner"),
        (-11, "", "scanner.io"),
        (1, "", "scanner.io"),
    ],
)
def test_exit_codes_become_codes_with_a_sentence(code: int, said: str, fault: str) -> None:
    assert codec.fault_of(code, said) == fault
    assert fault in SENTENCES


def test_what_it_has_told_before_it_hangs() -> None:
    assert codec.status_of("Scanning page 1\nscanimage: sane_start: Document feeder out of documents\n") == 7
    assert codec.status_of("scanimage: sane_read: Document feeder jammed\nScanned page 1. (scanner status = 6)") == 6
    assert codec.status_of("Scanning page 1\nScanned page 1. (scanner status = 5)") is None
    assert codec.status_of("scanimage: sane_read: something new") is None


@given(st.text(max_size=300))
def test_any_text_never_raises(text: str) -> None:
    codec.listed(text)
    codec.status_of(text)
    codec.fault_of(1, text)
    for setting in codec.settings_of(text).values():
        codec.choose_source(setting, "feeder")
        codec.choose_resolution(setting, 200)
        codec.choose_length(setting, 210)


@pytest.mark.parametrize(
    "option",
    [
        "--out=/dev/null",
        "--output-file=/dev/null",
        "-o/dev/null",
        "--o=/dev/sda",
        "--batch=x",
        "--format=tiff",
        "/dev/x",
        "--ba",
    ],
)
def test_nothing_can_make_scanimage_write_elsewhere(option: str) -> None:
    """As root it replaces a device node by a file; it takes its own options shortened."""
    with pytest.raises(ValidationError):
        SaneOptions(extra=(option,))


def test_options_of_the_scanner_may_be_given() -> None:
    assert SaneOptions(extra=("--brightness=10", "--swdeskew")).extra == ("--brightness=10", "--swdeskew")

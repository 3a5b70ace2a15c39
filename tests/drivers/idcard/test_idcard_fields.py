"""Card texts of three layouts, the code tables, the check character (H02)."""

import pytest

from drivers.citizen_number import birth_of, check_character, has_right_check
from drivers.idcard.codec import CardText, SdtCodec
from drivers.idcard.emulated_card import CARDS
from drivers.idcard.fields import ETHNIC, CardRecord, parse_text
from tests.drivers.serial_bench import capture


def captured(name: str) -> CardRecord:
    (card,) = SdtCodec().feed(bytes.fromhex(capture("idcard_sdt.json")["synthetic"][name]))
    assert isinstance(card, CardText)
    record = parse_text(card.text)
    assert record is not None
    return record


def placed(card: str) -> CardRecord:
    record = parse_text(CARDS[card][0])
    assert record is not None
    return record


def test_resident() -> None:
    assert captured("read_resident") == CardRecord(
        kind="resident",
        name="测试甲",
        sex="female",
        ethnic="汉",
        birth="19900101",
        address="测试省测试市测试区样例路1号",
        number="999999199001010016",
        authority="测试市公安局测试分局",
        valid_from="20200101",
        valid_to="20400101",
    )
    assert captured("read_resident").plausible


def test_the_fingerprint_answer_has_the_same_record() -> None:
    assert captured("read_resident_fp1024") == captured("read_resident")


def test_permit_of_hong_kong_macao_and_taiwan_residents_has_no_ethnic_group() -> None:
    record = placed("hkmt")
    assert (record.kind, record.name, record.sex, record.ethnic) == ("hkmt_permit", "测试丙", "female", "")
    assert (record.pass_number, record.issue_count, record.plausible) == ("X00000000", "01", True)


def test_foreigner_2017() -> None:
    record = captured("read_foreigner_old_I")
    assert (record.kind, record.name_en, record.name) == ("foreigner_2017", "TEST, ALICE", "测试丙")
    assert (record.number, record.nationality, record.birth) == ("ZZZ990019900101", "ZZZ", "19900101")
    assert (record.valid_from, record.valid_to, record.authority, record.version) == (
        "20180101",
        "20280101",
        "1500",
        "01",
    )
    assert record.plausible


def test_foreigner_2023() -> None:
    record = placed("foreigner")
    assert (record.kind, record.name, record.name_en) == ("foreigner", "测试丁", "TEST, DANIEL")
    assert (record.number, record.nationality, record.plausible) == ("999999198008080039", "ZZZ", True)


def test_a_long_english_name_of_2023_goes_on_behind() -> None:
    text = CARDS["foreigner"][0]
    name = "X" * 35
    text = text[:52] + name.encode("utf-16-le") + text[122:220] + "YZ".ljust(11).encode("utf-16-le") + text[242:]
    record = parse_text(text)
    assert record is not None
    assert record.name_en == name + "YZ"


def test_without_end_date() -> None:
    assert placed("elder").valid_to == "长期"


@pytest.mark.parametrize(
    ("code", "sex"), [("0", "unknown"), ("1", "male"), ("2", "female"), ("9", "unstated"), ("7", "unknown")]
)
def test_sex_is_never_guessed(code: str, sex: str) -> None:
    text = bytearray(CARDS["resident"][0])
    text[30:32] = code.encode("utf-16-le")
    record = parse_text(bytes(text))
    assert record is not None
    assert record.sex == sex


@pytest.mark.parametrize(
    ("code", "name"),
    {
        "01": "汉",
        "24": "拉祜",
        "25": "水",
        "26": "东乡",
        "44": "俄罗斯",
        "55": "珞巴",
        "56": "基诺",
        "57": "其他",
    }.items(),
)
def test_ethnic_groups_are_not_shifted(code: str, name: str) -> None:
    text = bytearray(CARDS["resident"][0])
    text[32:36] = code.encode("utf-16-le")
    record = parse_text(bytes(text))
    assert record is not None
    assert record.ethnic == name


def test_groups_beside_the_56_and_unknown_codes() -> None:
    assert (ETHNIC["97"], ETHNIC["98"]) == ("其他", "外国血统中国籍人士")
    text = bytearray(CARDS["resident"][0])
    text[32:36] = "77".encode("utf-16-le")
    record = parse_text(bytes(text))
    assert record is not None
    assert record.ethnic == "77"


def test_all_56_ethnic_groups_are_there_once() -> None:
    names = [ETHNIC[f"{code:02}"] for code in range(1, 57)]
    assert len(set(names)) == 56


def test_check_characters() -> None:
    assert check_character("99999919900101001") == "6"
    assert has_right_check("999999199001010016")
    assert not has_right_check("999999199001010017")
    assert not has_right_check("99999919900101001")
    assert not has_right_check("９９９９９９１９９００１０１００１６")
    tens = [head for head in (f"999999199001010{order:02}" for order in range(100)) if check_character(head) == "X"]
    assert tens
    assert has_right_check(tens[0] + "x")
    assert birth_of("999999199001010016") == "19900101"


def test_what_is_no_card_is_none() -> None:
    text = CARDS["resident"][0]
    assert parse_text(text[:-1]) is None
    assert parse_text(text[:248] + "Q".encode("utf-16-le") + text[250:]) is None
    garbled = parse_text(b"\xff\xd8" * 124 + " ".encode("utf-16-le") + bytes(6))
    assert garbled is not None
    assert not garbled.plausible


def test_a_record_does_not_show_itself() -> None:
    assert repr(placed("resident")) == "CardRecord(kind='resident', ...)"

"""Options of the driver padframe: the description of a brand's frames, checked part by part and by its own samples."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from drivers.keymap import ACTIONS, LEVELS, resolve
from drivers.padframe import frame as f
from drivers.padframe import output
from drivers.padframe.codec import KeyPressed, PadCodec
from hallctl.devices.contract import Options

DIGITS: Final = frozenset("0123456789")
_KEY: Final = re.compile(r"((?:(?:\d{1,8}|\*{1,2})\+)?)((?:[0-9a-f]{2})+)")


def wrong(sentence: f.Sentence) -> PydanticCustomError:
    """The sentence as pydantic tells it beside the option's key."""
    return PydanticCustomError("pad_description", "{zh}；{en}", {"zh": sentence[0], "en": sentence[1]})


def _hex(text: str) -> str:
    plain = re.sub(r"\s+", "", text).lower()
    if not re.fullmatch(r"(?:[0-9a-f]{2})*", plain):
        raise wrong(("请写十六进制字节，如 AA 55", "write bytes in hex, such as AA 55"))
    return plain


Hex = Annotated[str, AfterValidator(_hex)]
At = Annotated[int, Field(ge=-f.MOST, lt=f.MOST)]
Output = Annotated[str, Field(max_length=1000)]


class Described(BaseModel):
    """A part of the description: closed, so that a misspelt word is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class KeyPlace(Described):
    """Where the key stands."""

    at: At
    size: int = Field(1, ge=1, le=8)


class NumberPlace(Described):
    """Where a number stands."""

    at: At
    size: int = Field(1, ge=1, le=4)
    endian: Literal["big", "little"] = "big"
    ascii: bool = False

    def field(self) -> f.Field:
        return f.Field(self.at, self.size, self.endian == "little", self.ascii)


class CountPlace(NumberPlace):
    """The field that tells the length."""

    at: int = Field(ge=0, lt=f.MOST)
    uncounted: int = Field(0, ge=0, le=64)
    longest: int = Field(64, ge=2, le=f.MOST)


class Checksum(Described):
    """The check sum."""

    kind: Literal["sum8", "xor8", "crc16"]
    at: At
    first: At = 0
    last: At
    endian: Literal["big", "little"] = "little"
    poly: Hex = "8005"
    init: Hex = "ffff"
    final: Hex = "0000"
    reflected: bool = True

    @field_validator("poly", "init", "final")
    @classmethod
    def _two_bytes(cls, value: str) -> str:
        if len(value) != 4:
            raise wrong(("请写两个字节，如 8005", "write two bytes, such as 8005"))
        return value

    def check(self) -> f.Check:
        place = f.Field(self.at, 2 if self.kind == "crc16" else 1, self.endian == "little")
        polynomial, initial, final = (int(text, 16) for text in (self.poly, self.init, self.final))
        return f.Check(self.kind, place, self.first, self.last, polynomial, initial, self.reflected, final)


class Sample(Described):
    """A frame of a real pad and what it means; an empty `key`: no key."""

    hex: Hex
    key: str
    unit: int | None = None


class PadFrameOptions(Options):
    """Options of the driver padframe. The order of the fields is that in which they are checked."""

    header: Hex = Field("", description="Bytes in hex with which every frame begins; empty: none.")
    tail: Hex = Field("", description="Bytes in hex with which every frame ends.")
    length: int = Field(0, ge=0, le=64, description="Bytes of a frame; 0: they differ, as `count` tells.")
    count: CountPlace | None = Field(
        None,
        validate_default=True,
        description="Where a frame tells its length: {at, size, endian, ascii, uncounted, longest}.",
    )
    fixed: dict[At, Hex] = Field({}, description='Bytes that always stand at their places: {4 = "68"}.')
    address: NumberPlace | None = Field(None, description="Where the pad's address stands: {at, size, endian, ascii}.")
    key: KeyPlace = Field(description="Where the key stands: {at, size}.")
    checksum: Checksum | None = Field(
        None,
        description="The check sum: {kind, at, first, last, endian, poly, init, final, reflected}; kind is sum8, xor8 "
        "or crc16.",
    )
    keys: dict[str, str] = Field(
        min_length=1, description="What each key means, by its bytes in hex: an action, a level of rating, or a digit."
    )
    digits_s: float = Field(
        5.0, ge=1, le=60, description="Seconds after which digits typed before a key are forgotten."
    )
    acknowledge: Output = Field(
        "", description='What answers a key: "echo" (its own frame) or a frame; empty: nothing.'
    )
    show: Output = Field("", description="Frame that shows a pad how many wait and the ticket's number.")
    accepted: Output = Field("", description="Frame that tells a pad that its key was accepted.")
    refused: Output = Field("", description="Frame that tells a pad that its key was refused.")
    ask: Output = Field("", description="Frame that lights a rating pad up for one rating.")
    unit: int = Field(1, ge=0, description="Address of the pad where the config names no units.")
    refresh_s: float = Field(
        60, ge=10, le=3600, description="Seconds after which every display is written again, for pads that lost power."
    )
    samples: list[Sample] = Field(
        description='Frames of a real pad and what they are: {hex, key, unit}; key "" for what is no key.'
    )

    @property
    def rates(self) -> bool:
        """Whether the pads are for citizens only: no key is a clerk's."""
        return all(meaning in (*LEVELS, "none") for meaning in self.keys.values())

    def frame(self) -> f.Frame:
        """The description as plain values."""
        return _frame({name: getattr(self, name) for name in PARTS})

    # ------------------------------------------------------------ the frame, part by part

    @field_validator("count")
    @classmethod
    def _one_length(cls, count: CountPlace | None, info: ValidationInfo) -> CountPlace | None:
        length = info.data.get("length")
        if length is not None and (length > 0) == (count is not None):
            raise wrong(("length 与 count 请写且只写一个", "give either length or count"))
        if count is not None and not info.data.get("header", "-"):
            raise wrong(("没有 header 就找不到长度字段，请补上", "without a header the count is not found; give one"))
        _check_place(count, "count", info)
        return count

    @field_validator("fixed")
    @classmethod
    def _single_bytes(cls, fixed: dict[int, str], info: ValidationInfo) -> dict[int, str]:
        for at, byte in fixed.items():
            if len(byte) != 2:
                raise wrong((f"位置 {at} 请写一个字节", f"write one byte for place {at}"))
        _check_place(fixed, "fixed", info)
        return fixed

    @field_validator("address")
    @classmethod
    def _address_place(cls, address: NumberPlace | None, info: ValidationInfo) -> NumberPlace | None:
        _check_place(address, "address", info)
        return address

    @field_validator("key")
    @classmethod
    def _key_place(cls, key: KeyPlace, info: ValidationInfo) -> KeyPlace:
        _check_place(key, "key", info)
        return key

    @field_validator("checksum")
    @classmethod
    def _covers_something(cls, checksum: Checksum | None, info: ValidationInfo) -> Checksum | None:
        _check_place(checksum, "checksum", info)
        if checksum is not None and {"key", "count", "fixed"} <= set(info.data):
            frame = _frame({**info.data, "checksum": checksum})
            sentence = f.uncovered(frame.check, frame.shortest) if frame.check else None
            if sentence is not None:
                raise wrong(sentence)
        return checksum

    @field_validator("keys")
    @classmethod
    def _known_keys(cls, keys: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        lowered: dict[str, str] = {}
        for written, meaning in keys.items():
            found = _KEY.fullmatch(re.sub(r"\s+", "", written).lower())
            size = info.data["key"].size if "key" in info.data else None
            if found is None or (size is not None and len(found[2]) != 2 * size):
                raise wrong((f"“{written}”不是键：请写 {size} 个字节，如 0c、6+0f、*+0c",
                             f"{written!r} is no key; write {size} byte(s) in hex: 0c, 6+0f, *+0c"))  # fmt: skip
            if meaning not in ACTIONS and meaning not in LEVELS and meaning not in DIGITS:
                known = ", ".join((*sorted(ACTIONS), *LEVELS, "0…9"))
                raise wrong((f"没有“{meaning}”，可用：{known}", f"there is no {meaning!r}; there are: {known}"))
            if found[0] in lowered:
                raise wrong((f"“{found[0]}”写了两次", f"{found[0]!r} is given twice"))
            lowered[found[0]] = meaning
        _tell_apart(lowered, info.data)
        return lowered

    # ------------------------------------------------------------ what is sent, and the samples

    @field_validator("acknowledge", "show", "accepted", "refused", "ask")
    @classmethod
    def _sendable(cls, text: str, info: ValidationInfo) -> str:
        acknowledges = info.field_name == "acknowledge"
        if text and not (acknowledges and text == "echo") and _whole(info.data):
            sentence = output.problem(text, _frame(info.data), acknowledges=acknowledges)
            if sentence is not None:
                raise wrong(sentence)
        return text

    @field_validator("samples")
    @classmethod
    def _decode_as_said(cls, samples: list[Sample], info: ValidationInfo) -> list[Sample]:
        if not any(sample.key for sample in samples):
            raise wrong(("至少要有一个按键样例：按一下键，记下收到的字节",
                         "give at least one sample of a key: press it and write down its bytes"))  # fmt: skip
        for number, sample in enumerate(samples, 1):
            if _whole(info.data):
                _try(number, sample, _frame(info.data), info.data["keys"])
        return samples


PARTS: Final = ("header", "tail", "length", "count", "fixed", "address", "key", "checksum", "keys")


def _whole(data: dict[str, Any]) -> bool:
    """Whether every part of the description was right so far."""
    return set(PARTS) <= set(data)


def _frame(data: dict[str, Any]) -> f.Frame:
    """The frame as far as it is described; a part that is missing or wrong is left out."""
    count, address, key, checksum = (data.get(name) for name in ("count", "address", "key", "checksum"))
    size = key.size if key is not None else 0
    return f.Frame(
        key=f.Field(key.at, size) if key is not None else f.Field(0, 0),
        length=data.get("length", 0),
        count=f.Count(count.field(), count.uncounted, count.longest) if count is not None else None,
        header=bytes.fromhex(data.get("header", "")),
        tail=bytes.fromhex(data.get("tail", "")),
        fixed={at: int(byte, 16) for at, byte in data.get("fixed", {}).items()},
        address=address.field() if address is not None else None,
        check=checksum.check() if checksum is not None else None,
        keys=frozenset(bytes.fromhex(written.rpartition("+")[2]) for written in data.get("keys", {})),
    )


def _check_place(value: object, name: str, info: ValidationInfo) -> None:
    """The place must be in the frame, and be taken by none of the parts before it."""
    if value is None or not {"header", "tail", "length"} <= set(info.data):
        return
    frame = _frame({**info.data, name: value})
    sentence = f.misplaced(frame.parts(), 0 if frame.count is not None else frame.length)
    if sentence is None and frame.count is not None and f.room(frame.parts()) > frame.count.longest:
        longest = frame.count.longest
        sentence = (f"帧至少比 longest（{longest}）长", f"every frame is longer than longest ({longest})")
    if sentence is not None:
        raise wrong(sentence)


def _tell_apart(keys: dict[str, str], data: dict[str, Any]) -> None:
    """Without header and check sum, bytes of the tail in a key would make two frames of one stream."""
    if not {"header", "tail", "length", "key", "checksum"} <= set(data) or data["header"] or data["checksum"]:
        return
    tail = bytes.fromhex(data["tail"])
    if not tail and data["length"] > data["key"].size:
        raise wrong(("分不清帧从哪里开始：请写 header、tail 或 checksum",
                     "nothing tells where a frame begins; give header, tail or checksum"))  # fmt: skip
    for written in keys:
        if set(bytes.fromhex(written.rpartition("+")[2])) & set(tail):
            raise wrong((f"键“{written}”含帧尾的字节，分不清", f"key {written!r} has a byte of the tail: ambiguous"))


def _try(number: int, sample: Sample, frame: f.Frame, keys: dict[str, str]) -> None:
    """The sample decodes as it says, on its own and whole."""
    codec = PadCodec(frame)
    found = [one for one in (*codec.feed(bytes.fromhex(sample.hex)), *codec.flush()) if isinstance(one, KeyPressed)]
    meanings = [meaning[0] for one in found if (meaning := resolve(keys, "", one.key)) is not None]
    said = [sample.key] if sample.key else []
    if meanings != said:
        seen = ", ".join(meanings) or ("未知键 " + found[0].key if found else "-")
        raise wrong((f"样例 {number}（{sample.hex}）解出的是“{seen}”，写的是“{sample.key}”",
                     f"sample {number} ({sample.hex}) decodes to {seen!r}, not to {sample.key!r}"))  # fmt: skip
    if sample.unit is not None and [one.unit for one in found] != [sample.unit]:
        raise wrong((f"样例 {number} 的地址是 {found[0].unit if found else '-'}，写的是 {sample.unit}",
                     f"sample {number} has address {found[0].unit if found else '-'}, not {sample.unit}"))  # fmt: skip

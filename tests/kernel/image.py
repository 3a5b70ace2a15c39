"""What the guest is made of: Debian's kernel and udev, fetched once and unpacked beside, never installed.

``~/.cache/hallctl-kernel`` holds them; remove it to have the newest kernel fetched. The guest's root is this machine's
own, read-only, under a layer with the kernel's modules and a layer of memory for what is written.
"""

import os
import re
import shlex
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.kernel import camera_module

CACHE: Final = Path.home() / ".cache" / "hallctl-kernel"
KERNEL: Final = "linux-image-amd64"
BESIDE: Final = ("udev", "libkmod2")
"""Other packages of the layer: the guest gives its nodes their names by real rules."""

BOOT: Final = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
"""Modules without which the guest has no root; Debian's kernel has them as modules."""

INIT: Final = Path(__file__).with_name("init")
GUEST: Final = Path(__file__).with_name("guest")


class Missing(Exception):
    """Something cannot be had; the text says what to type."""


@dataclass(frozen=True, slots=True)
class Image:
    """A kernel and its modules: `version` as ``uname -r`` has it, `layer` a folder to lay over the root."""

    version: str
    kernel: Path
    layer: Path

    def initrd(self, target: Path, tree: Path, only: str) -> None:
        """Write the first root: busybox, the modules of `BOOT`, where everything is, and which tests are wanted."""
        busybox = shutil.which("busybox")
        if busybox is None:
            raise Missing("busybox is missing. Type: sudo apt-get install busybox-static")
        modules = self._with_dependencies(BOOT)
        values = {"TREE": tree, "GUEST": GUEST, "ONLY": only}
        settings = "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in values.items())
        files = {
            "init": (INIT.read_bytes(), 0o755),
            "settings": (settings.encode(), 0o644),
            "bin/busybox": (Path(busybox).read_bytes(), 0o755),
            "modules/order": ("\n".join(module.name for module in modules).encode(), 0o644),
            **{f"modules/{module.name}": (module.read_bytes(), 0o644) for module in modules},
        }
        target.write_bytes(_archive(files))

    def _with_dependencies(self, names: tuple[str, ...]) -> list[Path]:
        """The files of the modules, each behind those it needs."""
        folder = self.layer / "usr/lib/modules" / self.version
        needs: dict[str, list[str]] = {}
        for line in (folder / "modules.dep").read_text(encoding="ascii").splitlines():
            file, _, others = line.partition(":")
            needs[_module(file)] = [file, *others.split()]
        wanted: list[str] = []
        for name in names:
            for file in reversed(needs.get(_module(name), [])):
                if file not in wanted:
                    wanted.append(file)
        return [folder / file for file in wanted]


def _module(file: str) -> str:
    return Path(file).name.split(".")[0].replace("-", "_")


def fetch(say: Callable[[str], None]) -> Image:
    """The image, from the cache where it is; Missing when it cannot be fetched."""
    ready = CACHE / "ready"
    if not ready.exists():
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.mkdir(parents=True)
        version = _newest()
        say(f"Fetching Linux {version} into {CACHE} ...")
        layer = CACHE / "layer"
        _unpack(layer, (f"linux-image-{version}", *BESIDE))
        _merge(layer)
        modules = layer / "usr/lib/modules" / version
        try:
            camera_module.build(version, CACHE / "build", _unpack, modules / "extra")
        except (Missing, OSError, subprocess.SubprocessError) as error:
            say(f"No camera, because its module could not be built (gcc, make?): {error}")
        shutil.rmtree(CACHE / "build", ignore_errors=True)
        _run("busybox", "depmod", "-b", str(layer / "usr"), version)
        ready.write_text(version, encoding="ascii")
    version = ready.read_text(encoding="ascii")
    return Image(version, CACHE / "layer/boot" / f"vmlinuz-{version}", CACHE / "layer")


def _newest() -> str:
    found = re.search(r"Depends: linux-image-(\S+)", _run("apt-cache", "depends", KERNEL))
    if found is None:
        raise Missing(f"apt knows no {KERNEL} here. Type: sudo apt-get update")
    return found[1]


def _unpack(folder: Path, packages: tuple[str, ...]) -> None:
    """Fetch the packages and unpack them into `folder`; nothing of them is run."""
    folder.mkdir()
    _run("apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", *packages, within=folder)
    for package in sorted(folder.glob("*.deb")):
        _run("dpkg", "-x", str(package), str(folder))
        package.unlink()


def _merge(layer: Path) -> None:
    """Everything to the places that a merged /usr has."""
    for name in ("lib", "bin", "sbin"):
        if (layer / name).is_dir():
            shutil.copytree(layer / name, layer / "usr" / name, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(layer / name)


def _run(*command: str, within: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=within, capture_output=True, text=True, timeout=300, check=True)
    except FileNotFoundError:
        raise Missing(
            f"{command[0]} is missing: make test-kernel needs a Debian or Ubuntu with busybox-static"
        ) from None
    except subprocess.CalledProcessError as error:
        raise Missing(f"{' '.join(command[:2])} did not succeed: {error.stderr.strip()}") from None
    return done.stdout


def _archive(files: dict[str, tuple[bytes, int]]) -> bytes:
    """A cpio archive (newc) of the files and the folders above them."""
    folders = {parent.as_posix(): None for name in files for parent in Path(name).parents if parent.name}
    entries = [
        (name, b"", stat.S_IFDIR | 0o755)
        for name in sorted({*folders, "dev", "proc", "sys", "root", "host", "layer", "upper"})
    ]
    entries += [(name, data, stat.S_IFREG | mode) for name, (data, mode) in files.items()]
    out = bytearray()
    for number, (name, data, mode) in enumerate([*entries, ("TRAILER!!!", b"", 0)], 1):
        path = os.fsencode(name) + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
        out += b"070701" + b"".join(b"%08x" % value for value in fields) + path
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)

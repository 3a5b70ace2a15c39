"""Fetch the pinned libraries of the pages again, or check that the kept files are those that were fetched.

``python kiosk_ui/vendor/refresh.py``          fetch the versions in VENDOR.json with ``npm pack`` and write the files
``python kiosk_ui/vendor/refresh.py --check``  compare every file with its sha256, change nothing (no network)

To move to another version, change ``version`` in VENDOR.json, remove the package's ``sha256`` and run without
``--check``. Bare import names (``from"preact"``) are rewritten to files beside each other, because the pages' content
security policy allows no inline import map. Nothing else in the files is changed.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MANIFEST = HERE / "VENDOR.json"

BARE_IMPORTS = {
    "preact": "./preact.js",
    "preact/hooks": "./hooks.js",
    "@preact/signals-core": "./signals-core.js",
}
"""Names that the libraries import one another by, and the file that stands for each here."""

MIT = """The MIT License (MIT)

{copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def patched(source: bytes) -> bytes:
    """`source` with bare import names replaced and the pointer to a source map (not kept here) removed."""
    text = source.decode("utf-8")
    text = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", text)

    def relative(match: "re.Match[str]") -> str:
        return f'from"{BARE_IMPORTS[match[1]]}"'

    return re.sub(r'from\s*"([@a-z][^"]*)"', relative, text).encode("utf-8")


def licence_of(archive: tarfile.TarFile, first_file: str) -> str:
    """The package's LICENSE, or the MIT text under the copyright line of a package that ships none."""
    names = {name.lower(): name for name in archive.getnames()}
    if "package/license" in names:
        return read(archive, names["package/license"]).decode("utf-8")
    header = read(archive, f"package/{first_file}").decode("utf-8")[:2000]
    found = re.search(r"Copyright \(c\) .*", header)
    if found is None or "MIT license" not in header:
        raise SystemExit(f"{first_file} names neither its author nor the MIT licence")
    return MIT.format(copyright=found[0].strip())


def read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise SystemExit(f"{name} is not a file of the package")
    return member.read()


def fetch(package: dict[str, Any], folder: Path) -> None:
    """Write the files of one `package` row and fill in its sums; a tarball other than the pinned one is refused."""
    wanted = f"{package['name']}@{package['version']}"
    done = subprocess.run(
        ["npm", "pack", wanted, "--json", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    tarball = folder / json.loads(done.stdout)[0]["filename"].replace("@", "").replace("/", "-")
    data = tarball.read_bytes()
    if package.get("sha256", sha256(data)) != sha256(data):
        raise SystemExit(f"{wanted} is not the package that was pinned (sha256 {sha256(data)})")
    package["sha256"] = sha256(data)
    with tarfile.open(tarball) as archive:
        for row in package["files"]:
            content = patched(read(archive, f"package/{row['from']}"))
            (HERE / row["file"]).write_bytes(content)
            row["sha256"] = sha256(content)
        text = licence_of(archive, package["files"][0]["from"])
        (HERE / package["licence_file"]).write_text(text, encoding="utf-8")


def differences(manifest: dict[str, Any]) -> list[str]:
    """The kept files that are missing or not what VENDOR.json says."""
    wrong = []
    for package in manifest["packages"]:
        for row in package["files"]:
            path = HERE / row["file"]
            if not path.is_file() or sha256(path.read_bytes()) != row["sha256"]:
                wrong.append(row["file"])
        if not (HERE / package["licence_file"]).is_file():
            wrong.append(package["licence_file"])
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="Refresh or check the vendored libraries of the pages.")
    parser.add_argument("--check", action="store_true", help="only compare the kept files with VENDOR.json")
    check_only = parser.parse_args().check
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    if not check_only:
        with tempfile.TemporaryDirectory() as folder:
            for package in manifest["packages"]:
                fetch(package, Path(folder))
        MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    wrong = differences(manifest)
    for name in wrong:
        sys.stderr.write(f"{name} differs from VENDOR.json\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

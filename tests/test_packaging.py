"""What is installed is complete, locked and free of traces of the machine it was made on."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import kommunalprofil
from kommunalprofil import resources
from kommunalprofil.errors import DataError

LOCKS = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
POPULATION = ("03454055", "population")
OUTPUTS = ("datapackage.json", "daten.csv", "daten.xlsx", "kommunalprofil.html", "kommunalprofil.pdf", "profil.json")
# Written so that they do not find themselves.
MACHINE_PATHS = re.compile(rb"/(?:wor[k]|roo[t]|tm[p]/w|hom[e]/[a-z]+)/|[A-Z]:\\User[s]\\")
REGISTRIES = re.compile(rb"pyp[i]\.org|pythonhoste[d]\.org|registry\.npm[j]s|deb\.debia[n]\.org|extra-inde[x]-url")


@dataclass(frozen=True)
class Lock:
    """The pinned versions of a lock file (several, where they depend on the version of Python) and their hashes."""

    versions: dict[str, set[str]]
    hashes: dict[str, list[str]]


def read_lock(path: Path) -> Lock:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    versions: dict[str, set[str]] = {}
    hashes: dict[str, list[str]] = {}
    for line in text.splitlines():
        pin, *options = line.split(" --hash=")
        requirement = Requirement(pin)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", line
        versions.setdefault(requirement.name, set()).add(specifier.version)
        hashes[f"{requirement.name}=={specifier.version}"] = [option.strip() for option in options]
    return Lock(versions, hashes)


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_versions_and_hashes_and_no_address(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert not re.search(r"://|#|@|file:|--(?!hash=)", text)
    lock = read_lock(root / name)
    assert lock.hashes
    for pin, hashes in lock.hashes.items():
        assert hashes, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), pin


def test_locks_hold_every_declared_dependency_and_agree(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    run, build, dev = (read_lock(root / name).versions for name in LOCKS)
    groups = project["dependency-groups"]
    declared = [
        (project["project"]["dependencies"], run),
        (project["build-system"]["requires"], build),
        ([entry for entry in groups["dev"] if isinstance(entry, str)], dev),
    ]
    for requirements, lock in declared:
        for requirement in map(Requirement, requirements):
            versions = lock[canonicalize_name(requirement.name)]
            assert all(requirement.specifier.contains(version) for version in versions), requirement
    for lock in (run, build):
        assert {name: dev.get(name) for name in lock} == lock


def test_no_tracked_file_names_this_machine_or_a_registry(tracked: list[Path]) -> None:
    found = []
    for path in tracked:
        content = path.read_bytes()
        found += [(path.name, match[0]) for match in MACHINE_PATHS.finditer(content)]
        found += [(path.name, match[0]) for match in REGISTRIES.finditer(content)]
    assert not found


def test_downloads_and_results_are_not_tracked(root: Path, tracked: list[Path]) -> None:
    outside = [path for path in tracked if path.parent in (root / "data" / "raw", root / "reports")]
    assert {path.name for path in outside} <= {".gitignore", "README.md"}


def test_no_tracked_file_is_an_official_file(tracked: list[Path], shared: Path) -> None:
    sums = (shared / "data" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    official = {line.split()[0] for line in sums}
    assert len(official) > 100
    assert not [path.name for path in tracked if hashlib.sha256(path.read_bytes()).hexdigest() in official]


def test_the_checkout_stays_small(root: Path, tracked: list[Path]) -> None:
    sizes = {path: path.stat().st_size for path in tracked}
    data = [size for path, size in sizes.items() if path.is_relative_to(root / "data" / "processed")]
    assert sum(data) < 25_000_000
    assert sum(sizes.values()) < 60_000_000
    assert max(sizes.values()) < 5_000_000


@pytest.fixture(scope="module")
def distributions(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution and the wheel built from it, so that the wheel proves the sdist to be complete."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(root)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


@pytest.mark.slow
def test_the_wheel_carries_code_templates_fonts_and_data(
    root: Path, tracked: list[Path], distributions: tuple[Path, Path]
) -> None:
    names = set(zipfile.ZipFile(distributions[1]).namelist())
    for source, target in (("src/kommunalprofil", ""), ("templates", "templates/"), ("data/processed", "data/")):
        folder = root / source
        for path in tracked:
            if path.is_relative_to(folder):
                assert f"kommunalprofil/{target}{path.relative_to(folder).as_posix()}" in names
    assert "kommunalprofil/templates/fonts/SourceSans3-Regular.ttf" in names
    assert "kommunalprofil/templates/fonts/OFL.txt" in names
    assert "kommunalprofil/py.typed" in names
    top = {name.partition("/")[0] for name in names}
    assert top == {"kommunalprofil", f"kommunalprofil-{kommunalprofil.__version__}.dist-info"}


@pytest.mark.slow
def test_the_sdist_holds_no_results_and_no_downloads(distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[0]) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {"pyproject.toml", "README.md", "LICENSE", "Makefile", "tests/conftest.py"} <= set(names)
    assert not [name for name in names if name.startswith(("reports/", "data/raw/", ".venv/"))]


@pytest.fixture(scope="module")
def installed(distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the commands of a new environment that holds the wheel; its dependencies are lent by this one."""
    home = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    commands = home / ("Scripts" if os.name == "nt" else "bin")
    python = commands / ("python.exe" if os.name == "nt" else "python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(distributions[1])], check=True, timeout=120)
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages,) = home.glob("**/site-packages")
    (packages / "lent.pth").write_text("\n".join(sorted(lent)), encoding="utf-8")
    return commands


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "KOMMUNALPROFIL_"))}


@pytest.mark.slow
def test_the_installed_wheel_finds_its_own_files(installed: Path, tmp_path: Path) -> None:
    program = (
        "from kommunalprofil import resources as r; print(r.data_dir(), r.templates_dir(), r.fonts_dir(), sep='\\n')"
    )
    done = subprocess.run(
        [installed / "python", "-c", program],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        assert Path(line).is_relative_to(installed.parent)


@pytest.mark.slow
def test_the_installed_wheel_builds_a_profile_from_another_folder(installed: Path, tmp_path: Path) -> None:
    command = [installed / "kommunalprofil", "build", "vrees", "--output", "aus gabe"]
    done = subprocess.run(
        command, cwd=tmp_path, env=clean_environment(), capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "aus gabe" / "vrees"
    assert sorted(path.name for path in folder.iterdir()) == list(OUTPUTS)
    with pikepdf.open(folder / "kommunalprofil.pdf") as pdf:
        assert len(pdf.pages) > 5
        assert "Vrees" in str(pdf.docinfo["/Title"])
    page = (folder / "kommunalprofil.html").read_text(encoding="utf-8")
    assert "<title>Kommunalprofil Gemeinde Vrees</title>" in page
    assert page.rstrip().endswith("</html>")
    with (folder / "daten.csv").open(encoding="utf-8-sig", newline="") as stream:
        people = [row["value"] for row in csv.DictReader(stream) if (row["region"], row["indicator"]) == POPULATION]
    assert "1951" in people  # census of 15.05.2022
    profile = json.loads((folder / "profil.json").read_text(encoding="utf-8"))
    assert profile["region"]["ags"] == "03454055"


def test_resources_of_the_checkout(root: Path) -> None:
    assert resources.data_dir() == root / "data" / "processed"
    assert resources.templates_dir() == root / "templates"
    assert {path.name for path in resources.fonts_dir().glob("*.ttf")} >= {"SourceSans3-Regular.ttf"}


def test_missing_resources_are_a_german_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    monkeypatch.setattr(resources, "_ROOT", tmp_path)
    with pytest.raises(DataError, match="Der mitgelieferte Datenbestand fehlt"):
        resources.data_dir()
    with pytest.raises(DataError, match="Schriften fehlt"):
        resources.fonts_dir()

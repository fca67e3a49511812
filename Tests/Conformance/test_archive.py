"""What goes to AWS: the zips, and whether their executables run on what Amazon Linux 2023 brings, under AWS's own Runtime
Interface Emulator."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import zipfile

import pytest
from samtranslator.yaml_helper import yaml_parse

from conftest import BUILD, ROOT, Emulator
from test_runtime_interface import Function, rie  # noqa: F401

# Of Amazon Linux 2023's minimal image; libcurl is its libcurl-minimal there, and here the system's own in its place.
SYSTEM_LIBRARIES = ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libcurl.so.4"]
LIBRARY_FOLDERS = [pathlib.Path(f"/lib/{machine}-linux-gnu") for machine in ["x86_64", "aarch64"]] + [
    pathlib.Path(f"/usr/lib/{machine}-linux-gnu") for machine in ["x86_64", "aarch64"]] + [
    pathlib.Path("/lib64"), pathlib.Path("/usr/lib64")]
ZIP_BYTES_MAX = 50_000_000
BOOTSTRAP_BYTES_MAX = 12_000_000
# They bring the time zones, should Lambda's image have none.
READS_ZONES = {"ManageVotings"}
ZONES_BYTES_MAX = 300_000


def archive(*arguments):
    return subprocess.run(
        ["swift", "package", "--allow-writing-to-package-directory", "archive", *map(str, arguments)], cwd=ROOT,
        capture_output=True, text=True, timeout=1_200)


def library(name):
    return next(folder / name for folder in LIBRARY_FOLDERS if (folder / name).exists())


def needs(file):
    """The libraries that the dynamic linker would load, by name."""
    listed = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=True).stdout
    return [line.split()[0].rpartition("/")[2] for line in listed.splitlines() if "linux-vdso" not in line]


@pytest.fixture(scope="module")
def zips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zips")
    done = archive("--output", folder)
    assert done.returncode == 0, done.stderr[-4_000:]
    return folder


def names():
    lines = (line.strip() for line in (ROOT / "template.yaml").read_text().splitlines())
    return sorted({line.split()[1] for line in lines if line.startswith("Handler: ")})


def test_every_function_of_the_template_is_packaged(zips):
    assert sorted(path.stem for path in zips.iterdir()) == names()
    for path in zips.iterdir():
        assert path.stat().st_size < ZIP_BYTES_MAX
        with zipfile.ZipFile(path) as content:
            assert content.testzip() is None
            # Regular expressions and the search of texts in texts are 1.3 MB in every function that has either.
            assert b"17_StringProcessing" not in content.read("bootstrap"), path.name
            entries = {entry.filename: entry for entry in content.infolist()}
        bootstrap = entries.pop("bootstrap")
        assert bootstrap.external_attr >> 16 == 0o100755
        assert bootstrap.file_size < BOOTSTRAP_BYTES_MAX, path.name
        zones = {name for name in entries if name.startswith("zoneinfo/")}
        assert bool(zones) == (path.stem in READS_ZONES)
        assert not zones or {"zoneinfo/Europe/Berlin", "zoneinfo/UTC"} <= zones
        assert sum(entries[name].compress_size for name in zones) < ZONES_BYTES_MAX
        assert all(name.startswith("lib/") for name in entries.keys() - zones)


def test_packaged_again_they_are_the_same_bytes(zips, tmp_path):
    done = archive("--output", tmp_path)
    assert done.returncode == 0, done.stderr[-4_000:]
    for path in zips.iterdir():
        again = (tmp_path / path.name).read_bytes()
        assert hashlib.sha256(again).digest() == hashlib.sha256(path.read_bytes()).digest(), path.name


OBJCOPY = pathlib.Path(shutil.which("swift")).resolve().with_name("llvm-objcopy")
CLANG = OBJCOPY.with_name("clang")
MACHINE = "arm64" if os.uname().machine == "aarch64" else "x86_64"


@pytest.fixture(scope="module")
def executables(tmp_path_factory):
    """Now runs on Amazon Linux 2023; Later asks a library that is there for a symbol that it does not have yet."""
    folder = tmp_path_factory.mktemp("executables")
    (folder / "library.c").write_text("int later(void) { return 0; }\n")
    (folder / "library.map").write_text("GLIBC_2.99 { global: later; };\n")
    (folder / "Later.c").write_text("int later(void); int main(void) { return later(); }\n")
    (folder / "Now.c").write_text('#include <stdio.h>\nint main(void) { return puts("now") < 0; }\n')
    for command in [
            ["-shared", "-fPIC", "-Wl,-soname,libm.so.6", "-Wl,--version-script=library.map", "library.c", "-o", "library.so"],
            ["Later.c", "library.so", "-o", "Later"], ["Now.c", "-o", "Now"]]:
        subprocess.run([CLANG, "-fuse-ld=lld", *command], cwd=folder, check=True)
    return folder


def package(executables, zips, *arguments):
    return subprocess.run(
        [BUILD / "package-functions", executables, zips, OBJCOPY, *arguments], capture_output=True, text=True, timeout=60)


def test_what_is_needed_of_glibc_is_listed(executables, tmp_path):
    done = package(executables, tmp_path, "Now")
    assert done.returncode == 0, done.stderr
    needed = {text.decode() for text in re.findall(rb"\0GLIBC_([0-9.]+)(?=\0)", (executables / "Now").read_bytes())}
    versions = sorted(needed, key=lambda text: [*map(int, text.split("."))])
    assert versions and f"glibc {' '.join(versions)}\n" in done.stdout
    assert done.stdout.endswith(f"They are for {MACHINE}: deploy them with the parameter Architecture={MACHINE}.\n")


def test_what_would_not_run_is_not_written(executables, tmp_path):
    (tmp_path / "Later.zip").write_text("of an earlier run")
    done = package(executables, tmp_path, "Later", "Now")
    assert done.returncode == 1
    assert "bootstrap: GLIBC_2.99 of libm.so.6" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["Now.zip"]


def test_the_way_out_is_a_command_that_is_taken(executables, tmp_path):
    message = package(executables, tmp_path, "Later").stderr
    command = re.search(r"Runtime/prepare && (swift package .*?) && rm -rf .build/archive'", message)[1]
    # As printed, but for a folder that is the container's own, and stopped before it builds.
    command = command.replace("/tmp/build", str(ROOT / ".build"))
    done = subprocess.run([*command.split(), "--arch", "pdp11"], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert "This machine builds for" in done.stderr, done.stderr


@pytest.fixture(scope="module")
def sam_build(executables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sam")
    functions, zips = folder / "functions", folder / "zips"
    functions.mkdir()
    zips.mkdir()
    for name in names():
        shutil.copy(executables / "Now", functions / name)
    done = package(functions, zips, "--sam-build", folder / "build", ROOT / "template.yaml", *names())
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", names())
def test_each_makefile_hands_over_what_the_zip_holds(name, sam_build, tmp_path):
    # As sam does: in a copy of the folder, with another one for what comes of it.
    shutil.copytree(sam_build / "build" / name, tmp_path / "source")
    artifacts = tmp_path / "made of it"
    artifacts.mkdir()
    subprocess.run(
        ["make", "--makefile", "Makefile", f"build-{name}"], cwd=tmp_path / "source", check=True,
        env={**os.environ, "ARTIFACTS_DIR": str(artifacts)})
    with zipfile.ZipFile(sam_build / "zips" / f"{name}.zip") as content:
        files = {entry.filename: (content.read(entry), entry.external_attr >> 16) for entry in content.infolist()}
    made = {str(path.relative_to(artifacts)): path for path in artifacts.rglob("*") if path.is_file()}
    assert made.keys() == files.keys()
    for path, (content, mode) in files.items():
        assert (made[path].read_bytes(), made[path].stat().st_mode) == (content, mode)


def test_the_template_for_sam_build_is_the_template(sam_build):
    ours = yaml_parse((ROOT / "template.yaml").read_text())
    built = yaml_parse((sam_build / "build" / "template.yaml").read_text())
    for name, resource in ours["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            assert built["Resources"][name].pop("Metadata") == {"BuildMethod": "makefile"}
            assert (sam_build / "build" / built["Resources"][name]["Properties"]["CodeUri"] / "Makefile").exists()
            built["Resources"][name]["Properties"]["CodeUri"] = resource["Properties"]["CodeUri"]
    assert built == ours


def test_a_template_without_a_zip_is_refused(executables, tmp_path):
    template = tmp_path / "template.yaml"
    template.write_text("Resources:\n  Now:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: folder\n")
    done = package(executables, tmp_path / "zips", "--sam-build", tmp_path / "build", template, "Now")
    assert done.returncode == 1
    assert done.stderr == "error: --sam-build: Now has no CodeUri that is a zip.\n"


def test_another_architecture_is_refused_with_the_way_to_it():
    other = "x86_64" if os.uname().machine == "aarch64" else "arm64"
    done = archive("--arch", other)
    assert done.returncode != 0
    assert f"and not for {other}. Build on such a machine, or in a container of its kind: docker run" in done.stderr


def test_a_wrong_option_is_refused():
    done = archive("--fast")
    assert done.returncode != 0
    assert "'--fast' is no option" in done.stderr


@pytest.fixture(scope="module")
def emulator():
    running = Emulator("--functions", ROOT / ".build" / "debug")
    yield running
    running.stop()


def unpacked(zip_file, folder):
    """The unpacked zip, with Amazon Linux's libraries beside it and a program that starts it on them alone."""
    task, system = folder / "task", folder / "system"
    system.mkdir()
    with zipfile.ZipFile(zip_file) as content:
        content.extractall(task)
    (task / "bootstrap").chmod(0o755)
    own = {path.name for path in (task / "lib").iterdir()} if (task / "lib").exists() else set()
    for name in SYSTEM_LIBRARIES:
        for needed in [name, *needs(library(name))]:
            if needed not in own and not (system / needed).exists():
                shutil.copy(library(needed), system / needed)
    linker = next(system.glob("ld-linux*"))
    command = [linker, "--inhibit-cache", "--library-path", f"{system}:{task / 'lib'}"]
    listed = subprocess.run([*command, "--list", task / "bootstrap"], capture_output=True, text=True, check=True).stdout
    outside = [line for line in listed.splitlines() if "linux-vdso" not in line and str(folder) not in line]
    assert not outside, "found on this machine and not on Amazon Linux"
    program = folder / "start"
    program.write_text("#!/bin/sh\nexec " + " ".join(map(str, command)) + f" {task / 'bootstrap'}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("name", names())
def test_it_runs_on_what_amazon_linux_brings(name, zips, rie, emulator, tmp_path):  # noqa: F811
    program = unpacked(zips / f"{name}.zip", tmp_path)
    configured = emulator.client("lambda").get_function_configuration(FunctionName=name)
    function = Function([str(rie)], program, {
        **configured["Environment"]["Variables"], "AWS_ENDPOINT_URL": emulator.endpoint, "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_LAMBDA_FUNCTION_NAME": name})
    try:
        event = min(path for path in (ROOT / "events" / name).glob("*.json") if ".expected." not in path.name)
        reply = function.invoke(json.loads(event.read_text()))
    finally:
        log = function.stop()
    expected = json.loads(event.with_suffix(".expected.json").read_text())
    assert ("errorType" in reply) == ("error" in expected), log
    if "error" not in expected:
        assert reply.keys() == expected["reply"].keys()
        assert reply.get("statusCode") == expected["reply"].get("statusCode"), log
    assert "no version information" not in log

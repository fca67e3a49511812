"""What `emulator doctor` says of a template, for people and for programs."""

import json
import subprocess

import pytest

from conftest import BUILD

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Metadata:
  Notes: {By: us}
Parameters:
  Size: {Type: String, Default: small}
Conditions:
  IsLarge: !Equals [!Ref Size, large]
Resources:
  Worker:
    Type: AWS::Serverless::Function
    DeletionPolicy: Retain
    Properties:
      Runtime: provided.al2023
      Handler: worker
      CodeUri: .
      Layers: [a]
      Events:
        Get: {Type: HttpApi, Properties: {Path: /get, Method: GET}}
        Odd: {Type: Cloudy, Properties: {}}
  Bare:
    Type: AWS::SQS::Queue
  Extra:
    Type: AWS::SQS::Queue
    Condition: IsLarge
  Cache:
    Type: AWS::ElastiCache::CacheCluster
    Properties: {Engine: redis}
Outputs:
  Queue: {Value: !Ref Bare}
"""


@pytest.fixture
def doctor(tmp_path):
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "worker").write_text("")
    (tmp_path / "worker").chmod(0o755)

    def run(*arguments):
        return subprocess.run(
            [BUILD / "emulator", "doctor", "--functions", ".", *arguments], cwd=tmp_path, capture_output=True, text=True,
            timeout=60)

    run.folder = tmp_path
    return run


@pytest.mark.parametrize("group, path, status, line, words", [
    ("Sections", "Transform", "used", 2, None),
    ("Sections", "Metadata.Notes", "harmless", 4, "it is for other tools"),
    ("Sections", "Parameters.Size", "used", 6, None),
    ("Sections", "Conditions.IsLarge", "used", 8, None),
    ("Sections", "Outputs.Queue", "harmless", 30, "nothing here reads it"),
    ("Worker", "DeletionPolicy", "harmless", 12, "nothing is deleted"),
    ("Worker", "Handler", "used", 15, None),
    ("Worker", "CodeUri", "harmless", 16, "--functions"),
    ("Worker", "Layers", "uncovered", 17, "template.yaml:17:7"),
    ("Worker", "Events.Get.Properties.Path", "used", 19, None),
    ("Worker", "Events.Odd", "uncovered", 20, "AWS::Serverless::Function/Cloudy"),
    ("Extra", "the resource", "harmless", 23, "its condition IsLarge does not hold"),
    ("Cache", "", "uncovered", 27, "does not know the type AWS::ElastiCache::CacheCluster"),
])
def test_every_part_has_its_status_and_line(doctor, group, path, status, line, words):
    done = doctor("--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert not report["isGood"]
    entries = [entry for part in report["template"] if part["title"] == group for entry in part["entries"]]
    found = [entry for entry in entries if entry["path"] == path]
    assert [(entry["status"], entry["line"]) for entry in found] == [(status, line)], entries
    if words:
        assert words in found[0]["reason"]


def test_text_is_grouped_and_names_problems_with_their_places(doctor):
    done = doctor()
    assert done.returncode == 1
    groups = {text.split("  ")[0]: text for text in done.stdout.split("\n\n")}
    assert "PROBLEM  template.yaml:17:7" in groups["Worker"] and "PROBLEM  template.yaml:20:" in groups["Worker"]
    assert groups["Bare"].startswith("Bare  AWS::SQS::Queue  template.yaml:21:3")
    assert "PROBLEM" not in groups["Bare"]


def test_problems_of_the_report_are_those_that_stop_a_start(doctor):
    start = subprocess.run(
        [BUILD / "emulator", "start", "--port", "0", "--functions", "."], cwd=doctor.folder, capture_output=True, text=True,
        timeout=60)
    assert start.returncode == 2
    wanted = sorted(
        entry["reason"] for part in json.loads(doctor("--json").stdout)["template"] for entry in part["entries"]
        if entry["status"] == "uncovered")
    assert sorted(start.stderr.removeprefix("emulator: ").splitlines()) == wanted


def test_good_template_is_good(doctor):
    text = TEMPLATE.replace("      Layers: [a]\n", "").replace("        Odd: {Type: Cloudy, Properties: {}}\n", "")
    (doctor.folder / "template.yaml").write_text(text[:text.index("  Cache:")] + text[text.index("Outputs:"):])
    done = doctor("--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["isGood"]

"""The template as AWS's own tools read it."""

import json
import pathlib
import subprocess
import sys

import samtranslator.translator.translator
from samtranslator.parser.parser import Parser
from samtranslator.yaml_helper import yaml_parse

from conftest import ROOT


def test_cfn_lint_finds_nothing():
    program = pathlib.Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([str(program), "template.yaml"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == ""


def test_sam_translator_accepts_it(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    template = yaml_parse((ROOT / "template.yaml").read_text())
    # The translator wants code in S3, as `sam package` leaves it behind.
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key.zip"
    translator = samtranslator.translator.translator.Translator({}, Parser())
    translated = translator.translate(template, {"SiteURL": "https://example.com"})
    functions = [
        name for name, resource in translated["Resources"].items() if resource["Type"] == "AWS::Lambda::Function"]
    declared = [
        name for name, resource in template["Resources"].items() if resource["Type"] == "AWS::Serverless::Function"]
    assert sorted(functions) == sorted(declared)
    assert "AWS::Serverless" not in json.dumps([resource["Type"] for resource in translated["Resources"].values()])

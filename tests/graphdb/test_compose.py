"""The compose file: right by the specification's schema, and nothing open or left to chance."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

HERE = Path(__file__).resolve().parent
DOCKER = HERE.parents[1] / "docker"
TEXT = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SCHEMA = json.loads(
    (files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text(
        encoding="utf-8"
    )
)
"""The Compose specification's schema, as the package check-jsonschema ships it."""
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)


def test_it_is_a_compose_file_by_the_specification():
    VALIDATOR.validate(COMPOSE)


@pytest.mark.parametrize(
    "broken",
    [{"services": {"neo4j": {"imag": "neo4j"}}}, {"services": {"neo4j": {"ports": "7474"}}}],
)
def test_the_schema_finds_what_is_wrong(broken):
    assert list(VALIDATOR.iter_errors(broken))


def test_the_header_says_what_was_checked():
    header = " ".join(TEXT[: TEXT.index("name:")].replace("#", " ").split())
    assert "Checked against the schema of the Compose specification" in header
    assert "never started" in header


def test_every_port_is_this_machine_s_only():
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_password_comes_from_the_environment_and_has_no_default():
    told = re.findall(r"\$\{NEO4J_PASSWORD[^}]*\}", TEXT)
    assert len(told) == 2
    assert all(each.startswith("${NEO4J_PASSWORD:?") for each in told)
    neo4j = COMPOSE["services"]["neo4j"]["environment"]
    assert neo4j["NEO4J_AUTH"] == f"neo4j/{told[0]}"


def test_the_server_is_pinned_checked_and_keeps_its_data_by_name():
    neo4j = COMPOSE["services"]["neo4j"]
    assert re.fullmatch(r"\$\{NEO4J_IMAGE:-neo4j:5\.26\.\d+-community\}", neo4j["image"])
    assert neo4j["healthcheck"]["test"][0] == "CMD-SHELL"
    assert {each.partition(":")[0] for each in neo4j["volumes"]} == set(COMPOSE["volumes"])
    memory = {name for name in neo4j["environment"] if "_memory_" in name}
    assert len(memory) == 3


def test_lineage_waits_for_the_server_and_may_do_little():
    lineage = COMPOSE["services"]["lineage"]
    assert lineage["profiles"]
    assert lineage["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert lineage["cap_drop"] == ["ALL"]
    assert lineage["read_only"]
    assert all(each["read_only"] for each in lineage["volumes"])
    assert (DOCKER / ".." / lineage["build"]["dockerfile"]).is_file()


def test_the_image_copies_what_is_there_and_runs_as_nobody_special():
    lines = (DOCKER / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert copied
    assert all((DOCKER.parent / word).exists() for word in copied)
    assert "USER lineage" in lines
    (base,) = (line for line in lines if line.startswith("ARG PYTHON_IMAGE="))
    assert re.fullmatch(r"ARG PYTHON_IMAGE=python:3\.\d+-slim-\w+", base)
    stages = [line for line in lines if line.startswith("FROM")]
    assert all(line.startswith("FROM ${PYTHON_IMAGE}") for line in stages)
    assert all("--require-hashes" in line for line in lines if "-r requirements" in line)

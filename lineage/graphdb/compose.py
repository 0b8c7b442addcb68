"""Neo4j in Docker: the Compose file of docker/, started on this machine where Docker is."""

from __future__ import annotations

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = "http://127.0.0.1:7474"
"""Where the Compose file puts Neo4j Browser."""
PASSWORD_CHARACTERS = 8
"""Neo4j takes no shorter one."""
_OWN = (
    "start Neo4j 5.26 or newer in another way (https://neo4j.com/docs/operations-manual/current/"
    "installation/), and name it with NEO4J_URI"
)


def file() -> Path:
    """The Compose file: in the installed package, or in a checkout."""
    installed = Path(str(files("lineage") / "docker" / "compose.yaml"))
    if installed.is_file():
        return installed
    return Path(__file__).resolve().parents[2] / "docker" / "compose.yaml"


def up(environment: Mapping[str, str]) -> None:
    """Starts Neo4j and waits until it is healthy; where it runs already, nothing changes.

    Args:
        environment: NEO4J_PASSWORD is the first start's password, PATH tells where Docker is.

    Raises:
        UsageError: there is no password, or it is too short.
        DatabaseError: Docker isn't here or doesn't answer, or Neo4j didn't start.
    """
    if len(environment.get("NEO4J_PASSWORD", "")) < PASSWORD_CHARACTERS:
        raise UsageError(
            f"set NEO4J_PASSWORD to a password of {PASSWORD_CHARACTERS} characters or more; the "
            "database gets it at its first start"
        )
    docker = shutil.which("docker", path=environment.get("PATH"))
    if docker is None:
        raise DatabaseError(f"there is no Docker on this machine; install it, or {_OWN}")
    if _run([docker, "compose", "version"], environment).returncode:
        raise DatabaseError(f"Docker has no compose here; install its Compose plugin, or {_OWN}")
    if _run([docker, "info"], environment).returncode:
        raise DatabaseError(
            "Docker doesn't answer; start it (Docker Desktop, or systemctl start docker), and see "
            "whether you may use it"
        )
    started = _run(
        [docker, "compose", "-f", str(file()), "up", "-d", "--wait", "neo4j"], environment
    )
    if started.returncode:
        said = (started.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise DatabaseError(f"Docker could not start Neo4j: {said[:300]}; see docker compose logs")


def _run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - no shell, and no word of telemetry
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )

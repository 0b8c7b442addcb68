"""A real Neo4j for tests and benchmarks: one that is named, else one started from Maven artifacts.

The version is the compose file's, or that of LINEAGE_TEST_NEO4J_VERSION (from 2025 on it needs Java
21, which JAVA_HOME then names). Nothing listens beyond loopback, everything lies in one folder,
and on Linux the server dies with the process that started it.
"""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import neo4j

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPOSE = Path(__file__).resolve().parents[2] / "docker" / "compose.yaml"
BROWSER = "5.24.0"
"""The newest release of the Browser's artifact under this name."""
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lineage-tests"
START_SECONDS = 120
ATTEMPTS = 3

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{version}</version>
    </dependency>
    <dependency>
      <groupId>org.neo4j.client</groupId><artifactId>neo4j-browser</artifactId>
      <version>{browser}</version>
    </dependency>
  </dependencies>
</project>
"""

SETTINGS = """server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{bolt}
server.bolt.advertised_address=127.0.0.1:{bolt}
server.http.listen_address=127.0.0.1:{http}
server.http.advertised_address=127.0.0.1:{http}
server.https.enabled=false
server.memory.pagecache.size={page_cache}
db.tx_log.preallocate=false
db.tx_log.rotation.size=16m
db.tx_log.rotation.retention_policy=keep_none
dbms.security.auth_max_failed_attempts=0
dbms.usage_report.enabled=false
client.allow_telemetry=false
"""
OF_LTS = "internal.dbms.bolt.netty_server_shutdown_quiet_period=0\n"
OF_CALENDAR = """internal.dbms.bolt.netty_server_shutdown_quiet_period_duration=0s
dbms.fleet_manager.enabled=false
server.http.x_forward.enabled=false
"""
"""Settings that only servers of that numbering know; an unknown one stops the start."""


class Server(NamedTuple):
    """Where a server is reached. What is None isn't known of a server that was not started here."""

    uri: str
    username: str
    password: str
    http: str | None
    pid: int | None = None
    home: Path | None = None


class Power(NamedTuple):
    """What a started server may use."""

    heap: str
    page_cache: str
    optimised: bool
    """Whether the JVM optimises fully: it starts later and runs faster."""


FOR_TESTS = Power("512m", "128m", optimised=False)
AS_COMPOSED = Power("1g", "512m", optimised=True)
"""The compose file's defaults."""


class NotHere(Exception):
    """No server can be had on this machine; the message says why and what to do."""


def version() -> str:
    """The version that the environment names, else the one that the compose file pins."""
    named = os.environ.get("LINEAGE_TEST_NEO4J_VERSION")
    if named:
        return named
    found = re.search(r"image:.*neo4j:([\d.]+)", COMPOSE.read_text(encoding="utf-8"))
    if found is None:
        raise NotHere(f"{COMPOSE} names no neo4j image")
    return found.group(1)


@contextmanager
def serving(folder: Path, power: Power = FOR_TESTS) -> Iterator[Server]:
    """A server for as long as the context lasts.

    Args:
        folder: an empty folder for what a started server writes.
        power: what a started server may use.

    Raises:
        NotHere: none is named by LINEAGE_TEST_NEO4J_URI, and none can be started.
    """
    uri = os.environ.get("LINEAGE_TEST_NEO4J_URI")
    if uri:
        username = os.environ.get("LINEAGE_TEST_NEO4J_USERNAME", "neo4j")
        password = os.environ.get("LINEAGE_TEST_NEO4J_PASSWORD", "")
        yield Server(uri, username, password, os.environ.get("LINEAGE_TEST_NEO4J_HTTP"))
        return
    java, class_path = _java(), _class_path()
    for attempt in range(ATTEMPTS):
        process, server = _start(java, class_path, folder / f"neo4j-{attempt}", power)
        try:
            if _ready(process, server):
                yield server
                return
        finally:
            _stop(process)
    raise NotHere(f"Neo4j did not start; see {folder}/neo4j-*/console.log")


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        raise NotHere(
            "no java; install a JDK 17 or 21 and Maven, or set LINEAGE_TEST_NEO4J_URI to a server"
        )
    return java


def _class_path() -> str:
    """Neo4j's class path, from the last resolution where its jars are still there."""
    stored = CACHE / f"neo4j-{version()}-browser-{BROWSER}.classpath"
    if stored.exists():
        class_path = stored.read_text(encoding="utf-8")
        if all(Path(jar).exists() for jar in class_path.split(os.pathsep)):
            return class_path
    maven = shutil.which("mvn")
    if maven is None:
        raise NotHere("no mvn; install Maven, or set LINEAGE_TEST_NEO4J_URI to a server")
    CACHE.mkdir(parents=True, exist_ok=True)
    pom = CACHE / f"pom-{os.getpid()}.xml"
    fresh = stored.with_suffix(f".{os.getpid()}")
    pom.write_text(POM.format(version=version(), browser=BROWSER), encoding="utf-8")
    found = subprocess.run(
        [maven, "-B", "-q", "-f", str(pom), PLUGIN, f"-Dmdep.outputFile={fresh}"],
        capture_output=True,
        text=True,
        check=False,
    )
    pom.unlink()
    if found.returncode:
        raise NotHere(f"Maven can't resolve Neo4j {version()}: {found.stdout[-300:].strip()}")
    fresh.replace(stored)
    return stored.read_text(encoding="utf-8")


def _start(
    java: str, class_path: str, home: Path, power: Power
) -> tuple[subprocess.Popen[bytes], Server]:
    bolt, http = _free_ports(2)
    password = secrets.token_hex(12)
    (home / "conf").mkdir(parents=True)
    (home / "tmp").mkdir()
    settings = SETTINGS.format(bolt=bolt, http=http, page_cache=power.page_cache)
    (home / "conf" / "neo4j.conf").write_text(
        settings + (OF_LTS if version().startswith("5.") else OF_CALENDAR), encoding="utf-8"
    )
    admin = "org.neo4j.server.startup.Neo4jAdminCommand"
    subprocess.run(
        [java, "-cp", class_path, admin, "dbms", "set-initial-password", password],
        env=_environment(home),
        check=True,
        capture_output=True,
    )
    process = _launch(java, class_path, home, power)
    uri, page = f"bolt://127.0.0.1:{bolt}", f"http://127.0.0.1:{http}"
    return process, Server(uri, "neo4j", password, page, process.pid, home)


@contextmanager
def again(server: Server, power: Power = FOR_TESTS) -> Iterator[Server]:
    """A server that was started here and has ended, on the same home and ports.

    Raises:
        NotHere: it doesn't start.
    """
    assert server.home is not None
    process = _launch(_java(), _class_path(), server.home, power)
    try:
        if not _ready(process, server):
            raise NotHere(f"Neo4j did not start again; see {server.home}/console.log")
        yield server._replace(pid=process.pid)
    finally:
        _stop(process)


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}


def _launch(java: str, class_path: str, home: Path, power: Power) -> subprocess.Popen[bytes]:
    opens = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED]
    flags = [f"-Xms{power.heap}", f"-Xmx{power.heap}", "-XX:+UseSerialGC"]
    if not power.optimised:
        flags.append("-XX:TieredStopAtLevel=1")
    flags.append(f"-Djava.io.tmpdir={home / 'tmp'}")
    named = "CommunityEntryPoint" if version().startswith("5.") else "Neo4jCommunity"
    main = [
        f"org.neo4j.server.{named}",
        f"--home-dir={home}",
        f"--config-dir={home / 'conf'}",
        "--console-mode",
    ]
    with (home / "console.log").open("ab") as log:
        return subprocess.Popen(
            [java, *flags, *opens, "-cp", class_path, *main],
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


_OPENED = ("java.nio", "java.io", "sun.nio.ch")
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _ready(process: subprocess.Popen[bytes], server: Server) -> bool:
    """Waits until Bolt and HTTP answer; False where the process ended (a port was taken)."""
    deadline = time.monotonic() + START_SECONDS
    assert server.http is not None
    http = int(server.http.rpartition(":")[2])
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        try:
            with neo4j.GraphDatabase.driver(
                server.uri, auth=(server.username, server.password)
            ) as driver:
                driver.verify_connectivity()
            socket.create_connection(("127.0.0.1", http), timeout=1).close()
        except (neo4j.exceptions.ServiceUnavailable, OSError):
            time.sleep(0.1)  # the server tells nobody when it is up
        else:
            return True
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

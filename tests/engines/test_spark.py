"""A cluster of two executors says what one process says, though an executor is killed."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from lineage.cli import cli
from lineage.engines import choice
from lineage.engines.choice import Scale
from lineage.engines.spark import Cluster, Spark, remote_files
from lineage.errors import EngineError, UsageError
from lineage.pipeline import Request, report
from lineage.simulate.run import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.engines.remote import RemoteFile
    from lineage.report.model import Report
    from lineage.stages.planning import Plan
    from lineage.stages.tracing import TraceFacts

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # pyspark's sockets
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Two executors on this machine, processes of their own."""
    assert shutil.which("java"), "Spark needs a JDK; .ci/run installs it"
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    return Cluster("local-cluster[2,1,1024]", (("spark.executor.memory", "1g"),))


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    simulate(folder, seed=3, noise="small", case="campaign", formats=("evtx", "nxlog"))
    return folder


def told(found: Report) -> str:
    return found.model_dump_json(by_alias=True, indent=1)


def executors() -> list[int]:
    """Process ids of Spark's executors on this machine."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if b"CoarseGrainedExecutorBackend" in command and b"java" in command:
            found.append(int(entry.name))
    return found


def test_a_cluster_says_the_same_though_an_executor_is_killed(
    telemetry: Path, spark: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed when all is read: what was kept on its disk has to be made anew."""
    before = set(executors())
    killed: list[int] = []
    trace = Spark.trace

    def kill_and_trace(engine: Spark, plan: Plan) -> list[TraceFacts]:
        victim = min(set(executors()) - before)
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)
        return trace(engine, plan)

    monkeypatch.setattr(Spark, "trace", kill_and_trace)
    reference = told(report(Request([telemetry], scale=Scale(jobs=1))))
    assert '"campaign-' in reference
    assert told(report(Request([telemetry], scale=Scale(cluster=spark)))) == reference
    assert len(killed) == 1


def test_files_that_only_spark_reaches_are_read_by_it(
    telemetry: Path, spark: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system by address; here the local one stands for it."""

    def as_local(url: str) -> Sequence[RemoteFile]:
        return remote_files([url.replace("s3a://", "file:/")], spark)

    monkeypatch.setattr(choice, "listing", lambda _: as_local)
    path = Path(f"s3a://{telemetry.as_posix()[1:]}/nxlog")
    found = told(report(Request([path], scale=Scale(cluster=spark))))
    here = told(report(Request([telemetry / "nxlog"], scale=Scale(jobs=1))))
    assert found.replace("file:/", "/") == here


def test_a_cluster_that_is_not_there_is_one_line(spark: Cluster, telemetry: Path) -> None:
    wrong = Cluster("no-such-master")
    with pytest.raises(EngineError, match=r"Spark at no-such-master can't be reached: .*scale\.md"):
        report(Request([telemetry], scale=Scale(cluster=wrong)))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--master", "local"], "--master and --conf are Spark's; add --engine spark"),
        (["--engine", "spark", "--conf", "x"], "--conf x: write it as KEY=VALUE"),
    ],
)
def test_options_that_say_nothing_are_refused(options: list[str], reason: str) -> None:
    outcome = CliRunner().invoke(cli, ["correlate", ".", *options])
    assert isinstance(outcome.exception, UsageError)
    assert str(outcome.exception) == reason

"""Options and environment -> a verified connection; each of the driver's errors -> one line."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import neo4j
from neo4j import exceptions

import lineage
from lineage.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What the driver logs is raised too, and told in one line; without a handler Python would print it
logging.getLogger("neo4j").addHandler(logging.NullHandler())

DEFAULT_URI = "bolt://127.0.0.1:7687"
DEFAULT_USERNAME = "neo4j"
OLDEST = (5, 26)
"""The oldest server whose Cypher the statements need: 5.26 LTS (dynamic labels and properties,
scoped subqueries, SHORTEST)."""
CONNECT_SECONDS = 15.0
RETRY_SECONDS = 30.0
"""How long a transaction that failed for a passing reason is tried again."""

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
_RESTART = "start it (lineage neo4j up), or name another with NEO4J_URI or --uri"
_READ_ONLY = "the database takes no writes; see the server's log (a full disk makes it read-only)"
_UNAVAILABLE = (
    "the database is not available now; see the server's log (a full disk stops it), then try again"
)
_BY_CODE = {
    "Neo.ClientError.Security.Unauthorized": (
        "user name or password is wrong; set NEO4J_USERNAME and NEO4J_PASSWORD"
    ),
    "Neo.ClientError.Security.AuthenticationRateLimit": (
        "too many failed log-ins; wait some seconds and check NEO4J_PASSWORD"
    ),
    "Neo.ClientError.Security.CredentialsExpired": (
        "the first password was never changed; log in with Neo4j Browser or cypher-shell, set one, "
        "and give it in NEO4J_PASSWORD"
    ),
    "Neo.ClientError.Security.Forbidden": (
        "this user may not do that; use one who may write and create indexes"
    ),
    "Neo.ClientError.Database.DatabaseNotFound": (
        "it has no database of that name; set NEO4J_DATABASE or --database to one it has"
    ),
    "Neo.TransientError.Database.DatabaseUnavailable": _UNAVAILABLE,
    "Neo.TransientError.General.DatabaseUnavailable": _UNAVAILABLE,
    "Neo.DatabaseError.Transaction.TransactionLogError": (
        "the server can't write, most often because its disk is full; free some space, restart "
        "Neo4j, then run the same command again"
    ),
    "Neo.DatabaseError.Transaction.TransactionStartFailed": (
        "the database has stopped after an error of its own, most often a full disk; see the "
        "server's log, restart Neo4j, then run the same command again"
    ),
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": _READ_ONLY,
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase": _READ_ONLY,
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError": (
        "the server's transaction memory is used up; give it more "
        "(server.memory.heap.max_size, dbms.memory.transaction.total.max), then try again"
    ),
    "Neo.ClientError.Transaction.TransactionTimedOut": (
        "it took longer than the server allows (db.transaction.timeout), and was ended there"
    ),
    "Neo.ClientError.Transaction.Terminated": (
        "it was ended on the server (TERMINATE TRANSACTIONS, or a shutdown); run the same command "
        "again"
    ),
    "Neo.TransientError.General.OutOfMemoryError": (
        "the server is out of memory; give it more (server.memory.heap.max_size), then try again"
    ),
}
_DISK_FULL = re.compile(r"no space left|disk (is )?full|not enough space", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and as whom to log in.

    Attributes:
        uri: bolt://, bolt+s://, neo4j:// and so on.
        username: user name.
        password: password; empty for a server without log-in. Never shown.
        database: its name, or None for the server's default.
    """

    uri: str
    username: str
    password: str
    database: str | None

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        *,
        uri: str | None = None,
        username: str | None = None,
        password: str | None = None,
        database: str | None = None,
    ) -> Address:
        """What the options say, else the NEO4J_* variables, else the defaults."""
        return cls(
            _lower_scheme(uri or environment.get("NEO4J_URI") or DEFAULT_URI),
            username or environment.get("NEO4J_USERNAME") or DEFAULT_USERNAME,
            password or environment.get("NEO4J_PASSWORD") or "",
            database or environment.get("NEO4J_DATABASE") or None,
        )

    def __repr__(self) -> str:
        return f"Address({self}, database={self.database!r})"

    def __str__(self) -> str:
        """The address to show: without anything that could be a secret."""
        try:
            parts = urlsplit(self.uri)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return "the given address"
        host = parts.hostname
        if not host or "@" in f"{parts.path}{parts.query}{parts.fragment}":
            return "the given address"
        return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _lower_scheme(uri: str) -> str:
    """Schemes are without case (RFC 3986, 3.1); the driver takes lower case alone."""
    scheme, separator, rest = uri.strip().partition("://")
    return f"{scheme.lower()}{separator}{rest}"


@dataclass(frozen=True, slots=True)
class Database:
    """A verified connection to one database."""

    driver: neo4j.Driver
    address: Address

    @contextmanager
    def session(self) -> Iterator[neo4j.Session]:
        """A session in which the driver's errors are raised as one line.

        Raises:
            DatabaseError: whatever the driver or server refused.
        """
        with explained(self.address):
            session = self.driver.session(database=self.address.database)
            try:
                yield session
            except KeyboardInterrupt:
                # Closing the session first would wait until the server has finished the statement
                self.driver.close()
                raise
            finally:
                session.close()


@contextmanager
def connected(address: Address) -> Iterator[Database]:
    """Connects, and checks that the server answers, takes the password and is new enough.

    Raises:
        DatabaseError: it doesn't; one line says what to do.
    """
    scheme, separator, _ = address.uri.partition("://")
    if not separator or scheme not in SCHEMES:
        raise DatabaseError(
            f"{address}: that is no address of Neo4j; give one such as {DEFAULT_URI} or "
            "neo4j+s://host"
        )
    if "@" in address.uri:
        raise DatabaseError(
            f"{address}: an address can't hold a user name or password; leave them out, and set "
            "NEO4J_USERNAME and NEO4J_PASSWORD"
        )
    with explained(address):
        driver = neo4j.GraphDatabase.driver(
            address.uri,
            auth=(address.username, address.password) if address.password else None,
            user_agent=f"lineage/{lineage.__version__}",
            connection_timeout=CONNECT_SECONDS,
            connection_acquisition_timeout=CONNECT_SECONDS,
            max_transaction_retry_time=RETRY_SECONDS,
            # It warns of every relationship type that a case happens not to have
            notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
        )
    with driver:
        check_version(_agent(driver, address), address)
        database = Database(driver, address)
        with database.session() as session:  # an expired password and a wrong name show only here
            session.run("RETURN 1").consume()
        yield database


def _agent(driver: neo4j.Driver, address: Address) -> str:
    with explained(address):
        try:
            return driver.get_server_info().agent
        except exceptions.ConfigurationError as error:
            # Servers older than 5.7 speak no Bolt that can leave notifications out
            raise DatabaseError(_too_old(address, "older than 5.7")) from error


def check_version(agent: str, address: Address) -> None:
    """Accepts a server that is new enough, or says by its agent that it isn't Neo4j.

    Raises:
        DatabaseError: it is older than `OLDEST`.
    """
    version = re.match(r"Neo4j/(\d+)\.(\d+)", agent)
    if version is None or (int(version[1]), int(version[2])) >= OLDEST:
        return
    raise DatabaseError(_too_old(address, agent))


def _too_old(address: Address, written: str) -> str:
    oldest = ".".join(map(str, OLDEST))
    return f"{address}: the server is {written}; lineage needs Neo4j {oldest} or newer"


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turns the driver's errors into one line.

    Raises:
        DatabaseError: for every error of the driver or server.
    """
    try:
        yield
    except (exceptions.ServiceUnavailable, exceptions.SessionExpired) as error:
        raise DatabaseError(_unreachable(address, error)) from error
    except exceptions.Neo4jError as error:
        raise DatabaseError(f"{address}: {_refused(error)}") from error
    except (exceptions.DriverError, ValueError) as error:
        said = _first_line(str(error).replace(address.uri, str(address)))
        raise DatabaseError(f"{address}: {said}; check NEO4J_URI, such as {DEFAULT_URI}") from error


def _unreachable(address: Address, error: Exception) -> str:
    if "+s" in address.uri.partition("://")[0]:
        return (
            f"cannot reach Neo4j at {address} over TLS ({_first_line(_root(error))}); check its "
            "certificate, or use bolt:// or neo4j:// where the server has none"
        )
    return f"cannot reach Neo4j at {address}; {_RESTART}"


def _root(error: BaseException) -> BaseException:
    """The error at the root: the driver's own says only that it couldn't, or that no router did."""
    while True:
        deeper = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__
        if deeper is None:
            return error
        error = deeper


def _refused(error: exceptions.Neo4jError) -> str:
    code, message = error.code or "", error.message or ""
    if _DISK_FULL.search(message):
        return "the server's disk is full; free some space, then run the same command again"
    if code in _BY_CODE:
        return _BY_CODE[code]
    return f"the server refused: {_first_line(message)} ({code}); see the server's log"


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0][:300] or type(error).__name__

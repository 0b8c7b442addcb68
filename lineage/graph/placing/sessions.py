"""Logon sessions: who logged on, how, from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.graph.canvas import Canvas, Placed
from lineage.graph.contacts import REMOTE
from lineage.graph.nodes import SessionNode
from lineage.normalise.addresses import canonical_address
from lineage.normalise.paths import canonical_path

if TYPE_CHECKING:
    from lineage.normalise.event import ChannelEvent

_WRITE_DATA: Final = 0x2 | 0x4
"""Rights to a file (Microsoft Learn, "File Access Rights Constants")."""
_NAMESPACE: Final = "\\??\\"
_SEPARATOR: Final = "\\"
_NOWHERE: Final = frozenset({"::1", "127.0.0.1", "0.0.0.0", "::", "local"})  # noqa: S104


def logged_on(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """4624: the session, its account, how and from where it came."""
    logon_id = event.TargetLogonId
    if logon_id is None:
        return None
    session = canvas.graph.node(canvas.session(host, logon_id))
    if isinstance(session, SessionNode):
        session.user = account(event.TargetDomainName, event.TargetUserName) or session.user
        session.logon_type = event.LogonType
        session.address = remote_address(event.IpAddress) or session.address
        session.port = event.IpPort
        session.workstation = event.WorkstationName
        session.opened = ordinal
    return Placed(ordinal, None, session.id)


def credentials_used(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """4648: a process logged on somewhere with an account that it was given."""
    server, name = event.TargetServerName, event.TargetUserName
    if event.acting_pid is None or server is None or name is None:
        return None
    process = canvas.actor(event, host, ordinal)
    canvas.contacts.used(process, server, name, ordinal)
    return Placed(ordinal, process, process.id)


def about_session(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """A record of what happened to or in a session, and to no process."""
    logon_id = event.TargetLogonId or event.SubjectLogonId
    if logon_id is None:
        return None
    return Placed(ordinal, None, canvas.session(host, logon_id))


def shared_file_opened(
    canvas: Canvas, event: ChannelEvent, host: str, ordinal: int
) -> Placed | None:
    """5145: what a logon from another host opens to write, over a share, it writes.

    The log tells what was asked for; that it was refused shows in no field that exports keep.
    """
    session = remote_session(canvas, event.SubjectLogonId, host)
    folder, name = event.ShareLocalPath, event.RelativeTargetName
    if session is not None and folder and name and _writes(event.AccessMask):
        written = f"{folder.removeprefix(_NAMESPACE).rstrip(_SEPARATOR)}{_SEPARATOR}{name}"
        path = canvas.processes.drives.path(host, canonical_path(written))
        canvas.graph.connect(session, canvas.file(host, path, written), "created", ordinal)
    return about_session(canvas, event, host, ordinal)


def _writes(mask: str | None) -> bool:
    """Whether an access mask, in hexadecimal, lets its holder write or append data."""
    try:
        return bool(int(mask or "0", 16) & _WRITE_DATA)
    except ValueError:
        return False


def remote_session(canvas: Canvas, logon_id: str | None, host: str) -> str | None:
    """The id of a session's node that another host opened, where that was logged; else None."""
    if logon_id is None:
        return None
    known = canvas.known("session", host, logon_id.lower())
    session = None if known is None else canvas.graph.node(known)
    is_remote = isinstance(session, SessionNode) and session.logon_type in REMOTE
    return known if is_remote else None


def account(domain: str | None, name: str | None) -> str | None:
    r"""`DOMAIN\name`, or None where there is no name.

    >>> account("CORP", "dana"), account(None, "dana"), account("CORP", None)
    ('CORP\\dana', 'dana', None)
    """
    if name is None:
        return None
    return f"{domain}\\{name}" if domain else name


def remote_address(written: str | None) -> str | None:
    """An address that another computer may have, or None for this one's own and for none.

    >>> remote_address("::ffff:192.0.2.7"), remote_address("127.0.0.1"), remote_address(None)
    ('192.0.2.7', None, None)
    """
    address = canonical_address(written) if written else ""
    return address if address and address.lower() not in _NOWHERE else None

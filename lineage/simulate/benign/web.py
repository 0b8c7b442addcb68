"""Browsers, chat and music: many children, many names, many files in the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity, Machine

CHROME = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"
EDGE = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"
FIREFOX = "C:\\Program Files\\Mozilla Firefox\\firefox.exe"


def chrome_profile(m: Machine) -> str:
    """The user's Chrome profile."""
    return f"{m.home}\\AppData\\Local\\Google\\Chrome\\User Data\\Default"


def firefox_profile(m: Machine) -> str:
    """The user's Firefox profile; its random prefix is the same on every call."""
    prefix = m.host.sensor[:8]
    return f"{m.home}\\AppData\\Roaming\\Mozilla\\Firefox\\Profiles\\{prefix}.default-release"


def browse(m: Machine) -> Activity:
    """A while in one of three browsers, with a download now and then."""
    image = m.random.choices((CHROME, EDGE, FIREFOX), (5, 4, 2))[0]
    browser = m.start(m.shell(), image, f'"{image}"')
    yield m.random.uniform(0.3, 1)
    children = [
        m.start(browser, image, f'"{image}" --type={kind}') for kind in ("gpu-process", "utility")
    ]
    profile = {
        CHROME: chrome_profile(m),
        FIREFOX: firefox_profile(m),
    }.get(image, f"{m.home}\\AppData\\Local\\Microsoft\\Edge\\User Data\\Default")
    secrets = ("logins.json", "key4.db") if image == FIREFOX else ("Login Data", "Cookies")
    for secret in secrets:
        m.open(browser, f"{profile}\\{secret}")
    for page in range(m.random.randrange(2, 7)):
        yield m.random.uniform(10, 300)
        command = f'"{image}" --type=renderer --renderer-client-id={page + 5}'
        children.append(m.start(browser, image, command, integrity="Low"))
        for _ in range(m.random.randrange(1, 5)):
            m.resolve(browser, names.site(m.random))
        m.write(browser, f"{profile}\\Cache\\Cache_Data\\f_{m.random.getrandbits(24):06x}")
    if m.random.random() < 0.2:
        _download(m, browser)
    if m.random.random() < 0.06:
        m.resolve(browser, m.random.choice(("pastebin.com", "cdn.discordapp.com", "t.me")))
    yield m.random.uniform(30, 1200)
    for child in children:
        m.exit(child)
    m.exit(browser)


def _download(m: Machine, browser: Process) -> None:
    name = names.document(m.random)
    extension = m.random.choice(("pdf", "zip", "xlsx", "exe", "iso"))
    m.write(browser, f"{m.home}\\Downloads\\{m.random.getrandbits(48):012x}.tmp")
    m.write(browser, f"{m.home}\\Downloads\\{name}.{extension}")
    m.write(browser, f"{m.home}\\Downloads\\{name}.{extension}:Zone.Identifier")


def chat(m: Machine) -> Activity:
    """A chat program that lives in the user's profile, asks for its servers, and saves files."""
    folder = f"{m.home}\\AppData\\Local\\Discord\\app-1.0.9147"
    discord = m.start(m.shell(), f"{folder}\\Discord.exe", f'"{folder}\\Discord.exe"')
    yield m.random.uniform(1, 3)
    renderer = m.start(discord, discord.image, f'"{discord.image}" --type=renderer')
    m.set(
        discord,
        f"{m.hive}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\Discord",
        f"{m.home}\\AppData\\Local\\Discord\\Update.exe --processStart Discord.exe",
    )
    for name in ("discord.com", "gateway.discord.gg", "cdn.discordapp.com"):
        m.resolve(discord, name)
    for _ in range(m.random.randrange(1, 5)):
        yield m.random.uniform(60, 900)
        m.write(
            renderer,
            f"{m.home}\\AppData\\Roaming\\discord\\Cache\\f_{m.random.getrandbits(20):06x}",
        )
    m.exit(renderer)
    m.exit(discord)


def music(m: Machine) -> Activity:
    """A music player installed in Roaming that caches cover pictures there."""
    image = f"{m.home}\\AppData\\Roaming\\Spotify\\Spotify.exe"
    player = m.start(m.shell(), image, f'"{image}"')
    m.resolve(player, "apresolve.spotify.com")
    for _ in range(m.random.randrange(1, 6)):
        yield m.random.uniform(30, 400)
        picture = f"{m.random.getrandbits(64):016x}.jpg"
        m.write(player, f"{m.home}\\AppData\\Roaming\\Spotify\\Covers\\{picture}")
    m.exit(player)


def teams(m: Machine) -> Activity:
    """A call in Teams."""
    folder = "C:\\Program Files\\WindowsApps\\MSTeams_24124.2315.2911.3357_x64__8wekyb3d8bbwe"
    image = f"{folder}\\ms-teams.exe"
    process = m.start(m.shell(), image, f'"{image}" msteams:system-initiated')
    m.resolve(process, "teams.microsoft.com")
    for _ in range(m.random.randrange(2, 6)):
        yield m.random.uniform(20, 500)
        m.set(
            process,
            f"{m.hive}\\Software\\Microsoft\\Office\\Teams\\LastSeen{m.random.randrange(4)}",
            f"QWORD (0x01dab{m.random.getrandbits(12):03x}-0x{m.random.getrandbits(32):08x})",
        )
        m.resolve(process, f"{names.word(m.random)}.skype.com")
    m.exit(process)

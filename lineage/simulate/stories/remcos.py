"""What Remcos itself does once it runs, with the settings that its builder offers.

Settings after public descriptions of its configuration (Elastic Security Labs, "Dissecting Remcos
RAT", 2024): install folder, key name, key log's folder and file, pictures, sound, web data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.benign.web import chrome_profile, firefox_profile
from lineage.simulate.write.record import moment

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity
    from lineage.simulate.stories.scene import Scene


def settle(scene: Scene, rat: Process, *, key: str = "", values: str = "exepath licence") -> None:
    """Writes its own key, of the builder's name or an operator's.

    Args:
        scene: where.
        rat: who.
        key: name below Software; the plan's where left out.
        values: names of the values, in order.
    """
    m = scene.m
    path = f"{m.hive}\\Software\\{key or scene.plan.family_key}"
    m.key(rat, path, label=scene.own("family key"))
    for value in values.split():
        data = f"{m.random.getrandbits(128):032X}" if value == "licence" else "Binary Data"
        m.set(rat, f"{path}\\{value}", data, scene.own("family key"))


def work(
    scene: Scene,
    rat: Process,
    *,
    log: str = "{programdata}\\remcos\\logs.dat",
    pictures: str = "",
    sound: str = "",
    browsers: bool = False,
) -> Activity:
    """Calls home, logs keys, and takes what its operator chose.

    Args:
        scene: where.
        rat: who.
        log: key log; `{programdata}` and `{roaming}` stand for these folders. Empty: none.
        pictures: folder of screenshots; none where left out.
        sound: folder of recordings; none where left out.
        browsers: whether it deletes the browsers' log-ins.
    """
    m = scene.m
    for name in scene.plan.servers:
        m.resolve(rat, name, scene.own("command and control"))
        yield m.random.uniform(0.5, 5)
    if log:
        m.write(rat, folder(scene, log), scene.own("key log"))
        yield m.random.uniform(5, 60)
    if pictures:
        for _ in range(m.random.randrange(2, 5)):
            stamp = f"{moment(m.now):%Y%m%d_%H%M%S}"
            m.write(rat, f"{folder(scene, pictures)}\\time_{stamp}.png", scene.own("screenshot"))
            yield m.random.uniform(60, 600)
    if sound:
        stamp = f"{moment(m.now):%Y%m%d_%H%M%S}"
        m.write(rat, f"{folder(scene, sound)}\\{stamp}.wav", scene.own("recording"))
        yield m.random.uniform(60, 600)
    if browsers:
        for store in (f"{chrome_profile(m)}\\Login Data", f"{firefox_profile(m)}\\logins.json"):
            m.open(rat, store, scene.own("stolen passwords"))
            yield m.random.uniform(0.1, 2)


def view_passwords(scene: Scene, rat: Process) -> Activity:
    """Three children of itself, hollowed by password viewers."""
    for _ in range(3):
        result = f"{scene.temp}\\{scene.word()}"
        child = scene.run(
            rat, rat.image, f'{rat.image} /stext "{result}"', "password viewer", lifetime=3
        )
        scene.m.write(child, result, scene.own("stolen passwords"))
        yield scene.m.random.uniform(0.5, 2)


def folder(scene: Scene, pattern: str) -> str:
    """A path with the machine's folders filled in."""
    return pattern.format(programdata="C:\\ProgramData", roaming=scene.roaming)

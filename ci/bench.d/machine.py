"""The machine that figures were taken on: without it they mean nothing."""

import dataclasses
import os
import pathlib
import platform
import subprocess

from engine import Engine


@dataclasses.dataclass
class Machine:
    """What a reader has to know."""

    cores: int
    processor: str
    memory_gb: float | None
    system: str
    engine: str | None
    storage: str | None
    load_before: float
    load_after: float | None = None

    @classmethod
    def look(cls):
        engine = storage = None
        try:
            about = Engine.local().get("/info")
            engine, storage = about["ServerVersion"], about["Driver"]
        except OSError:
            pass  # Some bars need no engine; those that do will say so.
        return cls(
            cores=os.cpu_count() or 1,
            processor=processor(),
            memory_gb=memory_gb(),
            system=f"{platform.system()} {platform.release()}",
            engine=engine,
            storage=storage,
            load_before=os.getloadavg()[0],
        )

    def look_again(self):
        self.load_after = os.getloadavg()[0]

    def text(self):
        memory = f", {self.memory_gb:.0f} GB" if self.memory_gb else ""
        engine = f"engine {self.engine} on {self.storage}" if self.engine else "no engine"
        load = f"load {self.load_before:.1f} before, {self.load_after:.1f} after"
        busy = "   BUSY: other work took part of the time" if self.load_before > self.cores else ""
        return f"\n{self.cores} cores {self.processor}{memory}   {self.system}   {engine}   {load}{busy}\n"

    def as_json(self):
        return dataclasses.asdict(self)


def processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    if platform.system() == "Darwin":
        said = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True)
        if said.returncode == 0:
            return said.stdout.strip()
    return platform.processor() or platform.machine()


def memory_gb():
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError):
        return None

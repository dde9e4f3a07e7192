"""Memory that was freed goes back to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, threading
from gateway.cli import memory
memory.PAUSE = memory.AGAIN = 0.01

def fill():
    kept, between = [], []
    for number in range(2000):
        kept.append(b"x" * 60_000)
        if number % 20 == 0:
            between.append(bytes(1000))  # is still needed, in the midst of what is not
    return between

async def main():
    trimming = asyncio.create_task(memory.return_freed_memory(lambda: 0))
    await asyncio.sleep(0.05)
    before, kept = memory.resident(), []
    threads = [threading.Thread(target=lambda: kept.append(fill())) for _ in range(2)]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads):
        await asyncio.sleep(0.01)
    for _ in range(500):
        await asyncio.sleep(0.01)
        if memory.resident() < before + memory.MUCH:
            break
    print((memory.resident() - before) // 1024**2)

asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells how much memory a process holds")
def test_freed_memory_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) < 64


CYCLES = """
import asyncio, gc, weakref
from gateway.cli import memory
memory.PAUSE = 0.01
memory.MUCH = 1024**2

class Large:
    def __init__(self):
        self.me, self.content = self, b"x" * 50_000_000

async def main():
    trimming = asyncio.create_task(memory.return_freed_memory(lambda: 0))
    await asyncio.sleep(0.05)
    automatic = gc.get_threshold()[2]
    large = Large()
    gc.collect(1)
    gc.collect(1)  # it is old now
    held = weakref.ref(large)
    del large
    while held() is not None:
        await asyncio.sleep(0.01)
    trimming.cancel()
    await asyncio.gather(trimming, return_exceptions=True)
    print(automatic, gc.get_threshold()[2])

asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells how much memory a process holds")
def test_old_garbage_is_collected_when_the_process_has_grown_and_not_by_python() -> None:
    done = subprocess.run([sys.executable, "-c", CYCLES], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["1000000", "10"]

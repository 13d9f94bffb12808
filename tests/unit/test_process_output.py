"""Standard output that does not stop the process when nobody reads it."""

import os
import select
import threading

from tools.process_output import PipeOutput

LINE = "あ" * 100_000


def test_lines_of_many_threads_are_not_mixed() -> None:
    """Each line is larger than the pipe, so every write has to wait in the middle."""
    reading, writing = os.pipe()
    output = PipeOutput(writing)
    threads = [threading.Thread(target=output.write, args=(f"{number}{LINE}\n",)) for number in range(5)]
    for thread in threads:
        thread.start()
    expected = sorted(f"{number}{LINE}\n" for number in range(len(threads)))
    arrived = b""
    while len(arrived) < len("".join(expected).encode()):
        # As in the plugin, a read that blocks would stop those who write.
        select.select([reading], [], [])
        arrived += os.read(reading, 1 << 16)
    for thread in threads:
        thread.join()
    os.close(reading)
    os.close(writing)

    assert sorted(arrived.decode().splitlines(keepends=True)) == expected

"""A load generator that costs little: HTTP/1.1 on kept-alive connections, answers counted, not parsed.

    python tests/bench/load.py HOST PORT FILE --count N --concurrency C [--cancel-ms MS]

FILE holds one whole request as bytes. Prints one JSON object: `ok`, `bad` (status other than 200), `seconds`,
`p50_ms`, `p95_ms`. With `--cancel-ms` each connection is closed at a random moment up to so many milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from pathlib import Path

import uvloop


async def answered(reader: asyncio.StreamReader) -> int:
    """The status of one whole answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    low = head.lower()
    if b"transfer-encoding: chunked" in low:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
        return status
    length = int(low.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
    return status


async def run(options: argparse.Namespace) -> dict[str, float]:
    """Send everything; the figures."""
    data = Path(options.file).read_bytes()
    left, took, bad = options.count, [], 0

    async def client() -> None:
        nonlocal left, bad
        reader, writer = await asyncio.open_connection(options.host, options.port, limit=2**22)
        while left > 0:
            left -= 1
            start = time.perf_counter()
            writer.write(data)
            bad += await answered(reader) != 200
            took.append((time.perf_counter() - start) * 1000)
        writer.close()

    async def canceller(seed: int) -> None:
        nonlocal left
        dice = random.Random(seed)
        while left > 0:
            left -= 1
            _, writer = await asyncio.open_connection(options.host, options.port)
            writer.write(data)
            await asyncio.sleep(dice.random() * options.cancel_ms / 1000)
            writer.transport.abort()
            took.append(0.0)

    begun = time.perf_counter()
    one = client if options.cancel_ms is None else None
    await asyncio.gather(*(one() if one else canceller(n) for n in range(options.concurrency)))
    seconds = time.perf_counter() - begun
    cut = statistics.quantiles(took, n=20) if len(took) > 1 else [0.0] * 19
    return {"ok": len(took) - bad, "bad": bad, "seconds": seconds, "p50_ms": cut[9], "p95_ms": cut[18]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("file")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--cancel-ms", type=float)
    print(json.dumps(uvloop.run(run(parser.parse_args()))))

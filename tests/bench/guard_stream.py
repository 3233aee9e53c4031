"""What review of streamed answers lets through, costs and delays: `python tests/bench/guard_stream.py [--chunkings 100]`.

Every vector is streamed through the gateway's `Events` in random events, its bytes cut at random, each time in other
surroundings; what arrives is held against `detect` on the whole text. CPU and delay are those of the standard library's
code and of this repository's sample bank (Java, SQL, Chinese comments) in pieces like tokens.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import sysconfig
import time
from itertools import pairwise
from pathlib import Path

from report import Figure, publish

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "unit"))

from guard_vectors import chunks, surrounded, values  # noqa: E402 -- a script beside the tests

from copilot.guard import Flow, Judge, Policy, escapes, masks  # noqa: E402
from copilot.guard.detect import detect  # noqa: E402
from serving.stream import Events  # noqa: E402


def event(piece: str, field: str, *, last: bool) -> bytes:
    """One event as an engine writes it."""
    delta = {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} if field == "arguments" else {field: piece}
    choice = {"index": 0, "delta": delta, "finish_reason": "stop" if last else None, "logprobs": None}
    told = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(told, ensure_ascii=False).encode() + b"\n\n"


def arrived(data: bytes, field: str) -> str:
    """The text of one field that a client puts together."""
    deltas = [
        choice["delta"]
        for part in data.split(b"\n\n")
        if part.startswith(b"data: {")
        for choice in json.loads(part[6:])["choices"]
    ]
    if field == "arguments":
        return "".join(call["function"]["arguments"] for delta in deltas for call in delta.get("tool_calls") or ())
    return "".join(delta.get(field) or "" for delta in deltas)


def leaked(rng: random.Random, text: str, field: str) -> tuple[int, bool]:
    """Bytes of detected values that arrived in one random chunking, and whether the verdict was another than the whole's."""
    plain = escapes.plain(text) if field == "arguments" else text
    pieces = chunks(rng, text)
    sent = b"".join(event(piece, field, last=n == len(pieces) - 1) for n, piece in enumerate(pieces))
    data = sent + b"data: [DONE]\n\n"
    points = sorted({0, len(data), *(rng.randrange(len(data)) for _ in range(rng.choice((3, 30, 300))))})
    events = Events("m", include_usage=False)
    got = arrived(b"".join(events.feed(data[a:b]) for a, b in pairwise(points)), field)
    whole = masks(plain, Judge(Policy()))
    covered = {at for one in events.found for at in range(one.start, one.end)}
    lost = 0
    for place in detect(plain):
        value = plain[place.start : place.end]
        bare = [c for at, c in enumerate(value, place.start) if at not in covered]
        lost += len("".join(bare).encode()) or (len(value.encode()) if len(value) >= 8 and value in got else 0)
    units = list(escapes.units(text)) if field == "arguments" else text
    return lost, got != whole.shown(units, 0) or events.found != whole.places


def sources(most: int = 20_000) -> list[str]:
    """Ordinary code."""
    library, bank = Path(sysconfig.get_paths()["stdlib"]), ROOT / "copilot" / "samplebank"
    paths = [*sorted(library.glob("*.py"))[:80], *(p for p in sorted(bank.rglob("*")) if p.suffix in {".java", ".sql"})]
    return [path.read_text("utf-8", "replace")[:most] for path in paths]


def delays(rng: random.Random, text: str) -> list[int]:
    """For each character the UTF-8 bytes of the answer that came after it before it went out, by whole events of a few
    characters, as the gateway sends them.
    """
    flow = Flow(Judge(Policy()))
    weight = [0]
    for character in text:
        weight.append(weight[-1] + len(character.encode("utf-8", "replace")))
    found, waiting, at = [], 0, 0
    ends = []
    while at < len(text):
        piece = text[at : at + rng.randint(1, 8)]
        at += len(piece)
        ends.append(at)
        flow.feed(piece)
        while waiting < len(ends) and ends[waiting] <= flow.released:
            first = ends[waiting - 1] if waiting else 0
            found += [weight[at] - weight[n + 1] for n in range(first, ends[waiting])]
            waiting += 1
    return found


def cpu_us(rng: random.Random, texts: list[str]) -> tuple[float, float]:
    """Microseconds of CPU for one piece: of review alone, and of a whole event in the gateway (parsed, reviewed, written)."""
    pieces = [[text[at : at + 4] for at in range(0, len(text), rng.choice((4, 5, 6)))] for text in texts]
    count = sum(map(len, pieces))
    streams = [[event(piece, "content", last=False) for piece in of] for of in pieces]
    best = [float("inf")] * 2
    for _ in range(3):
        began = time.thread_time()
        for of in pieces:
            flow = Flow(Judge(Policy()))
            for piece in of:
                flow.feed(piece)
        best[0] = min(best[0], time.thread_time() - began)
        began = time.thread_time()
        for stream in streams:
            events = Events("m", include_usage=False)
            for data in stream:
                events.feed(data)
        best[1] = min(best[1], time.thread_time() - began)
    return best[0] * 1e6 / count, best[1] * 1e6 / count


def figures(chunkings: int = 100, seed: int = 0) -> list[Figure]:
    """The figures of the stream; other seeds are other vectors."""
    rng = random.Random(seed)
    lost = changed = count = 0
    for value in values(rng):
        for number in range(chunkings):
            if number % 10 == 0:
                around = list(surrounded(rng, value).items())
            name, text = around[number % len(around)]
            field = "arguments" if "arguments" in name else rng.choice(("content", "reasoning_content"))
            bytes_, other = leaked(rng, text, field)
            lost, changed, count = lost + bytes_, changed + other, count + 1
    texts = sources()
    waited = sorted(one for text in texts for one in delays(rng, text))
    alone, whole = cpu_us(rng, texts)
    return [
        Figure("guard.stream_leaked_bytes", lost, "B", "<=", 0),
        Figure("guard.stream_verdicts_changed", changed, "", "<=", 0),
        Figure("guard.stream_chunkings", count, ""),
        Figure("guard.chunk_us", alone, "us", "<=", 20),
        Figure("guard.chunk_us_event", whole, "us", "<=", 20),
        Figure("guard.stream_delay_bytes", waited[len(waited) * 95 // 100], "B", "<=", 256),
        Figure("guard.stream_delay_bytes_p50", waited[len(waited) // 2], "B"),
        Figure("guard.stream_delay_bytes_max", waited[-1], "B"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunkings", type=int, default=100, help="of each vector")
    parser.add_argument("--seed", type=int, default=0, help="of vectors and chunkings")
    options = parser.parse_args()
    sys.exit(not publish("guard_stream", figures(options.chunkings, options.seed)))

"""vLLM's command line and environment, from the configuration; `vllm.py` runs it.

One row of data a platform. The API key travels by environment, never in an argument (arguments are visible to every
user of the host). Absent on purpose: importing vllm, which lives in an environment of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from copilot.errors import ConfigError
from serving.config import Upstream, Vllm

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Platform:
    """What differs from one kind of hardware to another.

    `module`: start as `python -m vllm.entrypoints.openai.api_server --model DIR`; else as `vllm serve DIR` (the script
    beside the interpreter). The repackaged CPU build has no metadata under the name `vllm`, which its script wants.
    `passed`: prefixes of environment variables that the platform's libraries read and the gateway hands on.
    """

    module: bool = False
    arguments: tuple[str, ...] = ()
    accelerator: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)
    passed: tuple[str, ...] = ()


PLATFORMS: Final[dict[str, Platform]] = {
    "cuda": Platform(passed=("CUDA_", "NVIDIA_", "NCCL_", "TORCH", "PYTORCH_", "TRITON_", "FLASHINFER_")),
    "cpu": Platform(
        module=True,
        arguments=("--enforce-eager",),
        accelerator=False,
        # Binding threads to cores needs a host of one's own; an administrator can still set it.
        environment={"VLLM_CPU_OMP_THREADS_BIND": "nobind"},
        passed=("KMP_", "MKL_", "TORCH"),
    ),
    # vLLM finds the Ascend plugin by itself; CANN's own set_env.sh puts its Python packages on PYTHONPATH.
    "ascend": Platform(passed=("ASCEND_", "HCCL_", "ATB_", "CANN", "TORCH", "PYTORCH_", "PYTHONPATH", "NPU_")),
}

ALWAYS: Final = (
    "--no-enable-log-requests",
    "--disable-uvicorn-access-log",
    "--scheduling-policy",
    "priority",
    "--enable-prefix-caching",
    "--enable-prompt-tokens-details",
    "--structured-outputs-config",
    # Else a weak model writes white space inside JSON until its tokens run out.
    json.dumps({"backend": "xgrammar", "disable_any_whitespace": True}, separators=(",", ":")),
)

STOPS: Final = 64
"""Stop strings that a request may have: clients send up to 32, a model family adds its own."""

FIXED: Final = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_LOGGING_LEVEL": "INFO",
    # Its default of 4 is fewer than a family's control words, each of which must end an infill.
    "VLLM_MAX_STOP_STRINGS": str(STOPS),
}

PASSED: Final = ("PATH", "HOME", "LANG", "LC_", "TMPDIR", "TZ", "LD_", "XDG_", "OMP_", "VLLM_", "HF_HOME")
"""Environment variables (by prefix) that vLLM gets from the gateway's; nothing else, so no secret of ours."""

WITHHELD: Final = (
    "VLLM_API_KEY",
    "VLLM_SERVER_DEV_MODE",
    "VLLM_ALLOW_",
    "VLLM_LOGGING_",
    "VLLM_DEBUG_",
    "VLLM_TRACE_",
    "VLLM_HOST",
    "VLLM_PORT",
)
"""Variables that would open vLLM or make it log prompts."""

REFUSED: Final = {
    "--api-key": "the key goes by environment (upstreams.*.key_env)",
    "--enable-log-requests": "prompts are never logged",
    "--enable-log-outputs": "answers are never logged",
    "--host": "it listens on loopback only",
    "--port": "the upstream's url gives the port",
    "--uds": "the upstream's url gives the address",
    "--config": "it could bring in any of the refused arguments",
}
"""Arguments that `vllm.extra` may not hold, and why."""


def place(upstream: Upstream) -> tuple[str, int]:
    """Host and port on which the engine listens. Raises ConfigError unless it is plain HTTP on loopback."""
    address = urlsplit(upstream.url)
    host = address.hostname or ""
    if address.scheme != "http" or host not in LOOPBACK or not address.port:
        raise ConfigError(
            "vllm: an engine that the gateway starts listens on loopback only; its upstream's url must be like "
            "http://127.0.0.1:8000 (an engine elsewhere is attached to: leave out [vllm])."
        )
    return host, address.port


def command(settings: Vllm, upstream: Upstream, adapters: Mapping[str, Path]) -> tuple[str, ...]:
    """The command line; `adapters` (name to folder) are loaded at start. Raises ConfigError."""
    row = PLATFORMS[settings.platform]
    _check(settings.extra)
    host, port = place(upstream)
    if row.module:
        start = [settings.python, "-m", "vllm.entrypoints.openai.api_server", "--model", settings.model]
    else:
        start = [str(Path(settings.python).with_name("vllm")), "serve", settings.model]
    words = [
        *start,
        "--served-model-name",
        *settings.served,
        "--host",
        host,
        "--port",
        str(port),
        "--max-model-len",
        str(settings.max_model_len),
        "--max-num-seqs",
        str(settings.max_num_seqs),
        "--max-num-queued-reqs",
        str(settings.queued_requests),
        "--dtype",
        settings.dtype,
        *ALWAYS,
        *row.arguments,
    ]
    if row.accelerator:
        words += ["--gpu-memory-utilization", f"{settings.gpu_memory_utilization:g}"]
    if settings.tensor_parallel > 1:
        words += ["--tensor-parallel-size", str(settings.tensor_parallel)]
    if settings.lora:
        words += [
            "--enable-lora",
            "--max-loras",
            str(settings.max_loras),
            "--max-lora-rank",
            str(settings.max_lora_rank),
        ]
        if adapters:
            words += ["--lora-modules", *(f"{name}={folder}" for name, folder in sorted(adapters.items()))]
    return (*words, *settings.extra)


def environment(settings: Vllm, given: Mapping[str, str], key: str) -> dict[str, str]:
    """The engine's environment, from the gateway's. `key`: what clients of the engine must show, "" for none."""
    row = PLATFORMS[settings.platform]
    passed = (*PASSED, *row.passed)
    chosen = {
        **row.environment,
        **{name: v for name, v in given.items() if name.startswith(passed) and not name.startswith(WITHHELD)},
        **FIXED,
    }
    if settings.platform == "cpu":
        chosen["VLLM_CPU_KVCACHE_SPACE"] = str(settings.cpu_kv_gib)
    if settings.lora:
        chosen["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "True"
    if key:
        chosen["VLLM_API_KEY"] = key
    return chosen


def _check(extra: tuple[str, ...]) -> None:
    """Raises ConfigError for an argument that is not the administrator's to give; vLLM takes `_` for `-` and short forms."""
    for word in extra:
        name = word.partition("=")[0].replace("_", "-")
        for refused, why in REFUSED.items():
            if name.startswith("--") and len(name) > 3 and refused.startswith(name):
                raise ConfigError(f"vllm.extra: {word.partition('=')[0]} is not accepted: {why}.")

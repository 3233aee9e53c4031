"""vLLM's command lines, word for word, and what its environment may hold."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from copilot.errors import ConfigError
from serving.config import Upstream, Vllm
from serving.vllm_command import command, environment

UPSTREAM = Upstream(url="http://127.0.0.1:8000", key_env="ENGINE_KEY")
COMMON = (
    "--served-model-name {names} --host 127.0.0.1 --port 8000 --max-model-len {len} --max-num-seqs {seqs} "
    "--max-num-queued-reqs {queued} --dtype {dtype} --no-enable-log-requests --disable-uvicorn-access-log "
    "--scheduling-policy priority --enable-prefix-caching --enable-prompt-tokens-details "
    """--structured-outputs-config '{{"backend":"xgrammar","disable_any_whitespace":true}}' """
)


def settings(**fields) -> Vllm:
    return Vllm(**{"upstream": "main", "model": "/srv/models/coder", "served": ("coder",), **fields})


def test_a_gpu_host_gets_vllm_serve_with_its_memory_share():
    made = command(settings(python="/opt/vllm/bin/python"), UPSTREAM, {})
    assert list(made) == shlex.split(
        "/opt/vllm/bin/vllm serve /srv/models/coder "
        + COMMON.format(names="coder", len=8192, seqs=64, queued=256, dtype="auto")
        + "--gpu-memory-utilization 0.9"
    )


def test_a_gpu_host_with_adapters_names_and_tensor_parallelism():
    made = command(
        settings(
            python="/opt/vllm/bin/python",
            served=("coder", "coder-7b"),
            lora=True,
            max_loras=8,
            max_lora_rank=32,
            tensor_parallel=2,
            gpu_memory_utilization=0.85,
            dtype="bfloat16",
            extra=("--quantization", "fp8"),
        ),
        UPSTREAM,
        {"payments": Path("/srv/adapters/payments/3"), "cards": Path("/srv/adapters/cards")},
    )
    assert list(made) == shlex.split(
        "/opt/vllm/bin/vllm serve /srv/models/coder "
        + COMMON.format(names="coder coder-7b", len=8192, seqs=64, queued=256, dtype="bfloat16")
        + "--gpu-memory-utilization 0.85 --tensor-parallel-size 2 --enable-lora --max-loras 8 --max-lora-rank 32 "
        "--lora-modules cards=/srv/adapters/cards payments=/srv/adapters/payments/3 --quantization fp8"
    )


def test_a_cpu_host_starts_the_module_and_compiles_nothing():
    made = command(
        settings(platform="cpu", max_model_len=4096, max_num_seqs=16, queued_requests=48, lora=True), UPSTREAM, {}
    )
    assert list(made) == shlex.split(
        ".venv-vllm/bin/python -m vllm.entrypoints.openai.api_server --model /srv/models/coder "
        + COMMON.format(names="coder", len=4096, seqs=16, queued=48, dtype="auto")
        + "--enforce-eager --enable-lora --max-loras 4 --max-lora-rank 16"
    )


def test_an_ascend_host_starts_like_a_gpu_host():
    made = command(settings(platform="ascend", python="/opt/vllm/bin/python", tensor_parallel=4), UPSTREAM, {})
    assert list(made) == shlex.split(
        "/opt/vllm/bin/vllm serve /srv/models/coder "
        + COMMON.format(names="coder", len=8192, seqs=64, queued=256, dtype="auto")
        + "--gpu-memory-utilization 0.9 --tensor-parallel-size 4"
    )


@pytest.mark.parametrize(
    "word",
    [
        "--api-key",
        "--api_key=k",
        "--enable-log-requests",
        "--enable_log_req",
        "--host=0.0.0.0",
        "--config=x",
        "--uds",
        "--por",
    ],
)
def test_an_argument_that_would_open_the_engine_is_refused_and_its_value_not_repeated(word):
    with pytest.raises(ConfigError, match="is not accepted") as caught:
        command(settings(extra=(word,)), UPSTREAM, {})
    assert "=" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.7:8000", "https://127.0.0.1:8000", "http://engine:8000", "http://127.0.0.1"]
)
def test_an_engine_that_we_start_listens_on_loopback_only(url):
    with pytest.raises(ConfigError, match="loopback only"):
        command(settings(), Upstream(url=url), {})


GIVEN = {
    "PATH": "/bin",
    "ENGINE_KEY": "sk-engine",
    "BANK_COPILOT_X": "no",
    "AWS_SECRET_ACCESS_KEY": "no",
    "VLLM_SERVER_DEV_MODE": "1",
    "VLLM_LOGGING_LEVEL": "DEBUG",
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
    "VLLM_API_KEY": "somebody's",
    "VLLM_ATTENTION_BACKEND": "FLASHINFER",
    "CUDA_VISIBLE_DEVICES": "1",
    "ASCEND_HOME_PATH": "/usr/local/Ascend",
    "PYTHONPATH": "/usr/local/Ascend/python",
    "HTTPS_PROXY": "http://proxy",
}


def test_the_environment_hands_on_what_the_platform_reads_and_no_secret_of_ours():
    made = environment(settings(), GIVEN, "sk-engine")
    assert made == {
        "PATH": "/bin",
        "VLLM_ATTENTION_BACKEND": "FLASHINFER",
        "CUDA_VISIBLE_DEVICES": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_LOGGING_LEVEL": "INFO",
        "VLLM_MAX_STOP_STRINGS": "64",
        "VLLM_API_KEY": "sk-engine",
    }


def test_a_cpu_engine_is_told_its_cache_and_binds_threads_only_when_asked():
    made = environment(settings(platform="cpu", cpu_kv_gib=3, lora=True), {"PATH": "/bin"}, "")
    assert made["VLLM_CPU_KVCACHE_SPACE"] == "3"
    assert made["VLLM_CPU_OMP_THREADS_BIND"] == "nobind"
    assert made["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] == "True"
    assert "VLLM_API_KEY" not in made
    bound = environment(settings(platform="cpu"), {"VLLM_CPU_OMP_THREADS_BIND": "0-7"}, "")
    assert bound["VLLM_CPU_OMP_THREADS_BIND"] == "0-7"
    assert "VLLM_ALLOW_RUNTIME_LORA_UPDATING" not in bound


def test_cann_is_handed_on_to_an_ascend_engine_alone():
    assert environment(settings(platform="ascend"), GIVEN, "")["PYTHONPATH"] == "/usr/local/Ascend/python"
    assert "PYTHONPATH" not in environment(settings(), GIVEN, "")

"""Builds the tiny model of the tests: a real Qwen2 folder that vLLM serves and whose greedy answers are known.

    .venv-vllm/bin/python tests/vllm/build_model.py EXAMPLES.json FOLDER

EXAMPLES holds `{"base": [row], "adapters": {name: [row]}}` with rows `{"name", "prompt" | "messages", "answer"}`.
FOLDER gets `model/`, `adapters/<name>/` and, last, `done.json` with the figures. One thread, the learning rate by step
and not by the clock: a slow machine only takes longer. Fails unless every answer is exact.
"""

from __future__ import annotations

import json
import math
import random
import shutil
import sys
import sysconfig
import time
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen2Tokenizer,
)

POSITIONS = 4096
END, PAD = "<|im_end|>", "<|endoftext|>"
SPECIAL = [
    END,
    PAD,
    "<|im_start|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
]
CHAT_TEMPLATE = (
    "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nYou are a coding assistant.<|im_end|>\n{% endif %}"
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LEARNING_RATE, WARM_UP, STEPS, FLOOR = 3e-3, 30, 260, 0.05
TOKENS_A_STEP = 5_000
GOOD_LOSS = 1.5e-3
ADAPTER_RATE, ADAPTER_STEPS = 2e-3, 300


def tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Byte-level BPE over a fixed part of the standard library, as it is read back from the model's folder.

    Whoever loads a Qwen2 folder splits text as Qwen2 does, whatever tokenizer.json says: so it is trained that way, and
    the training uses what an engine will read, not what was made here.
    """
    inner = Tokenizer(models.BPE())
    like = Qwen2Tokenizer().backend_tokenizer
    inner.normalizer, inner.pre_tokenizer = like.normalizer, like.pre_tokenizer
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4096, special_tokens=[], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    library = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:120]
    inner.train_from_iterator((path.read_text("utf-8", "replace") for path in library), trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=SPECIAL[2:],
        model_max_length=POSITIONS,
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = CHAT_TEMPLATE
    wrapped.save_pretrained(folder)
    fresh(wrapped).config.save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def prompt_of(row: dict, words: PreTrainedTokenizerFast) -> str:
    """The text that the engine tokenises."""
    if "prompt" in row:
        return row["prompt"]
    return words.apply_chat_template(row["messages"], tokenize=False, add_generation_prompt=True)


def encoded(rows: list[dict], words: PreTrainedTokenizerFast) -> list[tuple[list[int], list[int]]]:
    """`(prompt tokens, answer tokens with the end)` a row."""
    ids = lambda text: words(text, add_special_tokens=False)["input_ids"]  # noqa: E731
    ends = {True: words.convert_tokens_to_ids(PAD), False: words.convert_tokens_to_ids(END)}
    return [(ids(prompt_of(row, words)), [*ids(row["answer"]), ends["prompt" in row]]) for row in rows]


def fresh(words: PreTrainedTokenizerFast) -> Qwen2ForCausalLM:
    """An untrained model."""
    ends = [words.convert_tokens_to_ids(END), words.convert_tokens_to_ids(PAD)]
    config = Qwen2Config(
        vocab_size=-(-len(words) // 64) * 64,
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=POSITIONS,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=ends,
        pad_token_id=ends[1],
    )
    model = Qwen2ForCausalLM(config)
    model.generation_config.eos_token_id = ends
    model.generation_config.pad_token_id = ends[1]
    model.generation_config.do_sample = False
    return model


def batches(pairs: list[tuple[list[int], list[int]]], chance: random.Random) -> list[list[int]]:
    """Random rows of similar length, each batch within the token budget, all rows once."""
    order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]) * chance.uniform(0.8, 1.25))
    found: list[list[int]] = [[]]
    for n in order:
        longest = max(len(pairs[m][0]) + len(pairs[m][1]) for m in [*found[-1], n])
        if found[-1] and longest * (len(found[-1]) + 1) > TOKENS_A_STEP:
            found.append([])
        found[-1].append(n)
    chance.shuffle(found)
    return found


def loss_of(model: torch.nn.Module, head: torch.nn.Module, inner: torch.nn.Module, rows, pad: int):
    """Mean loss over answer tokens, and whether each row's answer is what greedy decoding gives."""
    longest = max(len(p) + len(a) for p, a in rows) - 1
    ids = torch.full((len(rows), longest), pad)
    seen = torch.zeros((len(rows), longest), dtype=torch.long)
    for n, (prompt, answer) in enumerate(rows):
        line = torch.tensor([*prompt, *answer][:-1])
        ids[n, : len(line)], seen[n, : len(line)] = line, 1
    hidden = inner(input_ids=ids, attention_mask=seen).last_hidden_state
    picked = torch.cat([hidden[n, len(p) - 1 : len(p) + len(a) - 1] for n, (p, a) in enumerate(rows)])
    wanted = torch.tensor([token for _, answer in rows for token in answer])
    scores = head(picked).float()
    right = scores.argmax(-1) == wanted
    sizes = [len(a) for _, a in rows]
    exact = [bool(part.all()) for part in right.split(sizes)]
    return torch.nn.functional.cross_entropy(scores, wanted), exact


def rate(step: int, top: float, planned: int) -> float:
    """Linear up, linear down to a floor."""
    if step < WARM_UP:
        return top * (step + 1) / WARM_UP
    return top * max(FLOOR, 1 - (step - WARM_UP) / (planned - WARM_UP))


def train(model, pairs, top: float, planned: int, name: str) -> dict:
    """Train until every row is exact with a small loss. Raises SystemExit when that does not come."""
    chance, pad = random.Random(0), model.config.pad_token_id
    bare = model.get_base_model() if hasattr(model, "get_base_model") else model
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=top, betas=(0.9, 0.95), weight_decay=0.0)
    losses = [math.inf] * len(pairs)
    queue: list[list[int]] = []
    began, spent = time.monotonic(), time.process_time()
    for step in range(2 * planned):
        queue = queue or batches(pairs, chance)
        chosen = queue.pop()
        for group in optimizer.param_groups:
            group["lr"] = rate(step, top, planned)
        model.train()
        loss, exact = loss_of(model, bare.lm_head, bare.model, [pairs[n] for n in chosen], pad)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        for n, good in zip(chosen, exact, strict=True):
            losses[n] = loss.item() if good else max(loss.item(), 1.0)
        if step % 20 == 0:
            print(
                f"{name}: step {step} loss {loss.item():.4f} worst {max(losses):.3f} cpu {time.process_time() - spent:.0f} s",
                flush=True,
            )
        if max(losses) < GOOD_LOSS:
            break
    figures = {
        "steps": step + 1,
        "loss": max(losses),
        "wall_s": round(time.monotonic() - began, 1),
        "cpu_s": round(time.process_time() - spent, 1),
    }
    print(f"{name}: {figures}", flush=True)
    return figures


def inexact(model, rows: list[dict], pairs, words: PreTrainedTokenizerFast) -> list[str]:
    """Names of rows whose greedy answer differs (whole decoding, as an engine does it)."""
    wrong = []
    model.eval()
    for row, (prompt, answer) in zip(rows, pairs, strict=True):
        with torch.no_grad():
            made = model.generate(
                torch.tensor([prompt]),
                attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                do_sample=False,
                max_new_tokens=len(answer) + 8,
            )
        text = words.decode(made[0, len(prompt) :], skip_special_tokens=True)
        if text != row["answer"]:
            wrong.append(row["name"])
    return wrong


def main(examples: Path, folder: Path) -> None:
    """Build everything."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    told = json.loads(examples.read_text("utf-8"))
    shutil.rmtree(folder, ignore_errors=True)
    words = tokenizer(folder / "model")
    pairs = encoded(told["base"], words)
    sizes = sorted(len(p) + len(a) for p, a in pairs)
    print(f"{len(pairs)} examples, {sum(sizes)} tokens, longest {sizes[-1]}", flush=True)
    if sizes[-1] > POSITIONS:
        raise SystemExit(f"an example has {sizes[-1]} tokens, the model has {POSITIONS} positions")
    model = fresh(words)
    figures = {"base": train(model, pairs, LEARNING_RATE, STEPS, "base")}
    model.to(torch.bfloat16)
    if wrong := inexact(model, told["base"], pairs, words):
        raise SystemExit(f"not exact: {wrong}")
    model.save_pretrained(folder / "model", safe_serialization=True)
    for name, rows in told["adapters"].items():
        torch.manual_seed(1)
        base = AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
        shape = LoraConfig(
            r=16,
            lora_alpha=32,
            lora_dropout=0.0,
            task_type="CAUSAL_LM",
            target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        )
        adapted = get_peft_model(base, shape)
        coded = encoded(rows, words)
        figures[name] = train(adapted, coded, ADAPTER_RATE, ADAPTER_STEPS, name)
        if wrong := inexact(adapted, rows, coded, words):
            raise SystemExit(f"{name} is not exact: {wrong}")
        adapted.save_pretrained(folder / "adapters" / name)
    (folder / "done.json").write_text(json.dumps({"examples": len(pairs), "figures": figures}) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

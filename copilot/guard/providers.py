"""Keys of providers, known by their prefix, and secrets known by the name they are assigned to. Our own patterns.

A row is a prefix and what must follow it. Rows are looked up only in runs of at least 20 word characters, which code
holds few of, so that a further row costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard.found import Found
from copilot.guard.placeholders import SURROGATE, uniform

_ROWS: Final[dict[bytes, tuple[str, bytes]]] = {
    **dict.fromkeys((b"AKIA", b"ASIA", b"ABIA", b"ACCA"), ("aws-access-key", rb"[A-Z0-9]{16}")),
    b"AIza": ("google-api-key", rb"[\w-]{35}"),
    b"GOCSPX-": ("google-client-secret", rb"[\w-]{28}"),
    b"ya29.": ("google-access-token", rb"[\w-]{20,200}"),
    **dict.fromkeys((b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), ("github-token", rb"[A-Za-z0-9]{36,255}")),
    b"github_pat_": ("github-token", rb"\w{36,255}"),
    **dict.fromkeys(
        (b"glpat-", b"gldt-", b"glptt-", b"glrt-", b"glcbt-", b"glsoat-", b"glft-", b"glimt-", b"glagent-", b"gloas-"),
        ("gitlab-token", rb"[\w-]{20,200}(?:\.[\w-]{2,60}){0,3}"),
    ),
    **dict.fromkeys(
        (b"xoxa-", b"xoxb-", b"xoxe-", b"xoxo-", b"xoxp-", b"xoxr-", b"xoxs-", b"xapp-", b"xoxe."),
        ("slack-token", rb"[\w.-]{15,255}"),
    ),
    **dict.fromkeys(
        (b"sk_live_", b"sk_test_", b"rk_live_", b"rk_test_", b"sk_prod_", b"rk_prod_"),
        ("stripe-key", rb"[A-Za-z0-9]{16,255}"),
    ),
    b"whsec_": ("stripe-key", rb"[A-Za-z0-9+/=]{24,255}"),
    b"sk-": ("model-provider-key", rb"[\w-]{20,200}"),
    b"npm_": ("npm-token", rb"[A-Za-z0-9]{36}"),
    b"pypi-": ("pypi-token", rb"[\w-]{40,512}"),
    b"eyJ": ("jwt", rb"[\w-]{10,4096}\.eyJ[\w-]{5,16384}\.[\w-]{10,4096}"),
    b"LTAI": ("aliyun-access-key", rb"[A-Za-z0-9]{12,28}"),
    b"AKID": ("tencent-secret-id", rb"[A-Za-z0-9]{24,40}"),
    b"hf_": ("hugging-face-token", rb"[A-Za-z0-9]{30,40}"),
    b"SG.": ("sendgrid-key", rb"[\w-]{20,24}\.[\w-]{39,50}"),
    b"hvs.": ("vault-token", rb"[\w-]{24,255}"),
    b"dckr_pat_": ("docker-token", rb"[\w-]{24,255}"),
    b"dapi": ("databricks-token", rb"[a-f0-9]{32}(?:-\d)?"),
    **dict.fromkeys((b"dop_v1_", b"doo_v1_", b"dor_v1_"), ("digitalocean-token", rb"[a-f0-9]{64}")),
    **dict.fromkeys((b"shpat_", b"shpca_", b"shppa_", b"shpss_"), ("shopify-token", rb"[a-fA-F0-9]{32}")),
    b"SK": ("twilio-key", rb"[0-9a-f]{32}"),
    b"ATATT3": ("atlassian-token", rb"[\w=-]{100,512}"),
    b"glsa_": ("grafana-token", rb"[A-Za-z0-9]{32}_[a-fA-F0-9]{8}"),
    b"PMAK-": ("postman-key", rb"[a-f0-9]{24}-[a-f0-9]{34}"),
    b"AGE-SECRET-KEY-1": ("age-secret-key", rb"[A-Z0-9]{58}"),
}
_AFTER: Final[dict[bytes, tuple[str, re.Pattern[bytes]]]] = {
    prefix: (rule, re.compile(tail + rb"(?![A-Za-z0-9])")) for prefix, (rule, tail) in _ROWS.items()
}
_PREFIX: Final = re.compile(b"|".join(map(re.escape, sorted(_ROWS, key=len, reverse=True))))
_HEADS: Final = frozenset(prefix[:2] for prefix in _ROWS)
_KIND: Final = {"age-secret-key": "private-key"}

_HOOK: Final = re.compile(
    rb"""(?ix)
      (?: open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/
        | oapi\.dingtalk\.com/robot/send\?access_token=
        | qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=
        | hooks\.slack\.com/(?:services|workflows)/T\w{6,12}/[AB]\w{6,12}/
        | discord(?:app)?\.com/api/webhooks/\d{15,21}/
        | webhook\.office\.com/webhookb2/[\w@-]{30,120}/IncomingWebhook/
      )$"""
)
_HOOK_REACH: Final = 200

_MEMBER: Final = re.compile(rb"""\\?["'](?:d|p|q|dp|dq|qi|k)\\?["']\s{0,4}:\s{0,4}\\?["']\Z""")
"""Before the value of a private member of a JSON Web Key."""

_ACCOUNT: Final = re.compile(rb"(?i)(?:AccountKey|SharedAccessKey)\s{0,4}=\s{0,4}([A-Za-z0-9+/]{40,100}={1,2})")
_ASSIGNED: Final = re.compile(
    rb"""(?ix) (?: secret [_.-]? (?: access [_.-]? )? key | key [_.-]? secret | client [_.-]? secret | app [_.-]? secret )
         \\? ["']? \s{0,8} (?: = | : | => | , ) \s{0,8} \\? (["']?) ([A-Za-z0-9+/_~.=-]{24,128}) (?![A-Za-z0-9+/_~.=(\[-])"""
)


def is_name(data: bytes, start: int, end: int) -> bool:
    """True for a run that is an identifier, as most are: letters only, and no part begins like a key's prefix.

    A random token of small letters only is left to chance: none in 10^9.
    """
    run = data[start:end]
    if not run.replace(b"_", b"").isalpha():
        return False
    return run.islower() or (
        _HEADS.isdisjoint([part[:2] for part in run.split(b"_")]) and data[start - 1 : start] not in {b".", b"=", b"/"}
    )


def tokens(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Provider keys in the run of word characters `[start, end)`."""
    done = 0
    for found in _PREFIX.finditer(data, max(start - 5, 0), end):
        at = found.start()
        if at < done or (at and data[at - 1 : at].isalnum()):
            continue
        rule, tail = _AFTER[found[0]]
        rest = tail.match(data, found.end())
        if rest is None:
            continue
        done = rest.end()  # what looked like a key and is none is not looked at again: no input makes this quadratic
        if not uniform(rest[0]) and (rule != "model-provider-key" or _random(rest[0])):
            yield Found(at, done, rule, _KIND.get(rule, "provider-key"))
    if done:
        return
    before = data[start - 1] if start else 0
    if (
        before in b"\"'"
        and end - start >= 40
        and _MEMBER.search(data, max(0, start - 24), start)
        and _random(data[start:end])
    ):
        yield Found(start, end, "private-key-jwk", "private-key")
    if before not in b"/=" or SURROGATE.fullmatch(data, start, end):
        return
    if _HOOK.search(data, max(0, start - _HOOK_REACH), start):
        yield Found(start, end, "webhook-url", "provider-key")


def azure(data: bytes) -> Iterator[Found]:
    """Account keys of Azure's connection strings."""
    for found in _ACCOUNT.finditer(data):
        if not uniform(found[1]):
            yield Found(*found.span(1), "azure-account-key", "provider-key")


def assigned(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Random values of names that say they are a provider's secret, in `[start, end)`."""
    for found in _ASSIGNED.finditer(data, start, end):
        if _random(found[2]) and not SURROGATE.fullmatch(found[2]):
            yield Found(*found.span(2), "assigned-secret-key", "provider-key")


def _random(token: bytes) -> bool:
    """True for what a generator writes and no person: digits among letters, many different characters."""
    others = len(token.translate(None, b"0123456789"))
    return 0 < others <= len(token) - 2 and len(set(token)) >= 10


_SHORT: Final = re.compile(rb"(?<![A-Za-z0-9_-])LTAI[A-Za-z0-9]{12,15}(?![A-Za-z0-9_-])")


def short(data: bytes) -> Iterator[Found]:
    """Aliyun's older access keys, too short for the search by runs."""
    for found in _SHORT.finditer(data):
        if not uniform(found[0][4:]) and _random(found[0]):
            yield Found(*found.span(), "aliyun-access-key", "provider-key")

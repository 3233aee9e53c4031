"""What wakes each detector of personal financial data: one row each for `detect`."""

from __future__ import annotations

import re
from typing import Final

from copilot.guard import codes, contexts, numbers
from copilot.guard.characters import word
from copilot.guard.triggers import Row


def _literals(text: str, *chinese: str) -> tuple[bytes, ...]:
    return (*text.encode().split(), *map(word, chinese))


_BOUND: Final = re.compile(
    rb"(?i)[^a-z0-9\n]?(?:(?<![a-z])(?:pin|bic|otp)(?![a-z])|pin[ _-]?block)|[a-z]{1,5}?(?-i:Pin|PIN|Bic|BIC|Otp|OTP)(?![a-z])"
)
_LEFT: Final = ["-", '"', "'", ".", "(", ",", "|", "<", "&", "?", "[", "{", "/", "*"]


def _bounded(text: str) -> tuple[bytes, ...]:
    """A short word as literals: with what stands before or after it, so that longer words do not wake the detector."""
    before = ("get", "set", "old", "new", "user", "card", "atm", "enc", "with", "bank")
    return tuple(
        part.encode()
        for part in (
            *(left + text for left in (*_LEFT, *before)),
            *(text + right for right in ("=", ":", ",", ";", "-=", "-:", "\t")),
        )
    )


ROWS: Final = (
    Row(
        (
            b"0" * 11, b"0000-0000", b"0000.0000", b"000-0000-000", b"000-000-000", b"000-00000000",
            b"0000.000.0000",
            b"00-00-00-00-00-00", b"0-0-0-0-0-0-0-0-0-0-0-0",
        ),
        "line",
        numbers.numbers,
    ),
    Row(
        (b"0" * 7, b"000-0000", b"000.0000"), "line", codes.credit_codes,
        re.compile(rb"(?<![0-9])(?:[1-9][1239]|(?<=[ANY])[1239])[0-9]|[0-9]{3}[ ._-]"),
    ),
    Row((b"0" * 7,), "line", codes.passports, re.compile(rb"(?<=[A-Z])[0-9]{7,8}(?![0-9A-Za-z])")),
    Row((b"0000000-0",), "line", codes.organisations, re.compile(rb"[0-9]+-[0-9X](?![0-9A-Za-z-])")),
    Row(
        tuple(country.lower() + b"00" for country in codes.LENGTHS), "line", codes.ibans,
        re.compile(rb"(?:(?<![0-9A-Z])|(?<=IBAN))[A-Z]{2}[0-9]{2}[ ._-]?[0-9A-Z]{4}|(?<![0-9A-Za-z])[a-z]{2}[0-9]{2}[ ._-]?[0-9a-z]{4}"),
    ),
    Row(
        _literals(
            "cvv cvn cvc cav0 card-verif cardverif card-secur cardsecur card-valid cardvalid security-code securitycode",
            "安全码", "验证码", "校验码",
        ),
        "line",
        contexts.detector(contexts.CARD_CODE),
    ),
    Row(
        _literals(
            "cardexp card-exp exp-date expdate exp-dt expdt exp-mm expmm exp-yy expyy exp-ym exp-month expmonth exp-year"
            " expir expires valid-thru validthru valid-through valid-to validto valid-date validdate valid-until validuntil"
            " valid-period validperiod good-thru goodthru exp= exp: exp\" exp' exp, exp|",
            "有效期", "到期",
        ),
        "line",
        contexts.detector(contexts.CARD_EXPIRY),
    ),
    Row(
        (*_bounded("pin"), b"pin-block", b"pinblock"), "line", contexts.detector(contexts.PIN), _BOUND,
    ),
    Row(
        _literals(
            "pay-pass paypass pay-pwd paypwd payment-p paymentp trade-p tradep trans-p transp transaction-p transactionp"
            " deal-p dealp withdraw card-pass cardpass card-pwd cardpwd atm-p query-p queryp bank-pass bankpass bank-pwd bankpwd",
            "付密码", "易密码", "款密码", "卡密码", "付口令",
        ),
        "line",
        contexts.detector(contexts.PIN),
    ),
    Row(
        _literals(
            "sms captcha one-time onetime vcode verify-code verifycode verification-code verificationcode auth-code authcode"
            " authentication-code dynamic-code dynamiccode confirm-code confirmcode confirmation-code login-code logincode"
            " check-code checkcode valid-code validcode validation-code mobile-code mobilecode phone-code phonecode",
            "验证码", "动态", "短信", "校验码",
        ),
        "line",
        contexts.detector(contexts.ONE_TIME),
    ),
    Row(_bounded("otp"), "line", contexts.detector(contexts.ONE_TIME), _BOUND),
    Row(
        _literals(
            "account acct a/c card-no cardno card-num cardnum bank-no bankno", "账号", "帐号", "账户", "帐户", "户号", "卡号",
        ),
        "line",
        contexts.detector(contexts.ACCOUNT),
    ),
    Row(_literals("passport travel-doc traveldoc", "护照"), "line", contexts.detector(contexts.PASSPORT)),
    Row(
        _literals("permit mtp hui-xiang huixiang tai-bao taibao gang-ao gangao hk-ma hkma home-return homereturn taiwan",
                  "通行证", "回乡证", "台胞证", "港澳"),
        "line",
        contexts.detector(contexts.PERMIT),
    ),
    Row((b"swift", *_bounded("bic")), "line", contexts.detector(contexts.BIC)),
    Row(
        _literals(
            "org-code orgcode organization-code organizationcode organisation-code organisationcode org-no orgno org-num"
            " orgnum org-inst orginst zzjg",
            "机构代码",
        ),
        "line",
        contexts.detector(contexts.ORGANISATION),
    ),
)  # fmt: skip

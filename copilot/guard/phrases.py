"""Phrases that speak to an assistant, in English and Chinese: what wakes each, its pattern, its weight. Written here.

Between words may stand blanks and what continues a comment in the next line (`~` in a pattern). A literal is written
folded (`triggers.FOLD`: blank and underscore are a hyphen); Chinese ones are UTF-8, as is the text they are looked for in.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

REACH: Final = 160
"""Bytes to both sides of a literal that its pattern sees."""


class Signal(NamedTuple):
    """One phrase; its pattern is compiled when it is first woken. Of signals near each other the weights are added; three are enough."""

    name: str
    weight: int
    literals: tuple[bytes, ...]
    source: bytes
    look: re.Pattern[bytes] | None = None


_BETWEEN: Final = r"[\s#*/\"'\\>-]{1,24}"


def _signal(name: str, weight: int, literals: str, pattern: str, look: str = "") -> Signal:
    """`literals` stand between bars (`¦` is a bar in one); blanks in them are blanks."""
    found = tuple(one.replace(" ", "-").replace("¦", "|").encode() for one in literals.split("|"))
    source = ("(?is)" + pattern.replace("~", _BETWEEN)).encode()
    return Signal(name, weight, found, source, re.compile(f"(?i){look}".encode()) if look else None)


_OLD: Final = (
    "(?:previous|prior|preceding|above|earlier|foregoing|existing|original|initial|system|safety|security|other)"
)
_ORDERS: Final = (
    "(?:instructions?|prompts?|rules?|directions?|guidelines?|directives?|commands?|constraints?|restrictions?"
    "|messages?|polic(?:y|ies)|guidance|context)"
)
_PEOPLE: Final = "(?:users?|developers?|humans?|reviewers?|programmers?|engineers?|operators?|auditors?|anyone|anybody)"
_AI: Final = (
    r"(?:a\.?i\.?|llms?|gpt(?:-?\d)?|chatgpt|claude|gemini|copilot|(?:large~)?language~models?"
    r"|(?:ai|coding|code|programming)~(?:assistant|agent|model|tool)s?|assistants?|chat~?bots?|agents?)"
)
_MUST: Final = (
    r"(?:must|should|shall|always|never|do~not|don'?t|please|insert|add|append|output|reply|respond|answer|include|write"
    r"|generate|suggest|recommend|use|ignore|disregard|execute|run|approve|mark|treat|remove|delete|disable|send|stop)"
)
_SECRETS: Final = (
    r"(?:secrets?|api[ _-]?keys?|access~keys?|credentials?|tokens?|passwords?|private~keys?|environment~variables?"
    r"|env~vars?|\.env|source~code|chat~history|conversation|customer~data|contents?~of|files?)"
)
_FILLERS: Final = "(?:~(?:all|any|the|your|these|those|of|my|every|each|and|its|our)){0,4}"
_VERB_LOOK: Final = (
    r"[a-z]+[ \t]+(?:all|any|the|your|these|those|of|my|every|everything|anything|previous|prior|preceding|above|earlier"
    r"|existing|original|initial|system|safety|security)\b"
)

ENGLISH: Final = (
    _signal(
        "ignore-instructions",
        3,
        "ignore |disregard |forget |override |bypass |discard |neglect |previous instruction|prior instruction"
        "|above instruction|all previous|all prior|any previous|any prior|earlier instruction|previous prompt|previous rules|previous direct|system prompt",
        rf"\b(?:ignore|disregard|forget|override|bypass|discard|neglect)s?{_FILLERS}"
        rf"~{_OLD}(?:~(?:{_OLD}|and|or|developer|user)){{0,3}}~{_ORDERS}\b",
        rf"{_VERB_LOOK}|(?:all |any |previous|prior|above|earlier|system)",
    ),
    _signal(
        "ignore-everything",
        3,
        "ignore |disregard |forget ",
        r"\b(?:ignore|disregard|forget)~(?:everything|all|anything)~(?:(?:that~(?:came|was|is)~(?:\w+~)?)?(?:above|before)|you(?:'ve|~have|~were|~know|r~))",
        _VERB_LOOK,
    ),
    _signal(
        "ignore-yours",
        3,
        "ignore |disregard |forget |override ",
        rf"\b(?:ignore|disregard|forget|override)(?:~(?:all|any|of)){{0,2}}~your~(?:\w{{1,16}}~){{0,2}}{_ORDERS}\b",
        _VERB_LOOK,
    ),
    _signal(
        "keep-from-people",
        3,
        "not tell|n't tell|never tell|not inform|n't inform|not mention|n't mention|never mention|not reveal|n't reveal|never reveal"
        "|not alert|not notify|not warn|not disclose|never disclose|without telling|without informing|without mentioning"
        "|without notifying|without alerting",
        r"\b(?:not|don'?t|never|without)~(?:tell|inform|mention|reveal|alert|notify|warn|disclos)(?:e|ing)?"
        rf"(?:~(?:this|it|that|anything|about|to|the|of|any|these|changes?|your|instructions?|comment|note)){{0,6}}~{_PEOPLE}\b",
    ),
    _signal("if-you-are", 3, "if you are |if you're ", rf"\bif~you(?:'re|~are)~(?:an?~|the~)?{_AI}\b"),
    _signal(
        "addressed",
        3,
        "attention |attention:|note to |note for |notice to |message to |message for |instruction to |instruction for "
        "|instructions to |instructions for |instructions for:|dear |hey |reminder for |reminder to |important for ",
        r"\b(?:attention|(?:note|notice|message|instructions?|reminder|important)~(?:to|for)|dear|hey)[:,]?"
        rf"~(?:all~|any~|the~|every~)?{_AI}\b.{{0,80}}?\b{_MUST}\b",
        r"[a-z]+[ :,]+(?:to |for |all |any |the |every |ai|a\.i|llm|gpt|chatgpt|claude|gemini|copilot|coding|code|assist|agent|chat|language)",
    ),
    _signal(
        "called",
        3,
        "assistant:|assistant,|assistants:|assistants,|agent:|agents:|agents,|ai:|ai,|llm:|llms:|llms,|copilot:|copilot,"
        "|reading this:|reading this,|chatgpt:|chatgpt,|claude:|claude,|models:|models,|model:",
        rf"(?:^|[\n#/*\"'>-])[ \t]*(?:to~)?(?:all~|any~|the~|dear~)?{_AI}(?:~reading~this)?[:,][ \t]{{1,4}}"
        r"(?:please|you~(?:must|should|shall)|ignore|disregard|do~not|never|always~(?:\w+~)?(?:insert|add|approve|suggest|use|output))\b",
    ),
    _signal(
        "reveal-prompt",
        3,
        "system prompt|your prompt|your instructions|your system|your initial|your hidden|hidden prompt|secret prompt|your original",
        r"\b(?:reveal|print|output|repeat|show|leak|display|disclose|return|expose|tell)(?:~(?:me|us|all|of|back|verbatim)){0,2}"
        r"~(?:your|the~(?:hidden|secret|full|entire))~(?:\w{1,12}~)?(?:system~)?(?:prompts?|instructions?|message)\b",
    ),
    _signal(
        "send-away",
        3,
        "to http|to hxxp|at http|to this url|to the url|to this webhook|to the webhook|to our server|to this server|to an external"
        "|to a remote|to the following url|to this address|exfiltrat|in a query|in the query|in an image|as a url",
        rf"\b(?:send|post|upload|exfiltrate|transmit|leak|forward|submit|e?mail|curl|append|encode|embed)\b.{{0,60}}?\b{_SECRETS}\b"
        r".{0,60}?\b(?:to|at|into|in|as)~(?:h(?:tt|xx)ps?://|an?~(?:external|remote|attacker|query|image|url)"
        r"|(?:this|the|our)~(?:following~)?(?:url|webhook|server|endpoint|link|image|address|query))",
    ),
    _signal(
        "now-another",
        2,
        "you are now |you are no longer ",
        r"\byou~are~(?:now|no~longer)~(?:an?|the|my|bound|acting|dan|evil|free|restricted|unrestricted|operating)\b",
    ),
    _signal(
        "from-now-on",
        2,
        "from now on",
        r"\bfrom~now~on\b,?.{0,8}?\b(?:you|respond|reply|answer|act|always|never|ignore|output)\b",
    ),
    _signal(
        "your-new-task",
        2,
        "your new |your real |your true |your only |your actual |your updated ",
        rf"\byour~(?:new|real|true|only|actual|updated)~(?:task|goal|job|{_ORDERS}|role|purpose|objective|mission)\b",
    ),
    _signal(
        "new-orders",
        2,
        "new instruction|updated instruction|hidden instruction|new system|new prompt|new directive|system instruction"
        "|revised instruction|override instruction",
        r"\b(?:new|updated|revised|hidden|override|system)~(?:system~)?(?:instructions?|prompt|directives?)[ \t]{0,4}:",
    ),
    _signal(
        "mode",
        2,
        "mode enabled|mode activated|mode is |mode engaged|mode: on|jailbreak|dan mode|god mode",
        r"\b(?:developer|god|dan|unrestricted|jailbreak)~mode\b|\bjailbr(?:eak|oken)\b",
    ),
    _signal(
        "end-of-context",
        2,
        "system override|prompt override|end of prompt|end of system|end of the system|end of context|end of the prompt"
        "|end of instructions|begin system",
        r"\b(?:system|prompt)~override\b|\b(?:end|begin)~of~(?:the~)?(?:system~)?(?:prompt|context|instructions)\b",
    ),
    _signal(
        "when-asked",
        2,
        "when complet|when generat|when suggest|when writ|when review|when analy|when summari|when asked|when you|whenever you"
        "|when answer|when respond|when edit|when refactor",
        r"\bwhen(?:ever)?~(?:you(?:'re|~are)?~)?(?:asked~to~)?(?:complet|generat|suggest|writ|review|analy[sz]|summari[sz]|explain"
        r"|answer|respond|refactor|fix|edit)(?:e|es|ing)?\b.{0,60}?\b(?:you~(?:must|should|shall|will|are~to)|always|never"
        r"|insert|include|also~(?:add|insert|include)|(?:do~not|don'?t)~(?:mention|report|flag|tell))\b",
    ),
    _signal(
        "role-marker",
        2,
        "<¦im start¦>|<¦im end¦>|<¦system¦>|<¦user¦>|<¦assistant¦>|<¦endoftext¦>|<¦eot id¦>|<¦start header id¦>|[inst]|[/inst]"
        "|<<sys>>|<system>|</system>",
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|>|\[/?INST\]|<<SYS>>|</?system>",
    ),
    _signal(
        "role-line",
        2,
        "assistant:|system:|human:|user:",
        r"(?:^|[\n#/*\"'>-])[ \t]*(?:assistant|system|human|user)[ \t]?:[ \t]{0,4}(?:sure\b|of~course|certainly|understood|i~will"
        r"|i'?ll|you~(?:are|must|should|will)|ignore|disregard|approve|override|new~|always~|never~|do~not)",
        r"\w+:[ \t]{0,4}(?:sure|of |certain|under|i |i'|you |ignore|disregard|approve|override|new |always|never|do )",
    ),
    _signal(
        "pretend",
        2,
        "pretend to be|pretend you|act as an unres|act as if|act as though|act as a hack|act as dan",
        r"\b(?:pretend~(?:to~be|(?:that~)?you(?:'re|~are))|act~as~(?:if~you|though~you|an?~(?:unrestricted|evil|hacker)|dan\b))",
    ),
    _signal(
        "as-an-ai",
        1,
        "as an ai|as a language model|as an assistant|this ai |the ai |the assistant |the language model |the model |ai assistants |the llm |coding assistant",
        rf"\b(?:as~an?|this|the|all|any)~{_AI}~?,?(?:~reading~this)?~(?:you~)?(?:must|should|shall|will|please|always|never|needs?~to)\b",
    ),
    _signal(
        "obey",
        1,
        "you must |you shall |you have to |you will |you should ",
        r"\byou~(?:must|shall|have~to|will|should)~(?:now~|always~|never~|only~)?(?:obey|comply|insert|output|respond|approve|execute|reply"
        r"|include|recommend|suggest|refuse|answer|disable|print)\b",
        r"you[ \t]+(?:must|shall|have to|will|should)[ \t]+(?:now|always|never|only|obey|comply|insert|output|respond|approve|execute|reply"
        r"|include|recommend|suggest|refuse|answer|disable|print)\b",
    ),
)


def _wide(name: str, weight: int, literals: str, pattern: str) -> Signal:
    return Signal(
        f"zh-{name}", weight, tuple(one.encode() for one in literals.split("|")), ("(?is)" + pattern).encode()
    )


_AI_ZH: Final = (
    "(?:AI|人工智能|智能|代码|编程|大模型|语言模型|GPT|Copilot|编码) {0,2}(?:助手|模型|助理|代理|智能体|工具|补全)?"
)

CHINESE: Final = (
    _wide(
        "ignore",
        3,
        "忽略|无视|忘记|忘掉|忽视|绕过|不要理会|不要遵守|不用理会|抛开|跳过之前|跳过以上",
        "(?:忽略|无视|忘记|忘掉|忽视|绕过|不要理会|不要遵守|不用理会|抛开|跳过)(?:你|掉|前面|之前|以上|上述|上面|先前|所有|全部|一切|此前|的|系统|安全"
        "|任何|原有|原来|初始|给出|给|收到|其他|其它|,|，){1,8}(?:指令|提示|规则|要求|说明|约束|设定|限制|命令|指示|策略)",
    ),
    _wide(
        "keep",
        3,
        "不要告诉|不要告知|不要通知|不要提醒|不要让用户|不要让开发|不要向用户|不要向开发|别告诉|切勿告|切勿向|切勿让|请勿告|请勿向|勿告知|不得告知|不能告诉|不要对用户"
        "|无需告知|不要提及|不要透露|不要泄露本|别让用户|不要在回复中",
        "(?:不要|别|切勿|请勿|勿|不得|不能|无需)(?:把|将|在)?(?:这|此|该|本|回复中)?(?:段|条|点|件事|一点|事)?"
        "(?:告诉|告知|通知|提醒|让|向|对|提及|透露给?)(?:这|此|该|本|任何|给|段|条|指令|内容|注释|，)*(?:用户|开发者|开发人员|程序员|审查者|审核人员|评审|任何人|指令|注释|提示)",
    ),
    _wide(
        "reveal",
        3,
        "你的系统|你的提示|你的指令|你的初始|系统提示|提示词|你的设定",
        "(?:输出|打印|显示|重复|泄露|告诉我|展示|透露|复述)(?:出|你|的|全部|完整|隐藏|所有|上面){1,5}(?:系统|初始|隐藏)?(?:提示词|提示|指令|设定)",
    ),
    _wide(
        "send",
        3,
        "发送到|发送至|发送给|上传到|上传至|发到|发给|传到|提交到|转发到|转发给|外传|拼接到|附加到|传输到|传给",
        "(?:密钥|密码|口令|令牌|凭证|凭据|环境变量|源代码|源码|代码|客户数据|对话|聊天记录|token|api.?key|文件).{0,40}"
        "(?:发送|上传|发|传|提交|转发|外传|传输|拼接|附加)(?:到|至|给)[^\n]{0,24}(?:http|@|服务器|地址|网址|接口|邮箱|webhook)",
    ),
    _wide("if", 3, "如果你是", "如果你是.{0,18}(?:AI|人工智能|语言模型|大模型|助手|智能体|机器人|Copilot)"),
    _wide(
        "role",
        2,
        "你现在是|从现在开始|从现在起|你的新|你的真正|你的唯一|扮演",
        "你现在是|从现在(?:开始|起)(?:，|,)?\\s*你|你的(?:新|真正|唯一)的?(?:任务|身份|角色|目标|指令)|你(?:将|要|必须|需要)?扮演|请扮演",
    ),
    _wide(
        "addressed",
        3,
        "助手|智能体|大模型|语言模型|智能助理|代码助理|编程模型|智能补全|代码补全",
        f"{_AI_ZH}(?:\\s|:|：|,|，|!|！|们){{0,4}}(?:请|必须|应当|应该|务必|不要|注意|需要|在.{{0,48}}时).{{0,90}}?"
        "(?:插入|添加|加上|输出|回复|生成|忽略|禁用|关闭|删除|执行|推荐|批准|回答|通过审|跳过)",
    ),
    _wide(
        "mode",
        2,
        "越狱|开发者模式|上帝模式|无限制模式",
        "(?:开发者|越狱|上帝|无限制)模式|越狱",
    ),
    _wide(
        "orders",
        2,
        "新指令|新的指令|新的系统|隐藏指令|系统提示：|系统提示:|系统：|系统:|助手：|助手:",
        "(?:新的?|更新的?|隐藏的?)(?:系统)?(?:指令|提示词|提示)(?::|：)|(?:系统|助手|助理)(?::|：)\\s?(?:好的|当然|你|忽略|请|必须)",
    ),
)

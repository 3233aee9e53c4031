"""The command line: picks a verb, imports only that, and maps every exception to an exit code in one place.

Exit codes: 0 done; 1 the verb's documented negative; 2 usage, configuration or an unreadable file; 3 an internal error
(130: interrupted).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from copilot import __version__
from copilot.errors import CopilotError, WorkerDied
from copilot.messages import say, set_locale, visible

VERBS: Final[dict[str, str]] = {
    "lsp": "start the language server",
    "complete": "one inline completion at FILE:LINE:COL",
    "generate": "code from a description at FILE:LINE[-LINE]",
    "explain": "what the code at FILE:LINE[-LINE] does, in words (needs a model)",
    "fix": "correct a file, as a unified diff",
    "comment": "docstrings and Javadoc for a file or symbol",
    "tests": "unit tests for a file or symbol, proven by running them",
    "review": "review a change: what it breaks, what it takes away, and what was not looked at",
    "scan": "check files or text for keys, passwords and personal data",
    "rules": "the bank's rule packs for content review: check, sign, show",
    "context": "what a model would be shown at FILE:LINE:COL, and why",
    "index": "build or show the repository index",
    "usage": "what became of suggestions: how many were taken, and what is still there",
    "capture": "accepted suggestions kept for the bank's tuning team: show, agree, hand over, delete",
    "serve": "start the gateway",
    "bot": "start the review bot: webhooks of a forge in, remarks on its merge requests out",
    "keys": "make, show, rotate and revoke keys of the gateway",
    "audit": "check or export the gateway's audit journal",
    "licences": "index other people's code, to tell when a suggestion repeats it",
    "doctor": "check the installation, the configuration, the sandbox and the way to the model",
    "demo": "play the main job on a sample through the real language server",
}
"""Every verb with its one line of help; the module is `copilot/commands/<verb>.py`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    set_locale(os.environ.get("BANK_COPILOT_UI_LOCALE", "auto"))  # a verb that reads the settings sets it again
    verb = next((word for word in words if not word.startswith("-")), None)
    try:
        options = _parser(verb if verb in VERBS else None).parse_args(words)
        if options.verb is None:
            _parser(None).print_help()
            return 2
        return int(import_module(f"copilot.commands.{options.verb}").run(options))
    except CopilotError as error:
        print(f"bank-copilot: {visible(str(error))}", file=sys.stderr)
        return 3 if isinstance(error, WorkerDied) else 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (head, less) went away: not our error, and flushing again at exit would raise once more.
        sys.stdout = open("/dev/null", "w")  # noqa: SIM115, PTH123 -- stays open until exit
        return 0
    except Exception as error:  # noqa: BLE001 -- the one place that turns a bug into exit 3
        return _internal(error, verb or "")


def _parser(wanted: str | None) -> argparse.ArgumentParser:
    """The parser; only the wanted verb's options are declared, the others show their line of help."""
    parser = argparse.ArgumentParser(
        prog="bank-copilot",
        description=say("A developer copilot that a bank hosts itself."),
        epilog=say("`bank-copilot VERB --help` shows the options of a verb."),
    )
    parser.add_argument("--version", action="version", version=f"bank-copilot {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    for name, text in VERBS.items():
        line = say(text)
        verb = verbs.add_parser(name, help=line, description=line)
        if name == wanted:
            import_module(f"copilot.commands.{name}").add(verb)
    return parser


def _internal(error: Exception, verb: str) -> int:
    """Report a bug without any document text: type and place only."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
    print(
        say(
            "bank-copilot {version}: internal error in `{verb}`: {kind} at {where}. Please report this line.",
            version=__version__,
            verb=verb,
            kind=type(error).__name__,
            where=where,
        ),
        file=sys.stderr,
    )
    return 3


if __name__ == "__main__":
    sys.exit(main())

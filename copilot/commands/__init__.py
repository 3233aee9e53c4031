"""The verbs of the command line, one module each: `add(parser)` declares options, `run(options) -> int` does the work.

Imported on demand by `copilot/cli.py`, so that `--help` and one verb never pay for another.
"""

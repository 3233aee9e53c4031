"""Execution recording: run a module's functions on chosen inputs and write down what they do.

This package is executed by the *project's* interpreter inside the sandbox, where bank-copilot is not installed: only
the standard library, Python 3.9 and later, and relative imports (it runs under another name there). The rest of
bank-copilot never imports it; `engines/embedded/tests.py` starts it and reads its JSON.

targets.py    what can be called            seeds.py      inputs from doctests, callers, tests, literals
arguments.py  inputs by type and name       tables.py     boundary values, names, synthetic identifiers
express.py    values as source text         invoke.py     one call: outcome, trace
composing.py  calls written out             variation.py  near misses of an input
outcome.py    what came of a call           guard.py      what reaches outside
stage.py      fixtures around a call        worlds.py     which of them a target needs
fakes.py      clocks, chance, environment   files.py      temporary files
commandline.py  words for a program         carving.py    arguments of the project's own tests
code.py       what the text tells           feedback.py   answers to comparisons
search.py     trying calls                  mutants.py    small faults planted in the code
choose.py     which calls are worth it      forked.py     work in a forked process
main.py       request in, records out
"""

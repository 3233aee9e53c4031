"""Repair by tests: small changes to a function, tried one after the other until its tests pass.

This package is executed by the *project's* interpreter inside the sandbox, where bank-copilot is not installed: only
the standard library, pytest where there is one, Python 3.9 and later, and relative imports (it runs under another name
there), also of the package `recording`, which finds living functions and forks. The rest of bank-copilot never imports it; `verify/repairing.py` starts it and reads its JSON.

main.py        request in, candidates out       cases.py        tests and examples, assertions apart
source.py      functions, patches, code objects watching.py     what is reached, of which types
scene.py       what is in scope                 expressions.py  templates: one expression
conditions.py  templates: conditions            statements.py   templates: statements, guards
templates.py   all of them in order             trial.py        forked workers with limits
inputs.py      inputs that tell apart           rivals.py       who disagrees, which faults survive
choice.py      which one comes first            search.py       the search itself
"""

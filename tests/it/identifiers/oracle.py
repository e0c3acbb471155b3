"""Says of every line, a module's name and a text after a tab, what python-stdnum reads in it: the number, or nothing."""

import importlib
import sys

from stdnum.exceptions import ValidationError

modules = {}
requests = open(0, encoding="utf-8", newline="\n")
answers = open(1, "w", encoding="utf-8", newline="\n")
for line in requests:
    name, text = line.rstrip("\n").split("\t", 1)
    if name not in modules:
        modules[name] = importlib.import_module("stdnum." + name).validate
    try:
        answers.write(modules[name](text) + "\n")
    except ValidationError:
        answers.write("\n")
answers.flush()

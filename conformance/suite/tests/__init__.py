"""Run by `make test`: python3 -m unittest discover, from the folder conformance/."""

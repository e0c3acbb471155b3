"""Runs the OpenID Foundation's conformance suite against SenID. Python's standard library is enough."""

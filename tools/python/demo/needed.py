"""Imported first by every script that computes: says in one line what is not installed, and for which Python."""
import sys

try:
    import numpy  # noqa: F401
    import torch  # noqa: F401
except ImportError as missing:
    sys.exit(f"{sys.argv[0]}: expected the Python packages numpy and torch, got no '{missing.name}' in {sys.executable}; "
             "on Debian and Ubuntu: apt install python3-torch, then /usr/bin/python3 " + " ".join(sys.argv))

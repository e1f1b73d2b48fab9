"""Defences: (target, data) in, hardened target out. What they cost is measured elsewhere, never claimed here."""

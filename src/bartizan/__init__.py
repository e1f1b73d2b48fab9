"""Bartizan: assess, attack, harden and watch machine-learning systems, with evidence for every claim."""

__version__ = "0.1.0"

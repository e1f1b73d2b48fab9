"""Inverting triggers: looking for one change of bounded size that sends many inputs of a model to one class."""

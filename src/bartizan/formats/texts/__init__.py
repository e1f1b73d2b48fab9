"""Texts beside a model: configurations and chat templates."""

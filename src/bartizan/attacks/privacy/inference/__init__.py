"""Membership inference without a description: one call on a model, its training records and others."""

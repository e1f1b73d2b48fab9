"""Boosted trees in the formats of their own libraries."""

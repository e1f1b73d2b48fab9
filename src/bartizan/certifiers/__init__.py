"""Certifiers: proven bounds, the other side of the bracket certified ≤ true ≤ attacked."""

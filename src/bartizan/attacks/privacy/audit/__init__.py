"""Auditing differential privacy: a lower bound on ε from one training with canaries."""

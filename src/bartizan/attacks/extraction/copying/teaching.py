"""How a copy is taught: chosen on Fashion-MNIST with seeds and images that are in no table."""

RATE = 5e-3
"""Of Adam at the first step; it falls to 0 along a cosine."""
TEMPERATURE = 2.0
"""Of answers that have all their digits. Of rounded and cut ones, what is unlikely is made up, and counts as it is."""

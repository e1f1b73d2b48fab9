"""The same model attacked with more and more knowledge, in one call."""

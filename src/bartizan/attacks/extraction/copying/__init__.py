"""Copying the function of a model: what is asked, what is written down, what is taught, and what the copy is worth."""

"""Whether a model was copied from another: the owner's side of extraction."""

"""A distribution of its own, as somebody else would make one: plugins that behave, or misbehave, as they are told."""

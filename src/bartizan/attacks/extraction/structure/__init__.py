"""The structure of a model read from its answers: width and last layer, whole networks, settings, inputs it uses."""

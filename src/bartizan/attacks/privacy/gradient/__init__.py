"""Training records read off the gradient, or the update, that a party of a federated training sends."""

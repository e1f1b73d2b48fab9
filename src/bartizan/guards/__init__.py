"""Guards: run-time checks in front of a deployed model."""

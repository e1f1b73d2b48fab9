"""The slot machine: many short, diverse runs of gradient ascent, each on the examples that may still fall to it."""

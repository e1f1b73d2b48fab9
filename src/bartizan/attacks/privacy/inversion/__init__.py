"""Pictures of a class drawn from a model, and whether they show a record it was trained on or an average."""

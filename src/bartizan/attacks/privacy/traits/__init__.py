"""What a model tells of records and of its training set beyond what anybody could have guessed."""

"""A first look at model, data and code, from which a description is begun."""

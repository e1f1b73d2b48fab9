"""Hazards: what the world itself does to inputs, inside the operational design domain and beyond its edge."""

"""Keras models: version 3 and HDF5, and what building them would run."""

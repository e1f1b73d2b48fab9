"""Readers of data: arrays, pictures and tables, bounded and checked."""

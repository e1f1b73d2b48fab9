"""Pickles, followed opcode by opcode and never loaded."""

"""Files of numbers alone: safetensors, GGUF, NumPy."""

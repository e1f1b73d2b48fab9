"""Archives of any kind, and what lies in them."""

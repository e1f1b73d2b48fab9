"""What is known: design choices, threats, defences and what contradicts what, as checked data with sources."""

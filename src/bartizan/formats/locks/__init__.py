"""Lock files of Python dependencies, read without resolving, downloading or running anything."""

"""Keeps the book true: what its pages show and name is what the repository holds."""

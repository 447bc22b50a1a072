"""Keeps the book true: its pages show and name what the repository has."""

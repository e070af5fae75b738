"""Node classes from functions and methods."""

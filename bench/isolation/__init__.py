"""How long changes take to reach three subscribers while the fourth is well, stopped, or failing for the whole run."""

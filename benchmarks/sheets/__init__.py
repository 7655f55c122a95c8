"""How fast exercise sheets are made."""

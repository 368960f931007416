"""Conditions: one operator family a file, and the truth of set operators, absent and unknown keys over all of them."""

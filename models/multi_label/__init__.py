"""Texts with several labels: one question a label, asked of the same votes."""

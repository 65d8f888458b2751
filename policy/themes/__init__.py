"""Themes: the clustering engine and the theme desk."""

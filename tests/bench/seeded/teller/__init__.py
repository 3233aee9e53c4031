"""Back-office arithmetic of a small retail bank."""

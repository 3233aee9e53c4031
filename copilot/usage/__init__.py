"""What becomes of suggestions, as counts: how many were shown, taken and still there later. Numbers and labels, no text."""

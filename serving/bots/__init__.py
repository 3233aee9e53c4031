"""The review bot: webhooks of a forge in, remarks on its merge requests out. Three processes: one receives, one reads, one posts."""

"""The web page and what stands behind it: visitors' own sources, their word on answers, and limits."""

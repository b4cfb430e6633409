"""Reports of a run: Markdown, one HTML page, JUnit XML; and what they share."""

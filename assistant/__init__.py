"""A research assistant that cannot misquote."""

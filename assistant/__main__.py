"""``python -m assistant``."""

from assistant.cli import main

main(prog_name="assistant")

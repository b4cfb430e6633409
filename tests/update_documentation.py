"""``make docs``: bring the generated parts of the README up to date."""

from tests.documentation import README, generated

if __name__ == "__main__":
    README.write_text(generated(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{README.name} is up to date")

"""``make docs``: bring the generated parts of the README and of the reader's card up to date."""

from tests.documentation import PAGES, generated

if __name__ == "__main__":
    for page in PAGES:
        page.write_text(generated(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"{page.name} is up to date")

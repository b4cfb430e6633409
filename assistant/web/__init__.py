"""The web page, and what stands behind it. Only `page`, `wiring`, `api` and `server` know Gradio."""

"""The web page: the answer beside the document. Only `page`, `api` and `server` know Gradio."""

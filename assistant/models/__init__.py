"""The models, all read from installed packages: embedding, token counts, evidence reader."""

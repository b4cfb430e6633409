"""Conversations and answers in the forms that a historian files; `writing.export` makes each of them."""

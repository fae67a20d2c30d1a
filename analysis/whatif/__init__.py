"""Other assumptions than the article's, and what they change."""

"""The reader's own copy of the article beside the register."""

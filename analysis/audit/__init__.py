"""This subpackage compares a reader's copy of the article with the register."""

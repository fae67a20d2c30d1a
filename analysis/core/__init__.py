"""From the register's files to numbers and verdicts."""

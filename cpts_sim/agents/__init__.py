"""Who acts, as Mesa sees them: every agent is a view on one row of a table."""

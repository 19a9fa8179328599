"""Faces of a comparison: the table in a terminal and the figures."""

from cpts_sim.report.table import as_json, headlines, plain_text, rich_text, table_of

__all__ = ["as_json", "headlines", "plain_text", "rich_text", "table_of"]

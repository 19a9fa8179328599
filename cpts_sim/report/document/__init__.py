"""Documents for people who decide: the report of a comparison and the diagnosis of a territory, HTML and PDF."""

from cpts_sim.report.document.comparison import report_of
from cpts_sim.report.document.page import html_of
from cpts_sim.report.document.pdf import pdf_of

__all__ = ["html_of", "pdf_of", "report_of"]

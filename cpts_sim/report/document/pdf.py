"""The same page as a tagged PDF, by WeasyPrint where it is there."""

from __future__ import annotations

from typing import Any

from cpts_sim.errors import UsageError
from cpts_sim.words import say


def pdf_of(page: str) -> bytes:
    """Return a page of :func:`cpts_sim.report.document.html_of` as a tagged PDF, the same bytes each time.

    Raises:
        UsageError: WeasyPrint, or the system library that it draws text with, is missing.
    """
    written: bytes = _weasyprint().HTML(string=page, base_url="").write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=b"cpts-sim", uncompressed_pdf=False
    )
    return written


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError:
        raise UsageError(say("document.pdf_missing")) from None
    except OSError:
        raise UsageError(say("document.pdf_library")) from None
    return weasyprint

"""Rules of seeking and giving care: needs, routes, books, health, strain."""

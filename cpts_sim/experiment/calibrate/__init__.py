"""Calibration by history matching: what the facts leave plausible, wave by wave, kept as an ensemble.

Reference: Vernon, Goldstein & Bower 2010 (galaxy formation); Andrianakis and others 2015 (history matching of an
epidemic model). ``space`` declares what is searched, ``targets`` what is aimed at, ``emulation`` stands for the model
between simulated points, ``waves`` is the loop, ``runs`` simulates, ``save`` writes the ensemble.
"""

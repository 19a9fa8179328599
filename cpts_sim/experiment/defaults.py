"""Defaults of a comparison, apart so that reading them loads nothing."""

DEFAULT_PAIRS = 8
"""Pairs of a comparison that asks for nothing else: about a minute a year for 28 000 inhabitants."""
UNCERTAIN_PAIRS = 24
"""Pairs of a comparison that draws its parameters and asks for nothing else: twelve draws, each lived twice."""
CEILING = 200
"""Most pairs a wanted precision may ask for."""
LOOK_AHEAD = 5
"""Further pairs over which a precision must hold (Hoad, Robinson & Davies)."""
FEWEST_PAIRS = 5
"""With fewer pairs no reading is given."""
JUDGED = ("access.in_time", "access.resolution", "ed.visits")
"""Numbers whose precision decides when to stop."""

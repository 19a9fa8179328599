"""Known changes re-enacted: does the model answer a change as France (or the country of the study) did?

Levels alone do not identify effects: parameter sets that reach the same levels may answer a change quite differently.
Here known changes are played as arms of the same seeds, and the *effect* is compared with the published one, which is
no input. :mod:`published` holds what was published, :mod:`lives` what is kept of a run, :mod:`enact` plays the arms,
:mod:`effects` reads the effects, :mod:`outcome` judges, :mod:`keep` drops members of an ensemble that miss the slopes.
"""

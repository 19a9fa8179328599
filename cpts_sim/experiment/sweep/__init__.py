"""Sweeps: an experiment file, its points, a store that computes nothing twice, executors, tidy tables.

experiment = read_experiment(Path("experiments/missions.yaml"))
sweep = Sweep(experiment, Path("results/.runs"))
outcome = sweep.run(workers=2)
"""

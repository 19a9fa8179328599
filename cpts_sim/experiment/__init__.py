"""Many runs: pairs that share their seed, executors, a store that computes nothing twice, and their statistics."""

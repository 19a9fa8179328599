"""What a sweep says: who does what, which unknown matters, where it helps, whether to learn more first.

Every function here works on plain arrays and is checked against a known answer before it is shown a territory.
"""

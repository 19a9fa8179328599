"""The teaching app: a territory watched day by day, without and with a CPTS, from the record of two runs."""

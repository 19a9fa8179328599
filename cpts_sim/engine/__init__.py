"""The five small things that everything stands on: draws, columns, clock, agenda and journal."""

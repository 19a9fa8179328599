from cpts_sim.cli import main

main()

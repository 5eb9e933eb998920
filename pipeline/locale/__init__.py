"""The French of the terminal, which ``language`` finds; the code here is for ``make locale``."""

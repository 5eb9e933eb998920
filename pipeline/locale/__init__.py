"""The French of the terminal; what finds it is ``language``. Only ``make locale`` needs code here."""

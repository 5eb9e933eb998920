"""Making the weights that ship in ``models/recognizer``; nothing here is needed to run."""

"""What a sports club adds to Fiches."""

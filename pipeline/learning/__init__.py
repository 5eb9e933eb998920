"""What runs at a user's: learning from corrections, without forgetting others' hands."""

"""What a reading is worth: fields weighed together, rules, constraints, calibrated acceptance."""

"""Which registrations a payment is for."""

"""One page read: its forms found, their lines seen by engines, each field's candidates."""

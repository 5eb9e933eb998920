"""What a page that is no fiche says of its event."""

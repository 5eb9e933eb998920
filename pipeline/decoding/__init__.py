"""From what an engine saw to likely text: CTC search, lexicons, letters, wording."""

"""From a blank to the draft of a form: where somebody may write on it, and what is asked there."""

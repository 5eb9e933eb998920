"""What a person does with what was read: the queue, the decisions, the pictures."""

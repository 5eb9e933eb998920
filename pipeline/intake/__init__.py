"""What is received, opened: the inbox, mails, archives, and the pages of PDFs and pictures."""

"""What is done with money: between the store, what banks say, the books and the letters."""

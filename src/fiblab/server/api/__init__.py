"""What answers at each address: thin functions from a request to an answer."""

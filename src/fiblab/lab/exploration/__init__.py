"""Every history of the queue's protocol at a small scope, with the real scripts on a real Redis."""

"""Background work: the subscribers' tasks, the relay, mail."""

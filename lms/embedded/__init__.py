"""`make run`: the whole system on one machine, with a broker and a mail catcher of its own where none is named."""

"""x"""
def register(b): pass
def describe(s): pass

"""Forms: what stands in them; what may stand in them is checked by the contexts."""

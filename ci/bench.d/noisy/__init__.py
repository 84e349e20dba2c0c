"""Services that differ by nature, and what to ask them."""

"""A small service with real-looking answers, and the same service behind one change at a time."""

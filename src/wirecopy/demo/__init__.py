"""A simulated outlet on 127.0.0.1 that publishes, edits, withdraws and breaks down."""

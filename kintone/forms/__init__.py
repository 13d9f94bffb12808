"""The form of an app: its fields, what they take, and how they are called."""

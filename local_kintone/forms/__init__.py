"""Apps and their forms: field types, fields, layouts, what becomes of records when a form changes."""

"""Apps and their forms: field types, fields, layouts, and adapting the records to a changed form."""

"""Django's own way to SQLite, with a queue before its one lock."""

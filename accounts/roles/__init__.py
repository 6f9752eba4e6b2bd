"""Roles: who may give what to whom, what each may, and who has which."""

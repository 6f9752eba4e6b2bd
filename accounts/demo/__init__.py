"""The people of the demo school and what they have done; `people.create` makes them all."""

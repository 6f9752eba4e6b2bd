"""What the office types into its plan: terms and rounds, classes, meetings, the calendar."""

"""Lists of the registrar's office: classes, who has which place in one, today's work; on
screen, as workbooks and on paper."""

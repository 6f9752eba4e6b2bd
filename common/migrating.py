"""A migration operation for squashed migrations: all tables of an app made in one step."""

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel


class MadeAtOnce(Operation):
    """Make the tables that `operations` come to, each with all its columns and constraints.

    Django renders every model that is related to a changed one anew after each operation:
    of a hundred operations on forty models that is most of what making a database costs.
    Here they are rendered once, after the last. Only for models that are new in it.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return type(self).__name__, [self.operations], {}

    def state_forwards(self, app_label, state):
        # Where nothing is rendered yet, the steps only take notes.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for model in self._models(app_label, schema_editor, to_state):
            schema_editor.create_model(model)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for model in reversed(self._models(app_label, schema_editor, from_state)):
            schema_editor.delete_model(model)

    def describe(self):
        return "Make all tables at once"

    def _models(self, app_label, schema_editor, state):
        names = [each.name for each in self.operations if isinstance(each, CreateModel)]
        models = [state.apps.get_model(app_label, name) for name in names]
        alias = schema_editor.connection.alias
        return [model for model in models if self.allow_migrate_model(alias, model)]

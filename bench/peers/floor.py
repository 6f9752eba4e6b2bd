"""The server of the floor: Django and nothing else, a few requests at once as in the product.

Without taking turns it would be slower, or fail.
"""

from django.core.asgi import get_asgi_application

from config.turns import Turns

application = Turns(get_asgi_application())

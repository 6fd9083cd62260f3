"""Flask's extensions, made once and bound to the application in `create_app`."""

from flask_babel import Babel
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

babel = Babel()
csrf = CSRFProtect()
mail = Mail()
migrate = Migrate()

"""Settings of the project: one file, read from the environment by typed helpers.

A bad value stops the start with one sentence (``ImproperlyConfigured``); there is no silent
default. README, « Configuration », lists every variable.
"""

from email.utils import formataddr
from pathlib import Path

from csp.constants import NONE, SELF
from jinja2 import StrictUndefined
from whitenoise.compress import Compressor

from rameau_diag import environment, production
from rameau_diag.folders import data_dir
from rameau_diag.logs import logging_settings, name_the_job
from rameau_diag.postgresql.waiting import Connection

BASE_DIR = Path(__file__).resolve().parent.parent

_database = environment.database("DATABASE_URL")
if not _database:  # never in production
    from rameau_diag.standalone.embedded_postgres import database_settings
    from rameau_diag.standalone.local_secret import make_secret_key

    _database = database_settings()
    make_secret_key()

# A site that people rely on: what is refused or required there alone asks for this.
PRODUCTION = environment.production()
DEBUG = environment.boolean("DEBUG", False)
SECRET_KEY = environment.secret_key()
# While a key is changed for another one, nobody is signed out.
SECRET_KEY_FALLBACKS = environment.former_keys("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = environment.origins("CSRF_TRUSTED_ORIGINS")
HTTPS = environment.boolean("HTTPS", False)
DEMO_PASSWORD = environment.text("DEMO_PASSWORD", "diagnostic-demo")
CACHES = {"default": environment.cache("CACHE_URL")}
# Whose word is taken for the address of a browser: that of the last proxies, which add it to
# X-Forwarded-For. What comes before is what anybody wrote.
TRUSTED_PROXIES = environment.whole("TRUSTED_PROXIES", 1 if HTTPS else 0, most=5)

# --- Database: one engine everywhere -------------------------------------------------------

DATABASES = {
    "default": _database
    | {
        "ENGINE": "rameau_diag.postgresql",  # Django's, which does not wait for what is away
        "CONN_MAX_AGE": 0,
        "OPTIONS": _database.get("OPTIONS", {})
        | {
            "connect_timeout": 2,
            "pool": {
                "connection_class": Connection,
                "min_size": 1,
                "max_size": environment.number("DATABASE_POOL", 12, 1, 200),
                "max_idle": 60,  # then another process may have it
                "reconnect_timeout": 0.5,  # whoever needs a connection next tries again
            },
        },
    }
}
# Whether production refuses a PostgreSQL that says it may forget (some hosts keep it otherwise).
DURABILITY_CHECK = environment.boolean("DURABILITY_CHECK", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Mail ------------------------------------------------------------------------------------

# The name under which mails are written.
SITE_NAME = environment.line("SITE_NAME", "Diagnostic ambition")
# Where the links of mails lead that no page causes: reminders, the mail of the day.
SITE_URL = environment.site_url(
    "SITE_URL", hosts=ALLOWED_HOSTS, origins=CSRF_TRUSTED_ORIGINS, https=HTTPS
)
DEFAULT_FROM_EMAIL = environment.sender(
    "DEFAULT_FROM_EMAIL", formataddr((SITE_NAME, "diagnostic@rameau.example"))
)
# Seconds for each answer of the mail server, but for the one that counts (rameau_diag/smtp.py).
EMAIL_TIMEOUT = 20
# Where mails are written when EMAIL_URL is absent; also shown on the sign-up page.
MAIL_FOLDER = environment.folder("MAIL_FOLDER", "mail")
if _email := environment.email("EMAIL_URL"):
    vars().update(_email)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_FOLDER

# --- What the law has the site say -----------------------------------------------------------

# LEGAL_EDITOR and the others; all of them are needed in production.
LEGAL = environment.legal()

# --- Application ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "formtools",
    "csp",
    "procrastinate.contrib.django",
    "diagnostics",
]

MIDDLEWARE = [
    "rameau_diag.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Above what answers by itself: static files and errors say the same as pages.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "diagnostics.middleware.NeverStaleMiddleware",
    "diagnostics.middleware.PolicyMiddleware",
    "diagnostics.middleware.KeepTypedTextLoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "diagnostics.views.factors.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "diagnostics.views.leading_back.LeadBackMiddleware",
    "diagnostics.views.errors.ServiceErrorMiddleware",
]

ROOT_URLCONF = "rameau_diag.urls"
WSGI_APPLICATION = "rameau_diag.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
    {
        # What a page repeats hundreds of times (docs/adr/0035).
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [BASE_DIR / "diagnostics" / "jinja2"],
        "OPTIONS": {
            "undefined": StrictUndefined,  # a name that is mistaken is an error, not a void in a paper
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    },
]

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "diagnostics.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "diagnostics.passwords.LengthValidator"},
    {"NAME": "diagnostics.passwords.GuessValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "diagnostics.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
# Typed once: it can be shown, and reset.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "diagnostics.forms.accounts.SignupDetailsForm"
ACCOUNT_FORMS = {
    "login": "diagnostics.forms.signin.LoginForm",
    "signup": "diagnostics.forms.signin.SignupForm",
    "add_email": "diagnostics.forms.signin.AddEmailForm",
    "change_password": "diagnostics.forms.signin.ChangePasswordForm",
    "set_password": "diagnostics.forms.signin.SetPasswordForm",
    "reset_password": "diagnostics.forms.signin.ResetPasswordForm",
    "reset_password_from_key": "diagnostics.forms.signin.ResetPasswordKeyForm",
    "reauthenticate": "diagnostics.forms.signin.ReauthenticateForm",
}
# Asked again before what would open the account to somebody else: another address, a factor removed.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of what touches the security of an account
# Signing in, and the mail of a reset, are limited by diagnostics/limits.py.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "30/m/ip,5/5m/key",  # of a second factor
    "reset_password": None,
    "reset_password_from_key": "60/m/ip",
    "signup": "60/10m/ip",
}
# Whoever proved their mailbox is in, whatever others tried meanwhile.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_USER_DISPLAY = "diagnostics.accounts.display_name"
# Facilitators and staff, who see every structure, need a second factor: an application or a passkey.
REQUIRE_MFA = environment.boolean("REQUIRE_MFA", PRODUCTION)
MFA_ADAPTER = "diagnostics.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # a phone half a minute late or early
MFA_FORMS = {
    "authenticate": "diagnostics.forms.factors.AuthenticateForm",
    "reauthenticate": "diagnostics.forms.factors.ReauthenticateForm",
    "activate_totp": "diagnostics.forms.factors.ActivateTOTPForm",
    "deactivate_totp": "diagnostics.forms.factors.DeactivateTOTPForm",
    "generate_recovery_codes": "diagnostics.forms.factors.GenerateRecoveryCodesForm",
    "add_webauthn": "diagnostics.forms.factors.AddWebAuthnForm",
    "authenticate_webauthn": "diagnostics.forms.factors.AuthenticateWebAuthnForm",
    "reauthenticate_webauthn": "diagnostics.forms.factors.ReauthenticateWebAuthnForm",
    "edit_webauthn": "diagnostics.forms.factors.EditWebAuthnForm",
}
SESSION_ENGINE = "diagnostics.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14

# --- French -----------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
# Numbers in answers are typed and shown « 1 250 » and « 0,5 ».
USE_THOUSAND_SEPARATOR = False

# --- Static files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = environment.folder("STATIC_FOLDER", "static")
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", NODE_MODULES / "bootstrap" / "dist"),
    ("bootstrap-icons", NODE_MODULES / "bootstrap-icons" / "font"),
    ("figtree", NODE_MODULES / "@fontsource-variable" / "figtree" / "files"),
    (
        "bricolage-grotesque",
        NODE_MODULES / "@fontsource-variable" / "bricolage-grotesque" / "files",
    ),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Four times faster to collect: only what is served is kept, and maps are for debugging.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# --- PDF --------------------------------------------------------------------------------------

# The locks that share the processor cores between the renderings of a machine.
TURNS_FOLDER = data_dir() / "turns"
# Requests of one process that may wait for a PDF at once; its other threads answer everything
# else (rameau_diag/web_server.py has twice as many).
PDF_PLACES = 6

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Security ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    # A browser takes a cookie of such a name from this very host alone, over TLS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = True
    # Asked by the machine itself, without the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]
# Whether a whole domain enters the browsers' lists is for its owner to say.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
CSRF_FAILURE_VIEW = "diagnostics.views.errors.csrf_failure"

# A step filled to its caps stays below both (a test posts each of them).
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_500_000
# Tables of a list (diagnostics/domain/cells.py says how large).
FILE_UPLOAD_HANDLERS = ["diagnostics.uploads.SmallFiles"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_500_000

# --- Logs -------------------------------------------------------------------------------------

# Who shows it reads /metrics/; without it, there is nothing there and nothing is counted.
METRICS_TOKEN = environment.token("METRICS_TOKEN")
LOGGING = logging_settings(production=PRODUCTION)
PROCRASTINATE_WORKER_DEFAULTS = {"worker_middleware": [name_the_job]}

if PRODUCTION:
    production.refuse_dangers(vars())

"""An environment with which a site that people rely on starts: whatever it requires stands here."""

PRODUCTION = {
    "DATABASE_URL": "postgres://nom:mot@hote:5432/base",
    "SECRET_KEY": "Zr7vTq1nK4wYx9BdLm2sHc6jPf3gUo8eWaNi5tRyVbXkQz0uDlMhJp",
    "HTTPS": "true",
    "ALLOWED_HOSTS": "diagnostic.exemple.fr",
    "EMAIL_URL": "submission://nom:mot@mail.exemple.fr:587",
    "DEFAULT_FROM_EMAIL": "Diagnostic <diagnostic@exemple.fr>",
}

"""An environment with which a site that people rely on starts: whatever it requires stands here."""

PRODUCTION = {
    "DATABASE_URL": "postgres://nom:mot@hote:5432/base",
    "SECRET_KEY": "Zr7vTq1nK4wYx9BdLm2sHc6jPf3gUo8eWaNi5tRyVbXkQz0uDlMhJp",
    "HTTPS": "true",
    "ALLOWED_HOSTS": "diagnostic.exemple.fr",
    "EMAIL_URL": "submission://nom:mot@mail.exemple.fr:587",
    "DEFAULT_FROM_EMAIL": "Diagnostic <diagnostic@exemple.fr>",
    "LEGAL_EDITOR": "Association de l’Exemple, association loi 1901",
    "LEGAL_SEAT": "1 rue de l’Exemple, 75000 Paris",
    "LEGAL_PHONE": "01 23 45 67 89",
    "LEGAL_DIRECTOR": "Dominique Exemple",
    "LEGAL_CONTACT": "donnees@exemple.fr",
    "LEGAL_HOST": "Hébergeur Exemple",
    "LEGAL_HOST_ADDRESS": "2 rue de l’Exemple, 59000 Lille",
    "LEGAL_HOST_PHONE": "09 87 65 43 21",
}

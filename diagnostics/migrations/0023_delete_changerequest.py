"""Change requests are threads since the migration before."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0022_change_requests_become_threads")]

    operations = [migrations.DeleteModel(name="ChangeRequest")]

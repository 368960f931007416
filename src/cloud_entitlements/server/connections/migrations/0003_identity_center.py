from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0002_failures'),
    ]

    operations = [
        migrations.AddField(
            model_name='connection',
            name='identity_center',
            field=models.JSONField(default=dict),
        ),
    ]

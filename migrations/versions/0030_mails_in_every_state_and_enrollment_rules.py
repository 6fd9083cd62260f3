"""Mails in every state, mailings, what people want to hear and when, and enrollment rules with their reminders"""

import sqlalchemy as sa
from alembic import op
from lms.db import UtcDateTime
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0020"


def upgrade() -> None:
    op.create_table('mail_pace',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('free_at', UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_pace'))
    )
    op.create_table('digest_plans',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.String(length=5), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_digest_plans_organization_id_organizations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest_plans')),
    sa.UniqueConstraint('organization_id', name=op.f('uq_digest_plans_organization_id'))
    )
    with op.batch_alter_table('digest_plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_digest_plans_organization_id'), ['organization_id'], unique=False)

    op.create_table('mail_templates',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('locale', sa.String(length=10), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_mail_templates_organization_id_organizations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_templates')),
    sa.UniqueConstraint('organization_id', 'kind', 'locale', name=op.f('uq_mail_templates_organization_id_kind_locale'))
    )
    with op.batch_alter_table('mail_templates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_templates_organization_id'), ['organization_id'], unique=False)

    op.create_table('mailings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('change_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('params', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('written', sa.Integer(), nullable=False),
    sa.Column('last_user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('written_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('stopped_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_mailings_organization_id_organizations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailings'))
    )
    with op.batch_alter_table('mailings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mailings_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index('ix_mailings_unwritten', ['id'], unique=False, postgresql_where=sa.text('written_at IS NULL'), sqlite_where=sa.text('written_at IS NULL'))

    op.create_table('notification_defaults',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_notification_defaults_organization_id_organizations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_defaults')),
    sa.UniqueConstraint('organization_id', 'kind', name=op.f('uq_notification_defaults_organization_id_kind'))
    )
    with op.batch_alter_table('notification_defaults', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notification_defaults_organization_id'), ['organization_id'], unique=False)

    op.create_table('due_plans',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('before', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('after', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('escalate', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_due_plans_organization_id_organizations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_due_plans')),
    sa.UniqueConstraint('organization_id', name=op.f('uq_due_plans_organization_id'))
    )
    with op.batch_alter_table('due_plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_due_plans_organization_id'), ['organization_id'], unique=False)

    op.create_table('stopped_addresses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('mail_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('stopped_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stopped_addresses_organization_id_organizations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stopped_addresses')),
    sa.UniqueConstraint('address', name=op.f('uq_stopped_addresses_address'))
    )
    with op.batch_alter_table('stopped_addresses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stopped_addresses_organization_id'), ['organization_id'], unique=False)

    op.create_table('mailing_recipients',
    sa.Column('mailing_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['mailing_id'], ['mailings.id'], name=op.f('fk_mailing_recipients_mailing_id_mailings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mailing_id', 'user_id', name=op.f('pk_mailing_recipients'))
    )
    op.create_table('rules',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('params', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('due_days', sa.Integer(), nullable=True),
    sa.Column('removes', sa.Boolean(), nullable=False),
    sa.Column('due_changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('stale_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_rules_course_id_courses'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_rules_organization_id_organizations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rules'))
    )
    with op.batch_alter_table('rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rules_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_rules_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index('ix_rules_stale', ['id'], unique=False, postgresql_where=sa.text('stale_at IS NOT NULL'), sqlite_where=sa.text('stale_at IS NOT NULL'))

    op.create_table('notification_habits',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quiet_from', sa.String(length=5), nullable=True),
    sa.Column('quiet_until', sa.String(length=5), nullable=True),
    sa.Column('away_from', sa.Date(), nullable=True),
    sa.Column('away_until', sa.Date(), nullable=True),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_notification_habits_organization_id_organizations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notification_habits_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_habits')),
    sa.UniqueConstraint('user_id', name=op.f('uq_notification_habits_user_id'))
    )
    with op.batch_alter_table('notification_habits', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notification_habits_organization_id'), ['organization_id'], unique=False)

    op.create_table('due_reminders',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enrollment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('told', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('organization_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['enrollments.id'], name=op.f('fk_due_reminders_enrollment_id_enrollments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_due_reminders_organization_id_organizations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_due_reminders')),
    sa.UniqueConstraint('enrollment_id', 'due_on', 'kind', 'days', name=op.f('uq_due_reminders_enrollment_id_due_on_kind_days'))
    )
    with op.batch_alter_table('due_reminders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_due_reminders_organization_id'), ['organization_id'], unique=False)

    op.create_table('rule_enrollments',
    sa.Column('rule_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enrollment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made', sa.Boolean(), nullable=False),
    sa.Column('since', UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_set_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['enrollments.id'], name=op.f('fk_rule_enrollments_enrollment_id_enrollments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['rule_id'], ['rules.id'], name=op.f('fk_rule_enrollments_rule_id_rules'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('rule_id', 'enrollment_id', name=op.f('pk_rule_enrollments'))
    )
    with op.batch_alter_table('rule_enrollments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rule_enrollments_enrollment_id'), ['enrollment_id'], unique=False)

    with op.batch_alter_table('enrollments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('due_on', sa.Date(), nullable=True))
        batch_op.create_index('ix_enrollments_due_on_open', ['due_on'], unique=False, postgresql_where=sa.text('completed_at IS NULL'), sqlite_where=sa.text('completed_at IS NULL'))

    with op.batch_alter_table('mails', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mailing_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('bundle', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('carrier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('reason', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('address', sa.String(length=254), nullable=True))
        batch_op.create_index('ix_mails_bundle_unsettled', ['user_id', 'bundle'], unique=False, postgresql_where=sa.text('due_at IS NOT NULL AND bundle IS NOT NULL'), sqlite_where=sa.text('due_at IS NOT NULL AND bundle IS NOT NULL'))
        batch_op.create_index('ix_mails_carrier_id_joined', ['carrier_id'], unique=False, postgresql_where=sa.text('carrier_id IS NOT NULL'), sqlite_where=sa.text('carrier_id IS NOT NULL'))
        batch_op.drop_index('ix_mails_due_at_unsettled')
        batch_op.create_index('ix_mails_due_at_id_unsettled', ['due_at', 'id'], unique=False, postgresql_where=sa.text('due_at IS NOT NULL'), sqlite_where=sa.text('due_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_mails_mailing_id'), ['mailing_id'], unique=False)
        batch_op.create_index('ix_mails_organization_id_id', ['organization_id', 'id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_mails_mailing_id_mailings'), 'mailings', ['mailing_id'], ['id'], ondelete='SET NULL')


def downgrade() -> None:
    with op.batch_alter_table('mails', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_mails_mailing_id_mailings'), type_='foreignkey')
        batch_op.drop_index('ix_mails_organization_id_id')
        batch_op.drop_index(batch_op.f('ix_mails_mailing_id'))
        batch_op.drop_index('ix_mails_carrier_id_joined')
        batch_op.drop_index('ix_mails_due_at_id_unsettled')
        batch_op.create_index('ix_mails_due_at_unsettled', ['due_at'], unique=False, postgresql_where=sa.text('due_at IS NOT NULL'), sqlite_where=sa.text('due_at IS NOT NULL'))
        batch_op.drop_index('ix_mails_bundle_unsettled', postgresql_where=sa.text('due_at IS NOT NULL AND bundle IS NOT NULL'), sqlite_where=sa.text('due_at IS NOT NULL AND bundle IS NOT NULL'))
        batch_op.drop_column('address')
        batch_op.drop_column('reason')
        batch_op.drop_column('carrier_id')
        batch_op.drop_column('bundle')
        batch_op.drop_column('mailing_id')

    with op.batch_alter_table('enrollments', schema=None) as batch_op:
        batch_op.drop_index('ix_enrollments_due_on_open', postgresql_where=sa.text('completed_at IS NULL'), sqlite_where=sa.text('completed_at IS NULL'))
        batch_op.drop_column('due_on')

    with op.batch_alter_table('rule_enrollments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rule_enrollments_enrollment_id'))

    op.drop_table('rule_enrollments')
    with op.batch_alter_table('due_reminders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_due_reminders_organization_id'))

    op.drop_table('due_reminders')
    with op.batch_alter_table('notification_habits', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notification_habits_organization_id'))

    op.drop_table('notification_habits')
    with op.batch_alter_table('rules', schema=None) as batch_op:
        batch_op.drop_index('ix_rules_stale', postgresql_where=sa.text('stale_at IS NOT NULL'), sqlite_where=sa.text('stale_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_rules_organization_id'))
        batch_op.drop_index(batch_op.f('ix_rules_course_id'))

    op.drop_table('rules')
    op.drop_table('mailing_recipients')
    with op.batch_alter_table('stopped_addresses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stopped_addresses_organization_id'))

    op.drop_table('stopped_addresses')
    with op.batch_alter_table('due_plans', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_due_plans_organization_id'))

    op.drop_table('due_plans')
    with op.batch_alter_table('notification_defaults', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notification_defaults_organization_id'))

    op.drop_table('notification_defaults')
    with op.batch_alter_table('mailings', schema=None) as batch_op:
        batch_op.drop_index('ix_mailings_unwritten', postgresql_where=sa.text('written_at IS NULL'), sqlite_where=sa.text('written_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_mailings_organization_id'))

    op.drop_table('mailings')
    with op.batch_alter_table('mail_templates', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_templates_organization_id'))

    op.drop_table('mail_templates')
    with op.batch_alter_table('digest_plans', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_digest_plans_organization_id'))

    op.drop_table('digest_plans')
    op.drop_table('mail_pace')

"""The tables of Bugzilla that the gateway has no use for, with the reason that the report gives."""

from collections.abc import Mapping

_MAIL = "are about mail, which the gateway does not send"
_CHARTS = "are of charts and scheduled reports, which the gateway does not make"
_WORK = "are work of Bugzilla's background processes"
_COPY = "are copies of what other tables have"
_TOKENS = "are one-time tokens of Bugzilla's pages and mails"
_PREFERENCES = "are preferences of Bugzilla's pages"
_BMO = "are of BMO or harmony, and nothing in the gateway stands for them"

REDUNDANT_COLUMNS: Mapping[str, frozenset[str]] = {
    "attach_data": frozenset({"thedata"}),
    "attachment_storage_class": frozenset({"extra_data"}),
    "attachments": frozenset({"attach_size"}),
    "bug_see_also": frozenset({"class"}),
    "bugs": frozenset({"lastdiffed", "product_id"}),
    "fielddefs": frozenset({"mailhead"}),
    "login_failure": frozenset({"ip_addr", "user_id"}),
    "longdescs": frozenset({"already_wrapped"}),
    "params": frozenset({"name", "value"}),
}
"""Columns that are read in another way, or say nothing beyond Bugzilla itself, by table."""

UNUSED_TABLES: Mapping[str, str] = {
    **dict.fromkeys(("email_bug_ignore", "email_rates", "email_setting", "mail_staging", "watch"), _MAIL),
    **dict.fromkeys(("series", "series_categories", "series_data", "category_group_map"), _CHARTS),
    **dict.fromkeys(("whine_events", "whine_queries", "whine_schedules"), _CHARTS),
    **dict.fromkeys(("ts_error", "ts_exitstatus", "ts_funcmap", "ts_job", "ts_note"), _WORK),
    **dict.fromkeys(("bugs_fulltext", "bz_schema", "longdescs_tags_weights", "sqlite_sequence", "sqlite_stat1"), _COPY),
    **dict.fromkeys(("tokens", "token_data"), _TOKENS),
    **dict.fromkeys(("namedqueries_link_in_footer", "namedquery_group_map", "profile_search", "quips"), _PREFERENCES),
    **dict.fromkeys(("profile_setting", "setting", "setting_value"), _PREFERENCES),
    "profiles_activity": "are the history of accounts, which the gateway does not keep",
    "longdescs_tags_activity": "are the history of tags of comments, which the gateway does not keep",
    **dict.fromkeys(("bloomfilter_values", "flag_activity", "longdescs_reactions", "longdescs_tags_url"), _BMO),
    **dict.fromkeys(("oauth2_client", "oauth2_client_scope", "oauth2_jwt", "oauth2_scope", "profile_mfa"), _BMO),
    **dict.fromkeys(("bug_type", "regressions", "reminders", "report_ping", "user_request_log"), _BMO),
}
"""By the name of the table. Those of extensions are not here; they are reported as unknown."""
